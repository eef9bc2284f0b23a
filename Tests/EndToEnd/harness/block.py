"""Block version 0, written and read from its description alone.

A frame of 24 bytes, little-endian: magic, version, flags, reserved, stored length, inflated length,
event count, CRC-32 of bytes 0..<20 and the stored payload. The payload is NDJSON, raw-deflated
where flag 0 says so: a header line, then a line for each event.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

FRAME = struct.Struct("<4sBBHIIII")
HEADER_KEYS = {"device", "stream", "lane", "epoch", "boot", "previous", "tombstones"}
EVENT_KEYS = ["seq", "kind", "stage", "mono", "wall", "quality", "producer", "event"]
MARK = ',"event":'


class Malformed(Exception):
    """The bytes are no block."""


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


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Malformed(what)


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


def unframe(data: bytes) -> tuple[bytes, int]:
    """The payload and event count of a framed block, every field checked."""
    _require(len(data) >= FRAME.size, "shorter than its frame")
    magic, version, flags, reserved, stored, inflated, count, crc = FRAME.unpack_from(data)
    _require(magic == b"FFBK", "magic")
    _require(version == 0, "version")
    _require(flags in (0, 1), "flags")
    _require(reserved == 0, "reserved")
    _require(len(data) == FRAME.size + stored, "stored length")
    _require(crc == zlib.crc32(data[:20] + data[24:]), "checksum")
    payload = data[24:]
    if flags & 1:
        inflater = zlib.decompressobj(-15)
        payload = inflater.decompress(payload, inflated + 1)
        _require(inflater.eof and not inflater.unused_data, "deflate stream")
    _require(len(payload) == inflated, "inflated length")
    return payload, count


def decode(data: bytes) -> Block:
    """Reads a block and believes nothing of it."""
    payload, count = unframe(data)
    _require(payload.endswith(b"\n"), "last line end")
    texts = payload.decode("utf-8").split("\n")[:-1]
    _require(len(texts) == count + 1, "event count")
    header = json.loads(texts[0])
    _require(set(header) <= HEADER_KEYS, "header keys")
    _require(HEADER_KEYS - {"previous"} <= set(header), "header lacks a key")
    _require(" " not in texts[0] or " " in header["device"], "white space in the header")
    _require(header["lane"] in ("critical", "normal", "ambient"), "lane")
    block = Block(header)
    for text in texts[1:]:
        event = json.loads(text)
        _require(list(event) == EVENT_KEYS, "event keys and their order")
        _require(
            event["quality"] in ("synchronised", "unsynchronised", "implausible"), "quality"
        )
        _require(not block.events or event["seq"] > block.events[-1]["seq"], "order")
        block.events.append(event)
        block.texts.append(text.split(MARK, 1)[1][:-1])
    return block
