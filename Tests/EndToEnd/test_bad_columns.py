"""What is no block of version 1 is refused by its reader, whatever the checksum says."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from harness import block, columns
from harness.handmade import (
    HEAD, SHAPES, WALL, WHOLE, Parts, framed, number_mode, signed, single_column, uint
)

pytestmark = pytest.mark.centre

RAW_SHAPE = bytes([2 + 128, 0, 2, 9])
CODES = WHOLE.indexes[len(SHAPES):]


@pytest.fixture(autouse=True)
def dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Damage may make any section a deflated one."""
    monkeypatch.setattr(columns, "dictionary", lambda: b"track")


BAD_COLUMNS: dict[str, tuple[Any, ...]] = {
    "coding": (5, b"", number_mode(3, 0, 0) + signed(1)),
    "style 1": (5, b"", number_mode(0, 1, 0) + signed(1)),
    "style 3": (5, b"", number_mode(1, 3, 0) + signed(1)),
    "style 3 with": (5, b"", number_mode(0, 3, 1) + signed(1)),
    "time: mode": (6, b"", b"\2" + signed(1)),
    "time: year": (6, b"", b"\1" + signed(-WALL - 1)),
    "string: form": (4, b"\1", b"\6\0"),
    "a form of any other text": (9, b"\1", b"\4\1"),
    "the same as the value before the first": (4, b"\0", b"\0\0"),
    "a value that has not come yet": (4, b"\2", b"\0\0"),
    "more than 48 bits": (4, b"\1", b"\2" + signed(-WALL - 1), b"", bytes(10)),
    "text: ends too soon": (4, b"\1", b"\0\2", b"a"),
    "stored: ends too soon": (4, b"\1", b"\1", b"", bytes(15)),
    "numbers: ends too soon": (4, b"\1", b"\0"),
    "more than 64 bits": (4, b"\1", b"\4" + b"\xff" * 9 + b"\2"),
    "more than 10 bytes": (4, b"\1", b"\4" + b"\xff" * 10 + b"\1"),
    "longer than stated": (4, b"\1", b"\0\6", b"abcdef"),
    "shorter than stated": (4, b"\1", b"\0\0"),
    "text: JSON": (9, b"\1", b"\0\4", b"1 2,"),
    "text: a line feed": (9, b"\1", b"\0\4", b"[\n1]"),
    "text: UTF-8": (4, b"\1", b"\0\2", b"\xff\xff"),
    "field: type": (10, b"", b""),
    "field: group": (4 + 48, b"\1", b"\0\2", b"ab"),
    "a group of this type": (6 + 16, b"", b"\1" + signed(0)),
    "field: a group of this": (3 + 16, b"", b""),
}


@pytest.mark.parametrize("name", BAD_COLUMNS)
def test_a_wrong_column_is_refused(name: str) -> None:
    with pytest.raises(block.Malformed, match=name):
        single_column(*BAD_COLUMNS[name], values=["1234"])


def headed(**changes: bytes) -> Parts:
    """A block without events, with some of its head changed."""
    fields = {
        "lane": b"\0", "ids": bytes(32), "epoch": uint(3), "device": b"\1k", "previous": b"\0",
        "tombstones": b"\0",
    } | changes
    return Parts(0, 0, head=b"".join(fields.values()))


def tombstone(epoch: int = 2, reason: bytes = b"\1r", ranges: bytes = b"\1\0\0") -> bytes:
    return b"\1\0" + uint(epoch) + reason + ranges


def shaped(shapes: bytes) -> Parts:
    return replace(WHOLE, indexes=shapes + CODES)


