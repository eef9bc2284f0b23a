"""What is no block is refused as a whole, signed, and nothing of it is stored."""

from __future__ import annotations

import json
import secrets
import struct
import zlib
from collections.abc import Callable

import pytest

from harness import wire
from harness.block import FRAME, encode, frame, line, unframe
from harness.collector import Collector
from harness.uploader import Device, check_receipt

pytestmark = pytest.mark.centre


def resealed(data: bytes, **fields: int) -> bytes:
    """The block with fields of its frame changed and its checksum made right again."""
    names = ["magic", "version", "flags", "reserved", "stored", "inflated", "count", "crc"]
    values = dict(zip(names, FRAME.unpack_from(data))) | fields
    head = FRAME.pack(*values.values())[:20]
    return head + struct.pack("<I", zlib.crc32(head + data[24:])) + data[24:]


def with_header(change: Callable[[dict[str, object]], None]) -> Callable[[Device], bytes]:
    """A block whose header line was changed."""
    def make(device: Device) -> bytes:
        payload, count = unframe(device.block([0, 1]))
        first, rest = payload.split(b"\n", 1)
        header = json.loads(first)
        change(header)
        text = json.dumps(header, separators=(",", ":")).encode()
        return frame(text + b"\n" + rest, count)
    return make


def with_lines(*lines: str) -> Callable[[Device], bytes]:
    """A block of these event lines."""
    def make(device: Device) -> bytes:
        header = json.loads(unframe(device.block([0]))[0].split(b"\n", 1)[0])
        return encode(header, list(lines))
    return make


def flipped(device: Device) -> bytes:
    data = bytearray(device.block([0, 1]))
    data[30] ^= 1
    return bytes(data)


def inflation_bomb(device: Device) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stored = packer.compress(bytes(64 << 20)) + packer.flush()
    head = FRAME.pack(b"FFBK", 0, 1, 0, len(stored), 64 << 20, 1, 0)[:20]
    return head + struct.pack("<I", zlib.crc32(head + stored)) + stored


BAD: dict[str, tuple[Callable[[Device], bytes], int]] = {
    "empty": (lambda device: b"", 400),
    "shorter than a frame": (lambda device: b"FFBK\0", 400),
    "not a block": (lambda device: b'{"batch":[]}' * 10, 400),
    "cut short": (lambda device: device.block([0, 1])[:-5], 400),
    "trailing bytes": (lambda device: device.block([0, 1]) + b"x", 400),
    "a flipped bit": (flipped, 400),
    "an inflation bomb": (inflation_bomb, 413),
    "another version": (lambda device: resealed(device.block([0]), version=2), 422),
    "an unknown flag": (lambda device: resealed(device.block([0]), flags=3), 400),
    "a wrong count": (lambda device: resealed(device.block([0, 1]), count=3), 422),
    "a wrong length": (lambda device: resealed(device.block([0, 1]), inflated=10), 400),
    "a short stream id": (with_header(lambda header: header.update(stream="00")), 422),
    "an unknown lane": (with_header(lambda header: header.update(lane="express")), 422),
    "epoch 0": (with_header(lambda header: header.update(epoch=0)), 422),
    "no device": (with_header(lambda header: header.pop("device")), 422),
    "sequences going back": (with_lines(line(5, "{}"), line(4, "{}")), 422),
    "the same sequence twice": (with_lines(line(5, "{}"), line(5, "{}")), 422),
    "an event that is no JSON": (with_lines(line(0, "{")), 422),
    "an unknown kind": (with_lines(line(0, "{}", kind="gossip")), 422),
    "a negative sequence": (with_lines(line(-1, "{}")), 422),
}


@pytest.mark.parametrize("name", BAD)
def test_is_refused_signed_and_nothing_of_it_is_stored(collector: Collector, name: str) -> None:
    device = Device(collector.port)
    make, status = BAD[name]
    data, nonce = make(device), secrets.token_hex(16)
    answer = device.upload(data, nonce=nonce)
    assert answer.status == status, answer
    check_receipt(answer, data, device.name, device.key, nonce)
    assert collector.export() == []
    device.deliver(device.block([0, 1, 2]))
    assert len(collector.export()) == 3


def test_every_truncation_and_every_flipped_bit_is_refused(collector: Collector) -> None:
    device = Device(collector.port)
    data = device.block([0], deflate=False)
    with wire.Connection(collector.port) as connection:
        def status(body: bytes) -> int:
            connection.send(wire.head("POST", "/v1/blocks", {
                "Authorization": f"Bearer {device.key}", "Footfall-Device": device.name,
                "Footfall-Nonce": secrets.token_hex(16), "Content-Length": str(len(body)),
                "Content-Type": "application/vnd.footfall.block",
            }) + body)
            return connection.answer().status
        for length in range(0, len(data), 3):
            assert status(data[:length]) in (400, 413, 422), length
        for index in range(len(data)):
            changed = bytearray(data)
            changed[index] ^= 1 << index % 8
            assert status(bytes(changed)) in (400, 413, 422), index
        assert status(data) == 200
    assert len(collector.export()) == 1


def test_a_request_without_its_headers_is_refused(collector: Collector) -> None:
    device = Device(collector.port)
    data = device.block([0])
    assert device.upload(data, {"Footfall-Nonce": "short"}).status == 400
    assert device.upload(data, {"Footfall-Device": "no/such name"}).status == 400
    plain = {"Content-Type": "application/vnd.footfall.block"}
    assert wire.request(collector.port, "POST", "/v1/blocks", data, plain).status == 401
    assert wire.request(collector.port, "GET", "/v1/blocks").status == 405
    assert wire.request(collector.port, "GET", "/nowhere").status == 404
    assert collector.export() == []


def test_a_body_without_bounds_is_not_kept(collector: Collector) -> None:
    device = Device(collector.port)
    answer = device.upload(bytes(12 << 20))
    assert answer.status == 413, answer
    device.deliver(device.block([0]))
