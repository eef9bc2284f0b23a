"""A kiosk whose wall clock begins in 1970: its process alone is told so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

# The C library's functions, in a library that is loaded before it: the wall clock as of a boot
# without a battery, which no time source disciplines. Every other clock is the kernel's.
SOURCE = r"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *now) {
    if (clock == CLOCK_REALTIME) clock = CLOCK_BOOTTIME;
    return syscall(SYS_clock_gettime, clock, now);
}
int adjtimex(struct timex *state) {
    state->status = STA_UNSYNC;
    return TIME_ERROR;
}
"""


def in_1970(folder: Path) -> list[str]:
    """What stands before a command whose process is to begin in 1970."""
    (folder / "clock.c").write_text(SOURCE)
    library = folder / "clock.so"
    subprocess.run(
        [os.environ.get("CC", "cc"), "-shared", "-fPIC", "clock.c", "-o", library],
        cwd=folder, check=True, timeout=60,
    )
    return ["env", f"LD_PRELOAD={library}"]
