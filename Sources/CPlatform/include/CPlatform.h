#pragma once
// What Swift needs of the C library and cannot spell itself: variadics, macros, errno, C globals.
// Declarations and one-line shims only; what needs _GNU_SOURCE stands in CPlatform.c.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static inline int platform_errno(void) { return errno; }
