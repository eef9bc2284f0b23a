"""The client library for Python: one class on ctypes, to be copied beside a kiosk's own modules.

Any thread may use a client. After `os.fork`, and so in `multiprocessing` with its method "fork",
a child opens a client of its own.
"""

from __future__ import annotations

import ctypes
import enum
import json
from collections.abc import Mapping
from typing import Any


class Status(enum.IntEnum):
    """What became of a call, as in footfall.h."""

    OK = 0
    FULL = 1
    TOO_LONG = 2
    INVALID = 3
    CLOSED = 4
    FORKED = 5
    BUSY = 6
    TIMEOUT = 7
    TOO_MANY = 8
    SYSTEM = 9

    @classmethod
    def _missing_(cls, value: object) -> Status | None:
        """A status that a later library adds."""
        if not isinstance(value, int):
            return None
        status = int.__new__(cls, value)
        status._name_ = f"STATUS_{value}"
        status._value_ = value
        return status


class Flag(enum.IntFlag):
    """How soon an event is stored: at once, within a second (0), within half a minute."""

    CRITICAL = 1
    AMBIENT = 2


class Error(Exception):
    """No client could be opened."""


_library = ctypes.CDLL("libfootfall.so.1", use_errno=True)
# What is not declared is passed as an `int` and cut there.
for _name, _arguments in {
    "footfall_open": [ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32)],
    "footfall_track_bytes": [
        ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t,
        ctypes.c_uint32,
    ],
    "footfall_identify": [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_char_p],
    "footfall_visit_start": [ctypes.c_uint32],
    "footfall_visit_end": [ctypes.c_uint32],
    "footfall_flush": [ctypes.c_uint32, ctypes.c_uint32],
    "footfall_close": [ctypes.c_uint32],
}.items():
    getattr(_library, _name).argtypes = _arguments
    getattr(_library, _name).restype = ctypes.c_int32
_library.footfall_status_text.argtypes = [ctypes.c_int32]
_library.footfall_status_text.restype = ctypes.c_char_p


class Footfall:
    """An open client. What becomes of an event is a status: a kiosk goes on without it."""

    def __init__(self) -> None:
        handle = ctypes.c_uint32()
        status = Status(_library.footfall_open(None, ctypes.byref(handle)))
        if status is not Status.OK:
            raise Error(self.text(status))
        self._handle = handle.value

    def __enter__(self) -> Footfall:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def text(status: Status) -> str:
        """A status in a few words."""
        return _library.footfall_status_text(status).decode()

    def track(
        self, event: str, properties: Mapping[str, Any] | None = None, flags: Flag = Flag(0)
    ) -> Status:
        """Hands over one event; never waits. What is no JSON or no UTF-8 is a ValueError."""
        name = event.encode()
        text = _json(properties)
        return Status(_library.footfall_track_bytes(
            self._handle, name, len(name), text, len(text or b""), flags
        ))

    def identify(self, user: str, traits: Mapping[str, Any] | None = None) -> Status:
        """Says who the shopper is; the agent hashes both before it stores anything."""
        if "\0" in user:
            # The library would take them for whoever has the text before it.
            return Status.INVALID
        return Status(_library.footfall_identify(self._handle, user.encode(), _json(traits)))

    def visit_start(self) -> Status:
        """A shopper comes to the kiosk."""
        return Status(_library.footfall_visit_start(self._handle))

    def visit_end(self) -> Status:
        """The shopper leaves it."""
        return Status(_library.footfall_visit_end(self._handle))

    def flush(self, seconds: float) -> Status:
        """Waits until all is stored on the device, or so long; other threads run meanwhile.

        0 or less only asks; 49 days are the most.
        """
        milliseconds = int(min(max(0, seconds * 1000), 2**32 - 1))
        return Status(_library.footfall_flush(self._handle, milliseconds))

    def close(self) -> Status:
        """Closes it; a second time is CLOSED and does no harm."""
        return Status(_library.footfall_close(self._handle))


def _json(value: Mapping[str, Any] | None) -> bytes | None:
    if value is None:
        return None
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
