// libFuzzer's way in for a program that has a `main` of its own; LLVM installs no header for it.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*fuzz)(const uint8_t *data, size_t size));
