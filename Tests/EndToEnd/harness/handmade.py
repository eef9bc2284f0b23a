"""Blocks of version 1 made by hand from the format's description, for tests of their reader."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from harness import block

WALL = 1_772_000_000_000
"""2026-02-25T06:13:20Z."""


def uint(*numbers: int) -> bytes:
    """Numbers in LEB128."""
    out = bytearray()
    for number in numbers:
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7
        out.append(number)
    return bytes(out)


def signed(*numbers: int) -> bytes:
    """The same of zigzag numbers."""
    return uint(*(number << 1 if number >= 0 else ~number << 1 | 1 for number in numbers))


HEAD = (
    b"\1" + b"\x11" * 16 + b"\x22" * 16 + uint(3) + b"\7kiosk-1" + uint(2, 1000)
    + uint(1) + b"\1" + b"\x33" * 16 + uint(2) + b"\7evicted" + uint(2, 0, 9, 2, 0)
)
HEADER = {
    "device": "kiosk-1", "stream": "11" * 16, "lane": "normal", "epoch": 3, "boot": "22" * 16,
    "previous": {"epoch": 2, "end": 1000},
    "tombstones": [
        {"stream": "33" * 16, "epoch": 2, "reason": "evicted", "ids": [[0, 9], [12, 12]]},
    ],
}


@dataclass(frozen=True)
class Parts:
    """A block before its sections are put together."""

    count: int
    length: int
    text: bytes = b""
    indexes: bytes = b""
    numbers: bytes = b""
    stored: bytes = b""
    head: bytes = HEAD

    def sealed(self, pack: Callable[[bytes], bytes] | None = None, **fields: int) -> bytes:
        """The block; `pack` deflates sections, and fields of the frame may be given."""
        behind = self.head
        for section in (self.text, self.indexes, self.numbers) if self.count else ():
            packed = pack(section) if pack else b""
            behind += uint(len(section), len(packed)) + (packed or section)
        return framed(behind + self.stored, self.count, self.length, **fields)


def framed(behind: bytes, count: int, length: int, **fields: int) -> bytes:
    """What stands behind a frame, in its frame; fields of that may be given."""
    values = {"version": 1, "flags": 0, "reserved": 0, "size": len(behind)} | fields
    head = block.FRAME.pack(b"FFBK", *values.values(), length, count, 0)[:20]
    return head + struct.pack("<I", zlib.crc32(head + behind)) + behind


TEXTS = [
    '{"type":"track","name":"é","items":["x",{"q":1.5}],"at":"2026-02-25T06:13:20.007Z",'
    '"ok":true,"none":null}',
    '{"type":"track","name":"é","items":[{"q":-0.25}],"at":"2026-02-25T06:13:20.003Z",'
    '"ok":false,"none":null}',
    '{"type":"identify","name":"B","at":"2026-02-25T06:13:21.003Z"}',
    '{"a":1e5}',
]
SHAPES = (
    uint(3) + bytes([8 * 3, 1])
    + bytes([2, 1, 2, 8, 4, 1, 5, 2, 20, 4, 2, 2, 5, 2, 6, 2, 2, 7, 2, 2, 3, 4, 1])
    + bytes([1 + 64, 1]) + bytes([0, 0, 1, 8, 0, 3 + 4, 1])
    + bytes([2 + 128, 0]) + bytes([2, 9])
    + uint(2) + bytes([2, 4]) + bytes([2, 1, 2, 5, 1, 1])
)
KEYS = b"typetracknameitemsatoknoneidentifyq"
WHOLE = Parts(
    count=4, length=sum(len(text.encode()) for text in TEXTS),
    text=KEYS + "éB".encode() + b'{"a":1e5}' + b"x",
    indexes=SHAPES
    + bytes([1, 0, 1, 2]) + bytes([1, 0, 1, 1]) + bytes([1, 0, 1])  # producers, shapes, tuples
    + bytes([1, 1]) + bytes([2, 1]) + b"\1" + b"\1"  # names, items, booleans, the other text
    + bytes([1, 1, 0]) + b"\1",  # the elements' shapes, their string
    numbers=uint(5, 0, 2, 0) + signed(WALL, 10, -5, 0) + signed(400 - WALL, 0, 1, 0)
    + uint(0, 2, 1) + b"\0" + signed(7, -4, 1000) + uint(0, 9)
    + uint(0, 1) + bytes([0 + 4 * 2 + 16 * 2]) + signed(150, -25),
    stored=bytes(range(16)),
)


def single_column(
    kind: int, indexes: bytes, numbers: bytes, *more: bytes, values: list[str]
) -> list[str]:
    """What is read of events `{"v":…}` with values of one type, and of no other length."""
    text, stored = [*more, b"", b""][:2]
    count = len(values)
    parts = Parts(
        count=count, length=sum(6 + len(value.encode()) for value in values),
        text=b"v" + text, stored=bytes(8) + stored,
        indexes=bytes([1, 0, 0, 2, 1, 2, kind, 1, 1]) + 2 * (b"\1" + bytes(count - 1)) + indexes,
        numbers=uint(7, *[1] * (count - 1)) + signed(WALL, *[5] * (count - 1)) + bytes(count)
        + numbers,
    )
    return [text[5:-1] for text in block.decode(parts.sealed()).texts]


def number_mode(coding: int, style: int, scale: int) -> bytes:
    """What a column of numbers begins with."""
    return bytes([coding + 4 * style + 16 * scale])
