"""The events of version 1, and the elements of their arrays, row by row.

Columns are read from the first class to the last; texts are then put together from the last to the
first, so that an array finds its elements written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.fields import ElementClass, Field, Shape
from harness.sections import Codes, Sections, require
from harness.values import Values

EVENT_BYTES = 1 << 20
"""What one event's text may come to."""

Known = dict[tuple[int, int], list[tuple[Field, bytes]]]
"""The values of each tuple, by its group and number."""


@dataclass
class Row:
    """One event, or one element of an array of it."""

    owner: int
    shape: Shape
    tuples: dict[int, tuple[int, bool]] = field(default_factory=dict)
    """By group: which tuple it is, and whether it is new."""


@dataclass
class Columns:
    """The rows of one class, and what stands in them."""

    table: ElementClass
    rows: list[Row]
    texts: dict[Field, list[bytes]] = field(default_factory=dict)
    counts: dict[Field, list[int]] = field(default_factory=dict)


class RowReader:
    """Reads the rows of all classes; their texts come to `length` bytes."""

    def __init__(self, sections: Sections, classes: list[ElementClass], length: int) -> None:
        self._sections = sections
        self._classes = classes
        self._length = length
        self._room = length
        self._columns: list[Columns] = []

    def shapes(self, table: ElementClass, count: int) -> list[Shape]:
        """The shape of each row; their texts must have room for what stands in every text."""
        codes = Codes("shapes")
        found = []
        for _ in range(count):
            number = codes.next(self._sections.indexes)
            require(number < len(table.shapes), "shapes: more than the table holds")
            found.append(table.shapes[number])
            self._room -= table.shapes[number].least
            require(self._room >= 0, "texts: longer than stated")
        return found

    def events(self, shapes: list[Shape]) -> None:
        """Reads which tuples the events have."""
        rows = [Row(owner, shape) for owner, shape in enumerate(shapes)]
        for group in (1, 2):
            codes, first = Codes("tuples"), []
            for row in rows:
                if not row.shape.groups & group:
                    continue
                number = codes.next(self._sections.indexes)
                is_new = number == len(first)
                if is_new:
                    first.append(row.shape.grouped[group])
                require(first[number] == row.shape.grouped[group], "tuple: other fields")
                row.tuples[group] = (number, is_new)
        self._columns.append(Columns(self._classes[0], rows))

    def values(self, values: Values) -> None:
        """Reads the columns of all fields, and the rows of the classes behind class 0."""
        owners_of: dict[ElementClass, list[int]] = {}
        for table in self._classes:
            if table.number > 0:
                owners = owners_of[table]
                shapes = self.shapes(table, len(owners))
                rows = [Row(owner, shape) for owner, shape in zip(owners, shapes)]
                self._columns.append(Columns(table, rows))
            columns = self._columns[-1]
            stands: dict[Field, list[int]] = {here: [] for here in table.fields}
            for row in columns.rows:
                for here in row.shape.fields:
                    if row.tuples.get(here.group, (0, True))[1]:
                        stands[here].append(row.owner)
            for here, owners in stands.items():
                if here.elements:
                    counts = columns.counts[here] = values.counts(owners)
                    owners_of[here.elements] = [
                        owner for owner, count in zip(owners, counts) for _ in range(count)
                    ]
                elif owners:
                    columns.texts[here] = values.texts(here, owners)

    def texts(self) -> list[bytes]:
        """The texts of the events."""
        written: dict[ElementClass, list[bytes]] = {}
        for columns in reversed(self._columns):
            for here, counts in columns.counts.items():
                elements = iter(written.pop(here.elements))
                columns.texts[here] = [
                    b"[%b]" % b",".join(next(elements) for _ in range(count)) for count in counts
                ]
            written[columns.table] = self._written(columns)
        return written[self._classes[0]]

    def _written(self, columns: Columns) -> list[bytes]:
        """The texts of one class; none is put together that the stated length has no room for."""
        sources = {here: iter(texts) for here, texts in columns.texts.items()}
        known: Known = {}
        room = self._length
        written = []
        for row in columns.rows:
            pieces = _pieces(row, sources, known)
            size = sum(map(len, pieces))
            room -= size
            require(room >= 0, "texts: longer than stated")
            require(size <= EVENT_BYTES, "text: length")
            written.append(b"".join(pieces))
        return written


def _pieces(row: Row, sources: dict[Field, Iterator[bytes]], known: Known) -> list[bytes]:
    """All that a row's text consists of; a tuple that came before gives its values again."""
    again: dict[Field, Iterator[bytes]] = {}
    kept: dict[int, list[tuple[Field, bytes]]] = {}
    for group, (number, is_new) in row.tuples.items():
        if is_new:
            kept[group] = known[group, number] = []
            continue
        values: dict[Field, list[bytes]] = {}
        for here, value in known[group, number]:
            values.setdefault(here, []).append(value)
        again |= {here: iter(found) for here, found in values.items()}
    pieces = []
    for piece in row.shape.pieces:
        if isinstance(piece, Field):
            value = next(again[piece] if piece in again else sources[piece])
            if piece.group in kept:
                kept[piece.group].append((piece, value))
            pieces.append(value)
        else:
            pieces.append(piece)
    return pieces
