// Two functions of the Embedded runtime that Swift 6.3 has wrong (swiftlang/swift#91151).
//
// Both are declared to return their argument, and on ARM the compiler goes on with what they
// return. 6.3's strip the tag bits of it: a short string, kept within its tag, then has the length
// of its first bytes. These prevail over the runtime's, whose symbols are weak.
#include <stdint.h>

#if defined(FOOTFALL_EMBEDDED) && UINTPTR_MAX > UINT32_MAX
extern void *swift_retain(void *object);

// Where a 64-bit reference carries tags: the low three bits, and bits 60 to 62 of the top byte.
// Bit 63 stands for "not counted", and swift_retain leaves such a reference alone.
static const uint64_t object_bits = 0x8ffffffffffffff8;

void *swift_bridgeObjectRetain(void *object) {
    swift_retain((void *)((uint64_t)object & object_bits));
    return object;
}

void *swift_bridgeObjectRetain_n(void *object, uint32_t count) {
    while (count-- > 0) { swift_bridgeObjectRetain(object); }
    return object;
}
#endif
