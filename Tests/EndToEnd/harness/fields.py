"""What a shape of version 1 is made of: fields, and the text that stands between their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from harness.sections import Codes


class Type(IntEnum):
    """What a field's values are."""

    OBJECT = 1
    ARRAY = 2
    NULL = 3
    STRING = 4
    NUMBER = 5
    TIME = 6
    BOOLEAN = 7
    CONSTANT = 8
    RAW = 9


UNGROUPED = {Type.OBJECT, Type.ARRAY, Type.NULL, Type.TIME, Type.CONSTANT}


@dataclass(eq=False)
class Field:
    """A member of one object, an element of one array, or an event as a whole."""

    number: int
    type: Type
    group: int
    parent: Field | None
    key: bytes
    depth: int
    elements: ElementClass | None = None
    codes: Codes = field(default_factory=lambda: Codes("constants"))
    constants: list[bytes] = field(default_factory=list)


@dataclass
class Shape:
    """The text that its events share, with the fields that stand between."""

    kind: int = 0
    stage: int = 0
    quality: int = 0
    groups: int = 0
    pieces: list[bytes | Field] = field(default_factory=list)
    grouped: tuple[list[int], ...] = field(default_factory=lambda: ([], [], []))
    least: int = 0
    """How many bytes any text of this shape has at the least."""

    @property
    def fields(self) -> Iterator[Field]:
        """The fields that have values of their own, in the order of the text."""
        return (piece for piece in self.pieces if isinstance(piece, Field))


@dataclass(eq=False)
class ElementClass:
    """The events, or the elements of one array wherever it stands, with their shapes."""

    number: int
    depth: int
    fields: list[Field] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)


class Text:
    """Writes a shape's pieces."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._bytes = bytearray()
        self._is_first = True

    def stand(self, here: Field, constant: bytes) -> None:
        """Writes a field: all of it, or up to where its value stands."""
        if here.parent:
            self._bytes += b'"%b":' % here.key if self._is_first else b',"%b":' % here.key
        self._is_first = here.type == Type.OBJECT
        if here.group:
            self._shape.grouped[here.group].append(here.number)
        if here.type == Type.OBJECT:
            self._bytes += b"{"
        elif here.type == Type.NULL:
            self._bytes += b"null"
        elif here.type == Type.CONSTANT:
            self._bytes += b'"%b"' % constant
        else:
            self._flush()
            self._shape.pieces.append(here)
            self._shape.least += 1

    def end(self) -> None:
        """Ends the innermost object."""
        self._bytes += b"}"
        self._is_first = False

    def finished(self) -> Shape:
        """The shape, whole; fields of a group are compared without regard to their order."""
        self._flush()
        for numbers in self._shape.grouped:
            numbers.sort()
        return self._shape

    def _flush(self) -> None:
        if self._bytes:
            self._shape.pieces.append(bytes(self._bytes))
            self._shape.least += len(self._bytes)
            self._bytes.clear()
