"""Columns of version 1: the values that one field has, wherever it stands."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from harness.fields import Field, Type
from harness.sections import Codes, Sections, require, wrapped

EPOCH_BEGIN = datetime(1970, 1, 1)
TIME_END = 253_402_300_800_000
"""The first millisecond of the year 10000."""


def decimals(number: int, count: int) -> str:
    """The text of number ÷ 10^count, with so many decimals."""
    sign, digits = "-" if number < 0 else "", str(abs(number)).rjust(count + 1, "0")
    return f"{sign}{digits[:-count]}.{digits[-count:]}" if count else sign + digits


def moment(milliseconds: int) -> str:
    """The text of a time between its quotation marks."""
    require(0 <= milliseconds < TIME_END, "time: year")
    time = EPOCH_BEGIN + timedelta(milliseconds=milliseconds)
    return time.isoformat(timespec="milliseconds") + "Z"


class Values:
    """Reads the columns of fields; their owners are the events that the values stand in."""

    def __init__(
        self, sections: Sections, sequences: list[int], walls: list[int], length: int
    ) -> None:
        self._sections = sections
        self._sequences = sequences
        self._walls = walls
        self._length = length
        self._prefix = b""

    def counts(self, owners: list[int]) -> list[int]:
        """How many elements each array has; each element takes a byte of the texts at least."""
        counts = []
        for _ in owners:
            counts.append(self._sections.indexes.uint())
            self._length -= counts[-1]
            require(self._length >= 0, "counts: more elements than the texts have room for")
        return counts

    def texts(self, here: Field, owners: list[int]) -> list[bytes]:
        """The values of a field as they stand in the text."""
        if not owners:
            return []
        if here.type == Type.BOOLEAN:
            return self._booleans(len(owners))
        if here.type == Type.TIME:
            return self._times(owners)
        if here.type == Type.NUMBER:
            return self._numbers(owners)
        require(here.type in (Type.STRING, Type.RAW), "field: a type without a column")
        return self._strings(here, owners)

    def _booleans(self, count: int) -> list[bytes]:
        bits = self._sections.indexes.take((count + 7) // 8)
        return [
            b"true" if bits[place >> 3] >> (place & 7) & 1 else b"false" for place in range(count)
        ]

    def _times(self, owners: list[int]) -> list[bytes]:
        numbers = self._sections.numbers
        mode = numbers.byte()
        require(mode <= 1, "time: mode")
        values, time = [], self._walls[0]
        for owner in owners:
            time = wrapped(numbers.signed() + (self._walls[owner] if mode else time))
            values.append(b'"%b"' % moment(time).encode())
        return values

    def _numbers(self, owners: list[int]) -> list[bytes]:
        numbers = self._sections.numbers
        mode = numbers.byte()
        coding, style, scale = mode & 3, mode >> 2 & 3, mode >> 4
        require(coding <= 2, "number: coding")
        require(style != 1 or scale > 0, "number: style 1 without a scale")
        require(style != 3 or coding == scale == 0, "number: style 3 with a coding or a scale")
        values, last = [], 0
        for owner in owners:
            if style == 3:
                word = numbers.uint()
                number = word >> 5 ^ -(word >> 4 & 1)
                values.append(decimals(number, word & 15).encode())
                continue
            last = wrapped(numbers.signed() + (last if coding else 0))
            number = wrapped(last + self._sequences[owner]) if coding == 2 else last
            text = decimals(number, scale)
            if style and scale:
                text = text.rstrip("0")
                if text.endswith("."):
                    text = text + "0" if style == 1 else text[:-1]
            values.append(text.encode())
        return values

    def _strings(self, here: Field, owners: list[int]) -> list[bytes]:
        form = self._sections.numbers.byte()
        forms: list[Callable[[int], bytes]] = [
            self._plain, self._uuid, self._timed_uuid, self._pairs, self._decimal, self._digest
        ]
        require(form < len(forms), "string: form")
        require(here.type == Type.STRING or form == 0, "string: a form of any other text")
        if form == 5:
            self._prefix = self._sections.text.take(self._sections.numbers.uint())
        codes, distinct, values = Codes("string"), [], []
        for owner in owners:
            number = codes.next(self._sections.indexes)
            if number == len(distinct):
                value = forms[form](owner)
                distinct.append(value if here.type == Type.RAW else b'"%b"' % value)
            values.append(distinct[number])
        return values

    def _plain(self, owner: int) -> bytes:
        return self._sections.text.take(self._sections.numbers.uint())

    def _uuid(self, owner: int) -> bytes:
        return str(UUID(bytes=self._sections.stored.take(16))).encode()

    def _timed_uuid(self, owner: int) -> bytes:
        time = wrapped(self._sections.numbers.signed() + self._walls[owner])
        require(0 <= time < 1 << 48, "string: a time of more than 48 bits")
        begin = time.to_bytes(6, "big")
        return str(UUID(bytes=begin + self._sections.stored.take(10))).encode()

    def _pairs(self, owner: int) -> bytes:
        return self._sections.stored.take(self._sections.numbers.uint()).hex().encode()

    def _decimal(self, owner: int) -> bytes:
        return str(self._sections.numbers.uint()).encode()

    def _digest(self, owner: int) -> bytes:
        digest = base64.urlsafe_b64encode(self._sections.stored.take(32))
        return self._prefix + digest.rstrip(b"=")
