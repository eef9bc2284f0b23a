"""Blocks, read from their description alone; version 0 is written here too.

A frame of 24 bytes, little-endian: magic, version, flags, reserved, stored length, inflated length,
event count, CRC-32 of bytes 0..<20 and the stored payload. Version 0's payload is NDJSON,
raw-deflated where flag 0 says so: a header line, then a line for each event. Of version 1 the frame
alone is here.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

from harness import columns
from harness.dictionary import NO_DICTIONARY, Dictionary
from harness.sections import Malformed, inflated, require

__all__ = [
    "EVENT_KEYS", "FRAME", "Block", "Malformed", "decode", "encode", "frame", "line", "unframe"
]

FRAME = struct.Struct("<4sBBHIIII")
HEADER_KEYS = {"device", "stream", "lane", "epoch", "boot", "previous", "tombstones"}
EVENT_KEYS = ["seq", "kind", "stage", "mono", "wall", "quality", "producer", "event"]
MARK = ',"event":'
NAME_BYTES = 8


@dataclass
class Block:
    """A block's header, and its events in order; each event's own text is kept verbatim."""

    header: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def sequences(self) -> list[int]:
        """The events' sequence numbers."""
        return [event["seq"] for event in self.events]


def frame(payload: bytes, count: int, deflate: bool = True) -> bytes:
    """Puts a payload into its frame."""
    stored = payload
    if deflate:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        stored = packer.compress(payload) + packer.flush()
    head = FRAME.pack(b"FFBK", 0, int(deflate), 0, len(stored), len(payload), count, 0)[:20]
    return head + struct.pack("<I", zlib.crc32(head + stored)) + stored


def line(sequence: int, event: str, kind: str = "track", **more: Any) -> str:
    """One event's line; `event` is canonical text."""
    fields = {
        "seq": sequence, "kind": kind, "stage": None, "mono": 1000 + sequence,
        "wall": 1_772_000_000_000 + sequence, "quality": "synchronised", "producer": "0" * 16,
    } | more
    return json.dumps(fields, separators=(",", ":"))[:-1] + MARK + event + "}"


def encode(header: dict[str, Any], lines: list[str], deflate: bool = True) -> bytes:
    """A block of a header and event lines."""
    texts = [json.dumps(header, separators=(",", ":")), *lines]
    payload = "".join(text + "\n" for text in texts).encode("utf-8", "surrogatepass")
    return frame(payload, len(lines), deflate)


def framed(data: bytes) -> tuple[int, int, int, int]:
    """The version, flags, length and event count of a framed block, every field checked."""
    require(len(data) >= FRAME.size, "shorter than its frame")
    magic, version, flags, reserved, stored, length, count, crc = FRAME.unpack_from(data)
    require(magic == b"FFBK", "magic")
    require(version in (0, 1), "version")
    require(flags in (0, 1 + version), "flags")
    require(reserved == 0, "reserved")
    require(len(data) == FRAME.size + stored, "stored length")
    require(crc == zlib.crc32(data[:20] + data[24:]), "checksum")
    if flags == 2:
        require(stored >= NAME_BYTES and count > 0, "dictionary")
    return version, flags, length, count


def unframe(data: bytes) -> tuple[bytes, int]:
    """The payload and event count of a framed block of version 0."""
    version, flags, length, count = framed(data)
    require(version == 0, "version")
    payload = data[24:]
    if flags & 1:
        payload = inflated(payload, length, "payload")
    require(len(payload) == length, "inflated length")
    return payload, count


def dictionary_name(data: bytes) -> bytes:
    """The name of the dictionary that a block was written with; empty where it was with none."""
    return data[FRAME.size:FRAME.size + NAME_BYTES] if data[5:6] == b"\2" else b""


def behind(data: bytes, earlier: Dictionary) -> bytes:
    """What begins with the head of a block of version 1, which may name a dictionary before it."""
    name = dictionary_name(data)
    require(name in (b"", earlier.name), "another dictionary")
    return data[FRAME.size + len(name):]


def contents(data: bytes, earlier: Dictionary = NO_DICTIONARY) -> bytes:
    """All that somebody who opens a block can see: as it stands, inflated, put together."""
    block = decode(data, earlier)
    if data[4] == 1:
        inside = columns.plain(behind(data, earlier), _used(data, earlier))
    else:
        inside = unframe(data)[0]
    return data + inside + json.dumps(block.header).encode() + "\n".join(block.texts).encode()


def left(data: bytes, earlier: Dictionary) -> Dictionary | None:
    """The dictionary that a block leaves, if it leaves one."""
    version, _, _, count = framed(data)
    if version == 0 or count == 0:
        return None
    return columns.left(behind(data, earlier), _used(data, earlier))


def _used(data: bytes, earlier: Dictionary) -> Dictionary:
    return earlier if dictionary_name(data) else NO_DICTIONARY


def decode(data: bytes, earlier: Dictionary = NO_DICTIONARY) -> Block:
    """Reads a block of any version and believes nothing of it.

    `earlier` is the dictionary that it was written with, if it was with one.
    """
    version, _, length, count = framed(data)
    if version == 1:
        block = Block(
            *columns.read(behind(data, earlier), count, length, _used(data, earlier))
        )
        require(all(list(event) == EVENT_KEYS for event in block.events), "event keys")
        return block
    payload, count = unframe(data)
    require(payload.endswith(b"\n"), "last line end")
    texts = payload.decode("utf-8").split("\n")[:-1]
    require(len(texts) == count + 1, "event count")
    header = json.loads(texts[0])
    require(set(header) <= HEADER_KEYS, "header keys")
    require(HEADER_KEYS - {"previous"} <= set(header), "header lacks a key")
    require(" " not in texts[0] or " " in header["device"], "white space in the header")
    require(header["lane"] in ("critical", "normal", "ambient"), "lane")
    block = Block(header)
    for text in texts[1:]:
        event = json.loads(text)
        require(list(event) == EVENT_KEYS, "event keys and their order")
        require(
            event["quality"] in ("synchronised", "unsynchronised", "implausible"), "quality"
        )
        require(not block.events or event["seq"] > block.events[-1]["seq"], "order")
        block.events.append(event)
        block.texts.append(text.split(MARK, 1)[1][:-1])
    return block
