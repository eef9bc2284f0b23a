"""Shapes of version 1: what events that differ in nothing but values have in common.

Class 0 are the events; each array opens a class, its elements. A shape becomes a list of pieces:
bytes that stand in every text of the shape, and between them fields whose values differ.
"""

from __future__ import annotations

from harness.fields import UNGROUPED, ElementClass, Field, Shape, Text, Type
from harness.sections import BLOCK_BYTES, Section, require

DEPTH_MAX = 64

Place = tuple[int, bool]
"""Behind a field, by its number, or at an object's beginning, which is told apart by `False`."""

Follows = dict[Place, Field | None]
"""What came at a place the last time; `None` is the end of the object."""

START: Place = (-1, True)


class ShapeReader:
    """Reads the classes from the beginning of the indexes, and their keys from the text."""

    def __init__(self, indexes: Section, text: Section) -> None:
        self._indexes = indexes
        self._text = text
        self._room = BLOCK_BYTES
        self.classes = [ElementClass(0, 0)]

    def read(self) -> list[ElementClass]:
        """All classes; each class may open more."""
        for table in self.classes:
            follows: Follows = {}
            for _ in range(self._indexes.uint()):
                table.shapes.append(self._shape(table, follows))
        return self.classes

    def _shape(self, table: ElementClass, follows: Follows) -> Shape:
        shape = self._envelope() if table.number == 0 else Shape()
        text = Text(shape)
        opened: list[Field] = []
        place = START
        while True:
            parent = opened[-1] if opened else None
            here = self._next(table, parent, follows, place)
            follows[place] = here
            if here is None:
                require(parent is not None, "shape: an end without an object")
                text.end()
                place = (opened.pop().number, True)
            else:
                require(here.parent is parent, "shape: a field outside of its object")
                require(
                    table.number > 0 or parent is not None or here.type in (Type.OBJECT, Type.RAW),
                    "shape: an event that is no object",
                )
                self._stand(here, text)
                if here.type == Type.OBJECT:
                    opened.append(here)
                place = (here.number, here.type != Type.OBJECT)
            if not opened:
                return text.finished()

    def _envelope(self) -> Shape:
        word, groups = self._indexes.byte(), self._indexes.byte()
        kind, stage, quality = word & 7, word >> 3 & 7, word >> 6
        require(kind <= 5, "shape: kind")
        require(stage <= 5, "shape: stage")
        require(quality <= 2, "shape: quality")
        require(groups <= 3, "shape: groups in use")
        return Shape(kind, stage, quality, groups)

    def _next(
        self, table: ElementClass, parent: Field | None, follows: Follows, place: Place
    ) -> Field | None:
        """The field that stands next in a shape; None is the end of an object."""
        code = self._indexes.uint()
        if code == 0:
            require(place in follows, "shape: nothing came here before")
            return follows[place]
        if code == 1:
            return None
        if code == 2:
            return self._defined(table, parent)
        require(code - 3 < len(table.fields), "shape: an unknown field")
        return table.fields[code - 3]

    def _defined(self, table: ElementClass, parent: Field | None) -> Field:
        """A field that is defined now."""
        byte = self._indexes.byte()
        require(1 <= byte & 15 <= 9, "field: type")
        type, group = Type(byte & 15), byte >> 4
        require(group <= 2, "field: group")
        require(group == 0 or table.number == 0, "field: a group behind class 0")
        require(group == 0 or type not in UNGROUPED, "field: a group of this type")
        key = self._text.take(self._indexes.uint()) if parent else b""
        depth = (parent.depth if parent else table.depth) + (type in (Type.OBJECT, Type.ARRAY))
        require(depth <= DEPTH_MAX, "field: depth")
        made = Field(len(table.fields), type, group, parent, key, depth)
        table.fields.append(made)
        if type == Type.ARRAY:
            made.elements = ElementClass(len(self.classes), depth)
            self.classes.append(made.elements)
        return made

    def _stand(self, here: Field, text: Text) -> None:
        """Writes a field where it stands, with its constant where it has one."""
        constant = b""
        if here.type == Type.CONSTANT:
            number = here.codes.next(self._indexes)
            if number == len(here.constants):
                here.constants.append(self._text.take(self._indexes.uint()))
            constant = here.constants[number]
        self._room -= len(here.key) + len(constant)
        require(self._room >= 0, "shapes: keys and constants over the limit")
        text.stand(here, constant)
