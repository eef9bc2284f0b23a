"""A kernel that refuses some calls: older than ours, or behind a filter (seccomp(2), BPF)."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Callable

MEMBARRIER = {"x86_64": 324, "aarch64": 283}
GETSOCKOPT = {"x86_64": 55, "aarch64": 209}
SO_PEERPIDFD = 77

_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _THIRD_ARGUMENT = 0, 32
"""Where the kernel shows a filter the call's number and the low half of its third argument."""


def old_kernel() -> Callable[[], None]:
    """For Popen: the process knows neither `membarrier` nor `SO_PEERPIDFD`."""
    machine = platform.machine()
    program = b"".join(struct.pack("<HBBI", *step) for step in [
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_EQUAL, 0, 1, MEMBARRIER[machine]),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_JUMP_EQUAL, 0, 3, GETSOCKOPT[machine]),
        (_LOAD, 0, 0, _THIRD_ARGUMENT),
        (_JUMP_EQUAL, 0, 1, SO_PEERPIDFD),
        (_RETURN, 0, 0, _ERRNO | errno.ENOPROTOOPT),
        (_RETURN, 0, 0, _ALLOW),
    ])
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    filter_ = ctypes.create_string_buffer(head, len(head))

    def refuse() -> None:
        for arguments in ((_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0),
                          (_SET_SECCOMP, _FILTER, ctypes.addressof(filter_), 0, 0)):
            if libc.prctl(*(ctypes.c_ulong(each) for each in arguments)) != 0:
                raise OSError(ctypes.get_errno(), f"prctl {arguments[0]}")
        assert code and libc.syscall(MEMBARRIER[machine], 0, 0, 0) == -1
    return refuse