BAD: dict[str, Parts] = {
    "lane": headed(lane=b"\3"),
    "^epoch": headed(epoch=uint(1 << 28)),
    "epoch$": headed(epoch=b"\0"),
    "device": headed(device=b"\1/"),
    "device$": headed(device=b"\0"),
    "previous epoch": headed(previous=uint(3, 0)),
    "tombstone: stream": headed(tombstones=b"\1\2"),
    "tombstone: epoch": headed(tombstones=tombstone(0)),
    "tombstone: reason": headed(tombstones=tombstone(reason=b"\1R")),
    "tombstone: no range": headed(tombstones=tombstone(ranges=b"\0")),
    "ranges that touch": headed(tombstones=tombstone(ranges=bytes([2, 0, 0, 0, 0]))),
    "tombstone: a number": headed(tombstones=tombstone(ranges=uint(1, 1, 2**64 - 1))),
    "head: ends too soon": Parts(0, 0, head=HEAD[:-1]),
    "event count over": replace(WHOLE, count=8193),
    "texts: length over": replace(WHOLE, length=(8 << 20) + 1),
    "texts: longer": replace(WHOLE, length=WHOLE.length - 1),
    "texts: shorter": replace(WHOLE, length=WHOLE.length + 1),
    "text: bytes are left": replace(WHOLE, text=WHOLE.text + b"x"),
    "shape: kind": shaped(b"\1\6\0"),
    "shape: stage": shaped(b"\1\x30\0"),
    "shape: quality": shaped(b"\1\xc0\0"),
    "shape: groups": shaped(b"\1\0\4"),
    "nothing came here": shaped(b"\1\0\0\0"),
    "an end without": shaped(b"\1\0\0\1"),
    "an unknown field": shaped(b"\1\0\0\3"),
    "no object": shaped(b"\1\0\0\2\5"),
    "outside of its object": shaped(b"\2\0\0\2\1\1\0\0\2\1\3"),
    "field: depth": shaped(b"\1\0\0\2\1" + bytes([2, 1, 0]) * 64),
    "behind class 0": shaped(b"\1\0\0\2\1\2\2\1\1\1\2\x14"),
    "keys and constants over": replace(
        shaped(
            uint(5000) + bytes([0, 0, 2, 1, 2, 8, 0, 1]) + uint(2000) + b"\1"
            + bytes(6) * 4999
        ), text=b"a" * 2000,
    ),
    "shapes: more than": shaped(b"\2" + SHAPES[1:].replace(RAW_SHAPE, b"")),
    "tuple: other fields": replace(
        WHOLE, indexes=SHAPES.replace(bytes([1, 8, 0, 7]), bytes([1, 8, 7]))
        + CODES[:8] + bytes([1, 0, 0]) + CODES[11:],
    ),
    "more elements": replace(
        WHOLE, indexes=SHAPES + CODES[:13] + uint(999) + CODES[14:],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_part_is_refused(name: str) -> None:
    with pytest.raises(block.Malformed, match=name):
        block.decode(BAD[name].sealed())


def test_a_wrong_frame_is_refused() -> None:
    for fields in (
        {"version": 2}, {"flags": 1}, {"flags": 3}, {"flags": 4}, {"reserved": 1}, {"size": 5},
        {"flags": 2},
    ):
        named = "version|flags|reserved|stored length|another dictionary"
        with pytest.raises(block.Malformed, match=named):
            block.decode(WHOLE.sealed(**fields))


def test_every_truncation_and_every_flipped_bit_is_refused() -> None:
    data = WHOLE.sealed()
    for place in range(len(data)):
        with pytest.raises(block.Malformed):
            block.decode(data[:place])
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(block.Malformed):
                block.decode(bytes(changed))


def test_damage_under_a_right_checksum_is_refused_or_read() -> None:
    behind = WHOLE.sealed()[24:]
    for length in range(len(behind)):
        with pytest.raises(block.Malformed):
            block.decode(framed(behind[:length], WHOLE.count, WHOLE.length))
    read = 0
    for place in range(len(behind) * 8):
        changed = bytearray(behind)
        changed[place // 8] ^= 1 << place % 8
        try:
            found = block.decode(framed(bytes(changed), WHOLE.count, WHOLE.length))
            assert sum(len(text.encode()) for text in found.texts) == WHOLE.length
            read += 1
        except block.Malformed:
            continue
    assert 0 < read < len(behind) * 8


def test_what_comes_again_and_again_is_bounded() -> None:
    # Few bytes that would come to 60 MiB of text: one string, the same in each of 8192 events.
    count = 8192
    parts = Parts(
        count=count, length=1 << 20, text=b"v" + b"a" * 8000, stored=bytes(8),
        indexes=bytes([1, 0, 0, 2, 1, 2, 4, 1, 1]) + 3 * (b"\1" + bytes(count - 1)),
        numbers=bytes(3 * count) + uint(0, 8000),
    )
    begun = time.monotonic()
    with pytest.raises(block.Malformed, match="longer than stated"):
        block.decode(parts.sealed())
    assert time.monotonic() - begun < 5
