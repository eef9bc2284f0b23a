// Memory is overwritten before it is given back: what a shopper typed stays nowhere.
//
// A copy of a raw identity is gone with whatever held it, whoever made it: a request, the array
// that it grew out of, an inflater's window, a digest's last block. Ordinary builds, whose memory
// the sanitizers watch, go without.
#define _GNU_SOURCE
#include "CMemory.h"
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#ifdef FOOTFALL_EMBEDDED
extern void __libc_free(void *memory);

void free(void *memory) {
    if (!memory) { return; }
    explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
}
#endif
