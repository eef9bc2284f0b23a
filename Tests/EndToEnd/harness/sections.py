"""The bytes of a block's parts, and the numbers in them; nothing is believed of either.

A section is read from its beginning to its end, and whatever reads it says when that must be.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

BLOCK_BYTES = 8 << 20
"""What the sections, a payload or the events' texts may come to, together."""

EPOCHS = range(1, 1 << 28)


class Malformed(Exception):
    """The bytes are no block."""


def require(holds: bool, what: str) -> None:
    """Refuses the block, and says for what, unless a check holds."""
    if not holds:
        raise Malformed(what)


def wrapped(number: int) -> int:
    """A sum as a signed number of 64 bits."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


class Section:
    """Bytes that are read once, from the first to the last."""

    def __init__(self, name: str, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._name = name
        self._ended = f"{name}: ends too soon"

    def take(self, length: int) -> bytes:
        """The next so many bytes."""
        end = self._at + length
        require(end <= len(self._data), self._ended)
        taken = self._data[self._at:end]
        self._at = end
        return taken

    @property
    def remaining(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.remaining)

    def byte(self) -> int:
        """The next byte, as a number."""
        require(self._at < len(self._data), self._ended)
        self._at += 1
        return self._data[self._at - 1]

    def uint(self) -> int:
        """An unsigned number of 64 bits in LEB128."""
        number = 0
        for shift in range(0, 70, 7):
            byte = self.byte()
            number |= (byte & 127) << shift
            if byte < 128:
                require(number < 1 << 64, f"{self._name}: a number of more than 64 bits")
                return number
        raise Malformed(f"{self._name}: a number of more than 10 bytes")

    def signed(self) -> int:
        """A signed number of 64 bits, as a zigzag one."""
        number = self.uint()
        return number >> 1 ^ -(number & 1)

    def counted(self) -> bytes:
        """A length and as many bytes."""
        return self.take(self.uint())

    def finish(self) -> None:
        """Nothing may be left."""
        require(self._at == len(self._data), f"{self._name}: bytes are left over")


class Codes:
    """A list of which many values come again, read as codes; values are counted from 0."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.known = 0
        self._last = -1

    def next(self, section: Section) -> int:
        """The number of the next value of the list; one that is new has the highest yet."""
        code = section.uint()
        if code == 0:
            require(self._last >= 0, f"{self._name}: the same as the value before the first")
        elif code == 1:
            self._last = self.known
            self.known += 1
        else:
            require(code - 2 < self.known, f"{self._name}: a value that has not come yet")
            self._last = code - 2
        return self._last


def inflated(stream: bytes, length: int, name: str, dictionary: bytes = b"") -> bytes:
    """The bytes of a raw deflate stream that has nothing behind it, and no other length."""
    inflater = zlib.decompressobj(-15, zdict=dictionary)
    try:
        data = inflater.decompress(stream, length + 1)
    except zlib.error as error:
        raise Malformed(f"{name}: deflate stream: {error}") from error
    require(inflater.eof and not inflater.unused_data, f"{name}: deflate stream")
    require(len(data) == length, f"{name}: inflated length")
    return data


@dataclass
class Sections:
    """The four sections of a block's events."""

    text: Section
    indexes: Section
    numbers: Section
    stored: Section

    @staticmethod
    def of(behind: Section, dictionaries: dict[str, Callable[[], bytes]]) -> Sections:
        """What stands behind a block's head; some sections have dictionaries."""
        found: dict[str, Section] = {}
        room = BLOCK_BYTES
        for name in ("text", "indexes", "numbers"):
            length, packed = behind.uint(), behind.uint()
            require(length <= room, f"{name}: length over the limit")
            room -= length
            data = behind.take(packed or length)
            if packed:
                data = inflated(data, length, name, dictionaries.get(name, bytes)())
            found[name] = Section(name, data)
        stored = behind.rest()
        require(len(stored) <= room, "stored: length over the limit")
        return Sections(**found, stored=Section("stored", stored))

    def finish(self) -> None:
        """Nothing may be left in any."""
        for section in (self.text, self.indexes, self.numbers, self.stored):
            section.finish()
