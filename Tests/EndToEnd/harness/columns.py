"""Block version 1, read from its description alone: a head, and the events in columns."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from harness.dictionary import NO_DICTIONARY, Dictionary
from harness.oracle import STAGES
from harness.rows import RowReader
from harness.sections import (
    BLOCK_BYTES, EPOCHS, Codes, Malformed, Section, Sections, require, wrapped
)
from harness.shapes import ShapeReader
from harness.values import Values

LANES = ["critical", "normal", "ambient"]
KINDS = ["track", "identify", "page", "screen", "group", "alias"]
QUALITIES = ["synchronised", "unsynchronised", "implausible"]
DEVICE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
REASON = re.compile(rb"[a-z0-9_:.-]{1,64}")
EVENTS_MAX = 8192
DICTIONARY = Path(__file__).parent.parent / "fixtures" / "dictionary-1.txt"
"""The preset dictionary of rows of kind 1, byte for byte."""


@cache
def dictionary() -> bytes:
    """What the deflate stream of a text section begins with."""
    return DICTIONARY.read_bytes()


def read(
    behind: bytes, count: int, length: int, earlier: Dictionary = NO_DICTIONARY
) -> tuple[dict[str, Any], list[dict], list[str]]:
    """The header, the events and their texts, of what begins with the head."""
    require(len(behind) <= BLOCK_BYTES, "length over the limit")
    require(length <= BLOCK_BYTES, "texts: length over the limit")
    require(count <= EVENTS_MAX, "event count over the limit")
    section = Section("head", behind)
    header = head(section)
    if count == 0:
        require(length == 0, "texts: a length without events")
        section.finish()
        return header, [], []
    sections = _sections(section, earlier)
    events, texts = _events(sections, count, length)
    sections.finish()
    return header, events, texts


def _sections(behind: Section, earlier: Dictionary) -> Sections:
    return Sections.of(
        behind, {"text": lambda: dictionary() + earlier.text, "indexes": lambda: earlier.indexes}
    )


def plain(behind: bytes, earlier: Dictionary = NO_DICTIONARY) -> bytes:
    """All that the head is the beginning of, inflated."""
    section = Section("head", behind)
    head(section)
    if not section.remaining:
        return behind
    sections = _sections(section, earlier)
    parts = (sections.text, sections.indexes, sections.numbers, sections.stored)
    return behind + b"".join(part.rest() for part in parts)


def left(behind: bytes, earlier: Dictionary) -> Dictionary:
    """The dictionary that a block with events leaves."""
    section = Section("head", behind)
    head(section)
    sections = _sections(section, earlier)
    return earlier.followed(sections.text.rest(), sections.indexes.rest())


def head(section: Section) -> dict[str, Any]:
    """What a block says of all of its events, as version 0 would write it."""
    lane = section.byte()
    require(lane < len(LANES), "lane")
    stream, boot = section.take(16).hex(), section.take(16).hex()
    epoch = section.uint()
    require(epoch in EPOCHS, "epoch")
    device = section.counted()
    require(DEVICE.fullmatch(device) is not None, "device")
    header: dict[str, Any] = {
        "device": device.decode(), "stream": stream, "lane": LANES[lane], "epoch": epoch,
        "boot": boot,
    }
    previous = section.uint()
    if previous:
        require(previous < epoch, "previous epoch")
        header["previous"] = {"epoch": previous, "end": section.uint()}
    header["tombstones"] = [_tombstone(section, stream) for _ in range(section.uint())]
    return header


def _tombstone(section: Section, stream: str) -> dict[str, Any]:
    other = section.byte()
    require(other <= 1, "tombstone: stream")
    if other:
        stream = section.take(16).hex()
    epoch = section.uint()
    require(epoch in EPOCHS, "tombstone: epoch")
    reason = section.counted()
    require(REASON.fullmatch(reason) is not None, "tombstone: reason")
    count = section.uint()
    require(count > 0, "tombstone: no range")
    ids: list[list[int]] = []
    for _ in range(count):
        between = section.uint()
        require(between > 0 or not ids, "tombstone: ranges that touch")
        first = ids[-1][1] + 1 + between if ids else between
        ids.append([first, first + section.uint()])
        require(ids[-1][1] < 1 << 64, "tombstone: a number of more than 64 bits")
    return {"stream": stream, "epoch": epoch, "reason": reason.decode(), "ids": ids}


def _events(sections: Sections, count: int, length: int) -> tuple[list[dict], list[str]]:
    classes = ShapeReader(sections.indexes, sections.text).read()
    sequences = _sequences(sections.numbers, count)
    walls = _sums(sections.numbers, count)
    offsets = _sums(sections.numbers, count)
    producers = _producers(sections, count)
    rows = RowReader(sections, classes, length)
    shapes = rows.shapes(classes[0], count)
    rows.events(shapes)
    rows.values(Values(sections, sequences, walls, length))
    texts = rows.texts()
    require(sum(map(len, texts)) == length, "texts: shorter than stated")
    events, written = [], []
    for place, (shape, data) in enumerate(zip(shapes, texts)):
        text = _text(data)
        written.append(text)
        events.append({
            "seq": sequences[place], "kind": KINDS[shape.kind],
            "stage": STAGES[shape.stage - 1] if shape.stage else None,
            "mono": wrapped(offsets[place] + walls[place]), "wall": walls[place],
            "quality": QUALITIES[shape.quality], "producer": producers[place],
            "event": _parsed(text),
        })
    return events, written


def _text(data: bytes) -> str:
    """An event's text, which is a line's and an object's."""
    require(data.startswith(b"{") and data.endswith(b"}"), "text: no object")
    require(b"\n" not in data, "text: a line feed")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"text: UTF-8: {error}") from error


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Malformed(f"text: JSON: {error}") from error


def _sequences(numbers: Section, count: int) -> list[int]:
    """Ascending numbers."""
    found = [numbers.uint()]
    for _ in range(count - 1):
        found.append(found[-1] + 1 + numbers.uint())
    require(found[-1] < 1 << 64, "sequence: a number of more than 64 bits")
    return found


def _sums(numbers: Section, count: int) -> list[int]:
    """Numbers of which each stands as its difference to the one before."""
    found = [0]
    for _ in range(count):
        found.append(wrapped(found[-1] + numbers.signed()))
    return found[1:]


def _producers(sections: Sections, count: int) -> list[str]:
    """Sixteen hexadecimal digits each."""
    codes, distinct, found = Codes("producers"), [], []
    for _ in range(count):
        number = codes.next(sections.indexes)
        if number == len(distinct):
            distinct.append(sections.stored.take(8).hex())
        found.append(distinct[number])
    return found
