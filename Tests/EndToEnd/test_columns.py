"""The reader of block version 1, on blocks made by hand from the format's description."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from harness import block, columns
from harness.handmade import (
    HEADER, TEXTS, WALL, WHOLE, Parts, number_mode, signed, single_column, uint
)

pytestmark = pytest.mark.centre


def test_a_whole_block_is_read() -> None:
    read = block.decode(WHOLE.sealed())
    assert read.header == HEADER and read.texts == TEXTS
    assert all(list(event) == block.EVENT_KEYS for event in read.events)
    assert [list(event.values())[:-1] for event in read.events] == [
        [5, "track", "conversion", 400, WALL, "synchronised", "0001020304050607"],
        [6, "track", "conversion", 410, WALL + 10, "synchronised", "0001020304050607"],
        [9, "identify", None, 406, WALL + 5, "unsynchronised", "08090a0b0c0d0e0f"],
        [10, "page", None, 406, WALL + 5, "implausible", "0001020304050607"],
    ]
    assert read.events[3]["event"] == {"a": 1e5}


def test_sections_may_be_deflated(monkeypatch: pytest.MonkeyPatch) -> None:
    dictionary = b'"name":"type"track'
    monkeypatch.setattr(columns, "dictionary", lambda: dictionary)

    def pack(section: bytes) -> bytes:
        begun = {"zdict": dictionary} if section == WHOLE.text else {}
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, **begun)
        return packer.compress(section) + packer.flush()
    assert block.decode(WHOLE.sealed(pack)).texts == TEXTS
    for broken in (
        lambda section: pack(section)[:-1], lambda section: pack(section) + b"x",
        lambda section: pack(section + b"x"), lambda section: pack(section[:-1]),
        lambda section: b"\xff",
    ):
        with pytest.raises(block.Malformed, match="deflate|inflated"):
            block.decode(WHOLE.sealed(broken))


def test_objects_may_stand_in_each_other_up_to_the_limit() -> None:
    text = '{"v":' * 63 + "{}" + "}" * 63
    shape = bytes([2, 1]) + bytes([2, 1, 1]) * 63 + b"\1" * 64
    parts = Parts(
        count=1, length=len(text), text=b"v" * 63, indexes=b"\1\0\0" + shape + b"\1\1",
        numbers=bytes(3), stored=bytes(8),
    )
    assert block.decode(parts.sealed()).texts == [text]


def test_elements_know_their_event() -> None:
    # An array of numbers, which count from the sequence, and of times, which count from the wall.
    texts = ['{"v":[8,"2026-02-25T06:13:20.001Z"]}', '{"v":[10]}']
    numbers = uint(7, 1) + signed(WALL, 5000) + bytes(2)
    shapes = bytes([1, 0, 0, 2, 1, 2, 2, 1, 1, 2, 2, 5, 2, 6])
    parts = Parts(
        count=2, length=sum(map(len, texts)), text=b"v", stored=bytes(8),
        indexes=shapes + bytes([1, 0, 1, 0]) + bytes([2, 1]) + bytes([1, 1, 2]),
        numbers=numbers + number_mode(2, 0, 0) + signed(1, 0) + b"\1" + signed(1),
    )
    assert block.decode(parts.sealed()).texts == texts


def test_a_tuple_gives_its_values_again_in_another_shape() -> None:
    # The second event's shape has the same two fields in the other order, and a number.
    texts = ['{"a":1,"b":true}', '{"b":true,"n":9,"a":1}']
    shapes = bytes([2, 0, 2, 2, 1, 2, 5 + 32, 1, 2, 7 + 32, 1, 1])
    shapes += bytes([0, 2, 0, 3 + 2, 2, 5, 1, 3 + 1, 1])
    parts = Parts(
        count=2, length=sum(map(len, texts)), text=b"abn", stored=bytes(8),
        indexes=shapes + bytes([1, 0, 1, 1]) + bytes([1, 0]) + b"\1",
        numbers=bytes(6) + number_mode(0, 0, 0) + signed(1) + number_mode(0, 0, 0) + signed(9),
    )
    assert block.decode(parts.sealed()).texts == texts


def test_a_block_may_hold_no_events() -> None:
    assert block.decode(Parts(0, 0).sealed()) == block.Block(HEADER)
    for parts in (Parts(0, 1), Parts(0, 0, stored=b"\0")):
        with pytest.raises(block.Malformed, match="without events|left over"):
            block.decode(parts.sealed())


COLUMNS: dict[str, tuple[list[str], tuple[Any, ...]]] = {
    "whole numbers": (["0", "-5", str(2**63 - 1), str(-(2**63))], (
        5, b"", number_mode(0, 0, 0) + signed(0, -5, 2**63 - 1, -(2**63)))),
    "differences, which wrap": ([str(2**63 - 1), str(-(2**63))], (
        5, b"", number_mode(1, 0, 0) + signed(2**63 - 1, 1))),
    "differences to the sequence": (["8", "11", "10"], (
        5, b"", number_mode(2, 0, 0) + signed(1, 1, -3))),
    "decimals": (["-0.05", "12.00", "0.00"], (5, b"", number_mode(0, 0, 2) + signed(-5, 1200, 0))),
    "one decimal stays": (["-0.05", "12.0", "0.1"], (
        5, b"", number_mode(0, 1, 2) + signed(-5, 1200, 10))),
    "no point stays": (["-0.05", "10", "0.1", "0"], (
        5, b"", number_mode(0, 2, 2) + signed(-5, 1000, 10, 0))),
    "no point and no scale": (["100"], (5, b"", number_mode(0, 2, 0) + signed(100))),
    "decimals of its own each": (["1.50", "-3", "0." + "0" * 14 + "1"], (
        5, b"", number_mode(0, 3, 0) + uint(2 + 16 * 300, 0 + 16 * 5, 15 + 16 * 2))),
    "times to the time before": (
        ['"2026-02-25T06:13:20.100Z"', '"2026-02-25T06:13:19.999Z"'],
        (6, b"", b"\0" + signed(100, -101))),
    "times to the wall": (['"2026-02-25T06:13:20.100Z"', '"1970-01-01T00:00:00.000Z"'], (
        6, b"", b"\1" + signed(100, -WALL - 5))),
    "the last time": (['"9999-12-31T23:59:59.999Z"'], (
        6, b"", b"\1" + signed(253_402_300_799_999 - WALL))),
    "booleans": (["true", *["false"] * 7, "false", "true"], (7, b"\1\2", b"")),
    "text": (['"a\\"b"', '""', '"a\\"b"', '""'], (
        4, bytes([1, 1, 2, 3]), uint(0, 4, 0), b'a\\"b')),
    "any other text": (["[1,1e5]", '{"a":[]}'], (
        9, b"\1\1", uint(0, 7, 8), b'[1,1e5]{"a":[]}')),
    "identifiers": (['"00010203-0405-0607-0809-0a0b0c0d0e0f"'] * 2, (
        4, b"\1\0", b"\1", b"", bytes(range(16)))),
    "identifiers with a time": (['"019c936d-0801-7607-8809-0a0b0c0d0e0f"'], (
        4, b"\1", b"\2" + signed(0x019C936D0801 - WALL), b"",
        b"\x76\7\x88\x09\x0a\x0b\x0c\x0d\x0e\x0f")),
    "hexadecimal digits": (['"00ff"', '""'], (4, b"\1\1", uint(3, 2, 0), b"", b"\0\xff")),
    "decimal numbers": (['"0"', f'"{2**64 - 1}"'], (4, b"\1\1", uint(4, 0, 2**64 - 1))),
    "digests": ([f'"k1:{"_" * 42}8"', f'"k1:{"A" * 43}"'], (
        4, b"\1\1", uint(5, 3), b"k1:", b"\xff" * 32 + bytes(32))),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_read(name: str) -> None:
    values, arguments = COLUMNS[name]
    assert single_column(*arguments, values=values) == values
    for place in (1, 2, 3, 4):
        if len(arguments) > place:
            longer = [*arguments]
            longer[place] += b"\1"
            with pytest.raises(block.Malformed, match="left over"):
                single_column(*longer, values=values)
