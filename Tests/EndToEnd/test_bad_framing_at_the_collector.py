"""The collector's door has the same bounds as the device's, and a good block always gets in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from harness import wire
from harness.collector import Collector
from harness.memory import MIB, peak_bytes, reset_peak, resident_bytes
from harness.uploader import Device

pytestmark = pytest.mark.centre

GROWTH_BYTES_MAX = 32 * MIB
"""Room for the largest blocks that may be in progress; a body without bounds would break it."""

FIRST = "POST /v1/blocks HTTP/1.1\r\nHost: centre\r\nAuthorization: Bearer k\r\n"
BROKEN = {
    "two lengths": FIRST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length with chunked":
        FIRST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk size that is none": FIRST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "a folded header": FIRST + "A: b\r\n c\r\n\r\n",
    "a blank before the colon": FIRST + "Content-Length : 0\r\n\r\n",
    "a length that is no number": FIRST + "Content-Length: many\r\n\r\n",
    "no HTTP at all": "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
}


@pytest.fixture
def device(collector: Collector) -> Iterator[Device]:
    """A device, whose blocks are taken before and after the ordeal, within bounds of memory."""
    made = Device(collector.port)
    made.deliver(made.block(list(range(100))))
    reset_peak(collector.pid)
    idle = resident_bytes(collector.pid)
    yield made
    made.deliver(made.block(list(range(100, 200))))
    assert len(collector.export()) == 200
    assert peak_bytes(collector.pid) - idle <= GROWTH_BYTES_MAX


@pytest.mark.parametrize("name", BROKEN)
def test_broken_framing_is_400_and_closed(device: Device, name: str) -> None:
    with wire.Connection(device.port) as connection:
        connection.send(BROKEN[name].encode("latin-1"))
        assert connection.answer().status == 400
        assert connection.is_closed()


@pytest.mark.parametrize("name", ["a long header", "many headers", "a long target"])
def test_a_head_over_its_limit_is_refused_and_closed(device: Device, name: str) -> None:
    heads = {
        "a long header": FIRST + f"A: {'b' * 20_000}\r\n\r\n",
        "many headers": FIRST + "".join(f"A{n}: b\r\n" for n in range(10_000)) + "\r\n",
        "a long target": f"GET /{'v' * 20_000} HTTP/1.1\r\nHost: centre\r\n\r\n",
    }
    with wire.Connection(device.port) as connection:
        sender = threading.Thread(target=connection.send, args=(heads[name].encode(),))
        sender.start()
        assert connection.answer().status in (400, 431)
        assert connection.is_closed()
        sender.join(10)


def test_bodies_without_an_end_are_cut_off(device: Device) -> None:
    for coding in ("Content-Length: 1000000000\r\n", "Transfer-Encoding: chunked\r\n"):
        part = b" " * MIB if "Length" in coding else b"100000\r\n" + b" " * MIB + b"\r\n"
        with wire.Connection(device.port) as connection:
            connection.send((FIRST + coding + "\r\n").encode())
            for _ in range(64):
                connection.send(part)
            assert is_cut_off(connection)


def is_cut_off(connection: wire.Connection) -> bool:
    """Whether the other side answers with a refusal and closes, or closes without a word."""
    try:
        return connection.answer().status in (400, 401, 413) and connection.is_closed()
    except wire.Closed:
        return True


def test_idle_connections_keep_nobody_out(device: Device) -> None:
    crowd = [socket.create_connection(("127.0.0.1", device.port), 10) for _ in range(500)]
    try:
        device.deliver(device.block([0, 1, 2]))
    finally:
        for idle in crowd:
            idle.close()
