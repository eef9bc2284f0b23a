"""How the collector ends: what has begun is finished, what does not end is closed."""

from __future__ import annotations

import secrets
import signal
import time

import pytest

from harness import wire
from harness.collector import Collector
from harness.processes import is_listening
from harness.uploader import Device, check_receipt
from harness.waiting import eventually

pytestmark = pytest.mark.centre

PATIENCE_SECONDS = 10
"""What the collector leaves requests that have begun."""


def begin(device: Device, data: bytes, nonce: str, count: int) -> wire.Connection:
    """A connection by which an upload has begun, and so many bytes of its body have come.

    What goes before it in the same write is answered only once all of that write is read.
    """
    fields = {
        "Authorization": f"Bearer {device.key}", "Footfall-Device": device.name,
        "Footfall-Nonce": nonce, "Content-Type": "application/vnd.footfall.block",
        "Content-Length": str(len(data)),
    }
    connection = wire.Connection(device.port)
    connection.send(
        wire.head("GET", "/health") + wire.head("POST", "/v1/blocks", fields) + data[:count])
    assert connection.answer().status == 200
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_that_has_begun_gets_its_receipt(
    collector: Collector, number: signal.Signals
) -> None:
    device = Device(collector.port)
    data, nonce = device.block(list(range(50))), secrets.token_hex(16)
    with wire.Connection(collector.port) as idle, begin(device, data, nonce, 10) as begun:
        idle.send(wire.head("GET", "/health"))
        assert idle.answer().status == 200
        device.deliver(device.block([50]))
        collector.process.send_signal(number)
        eventually(lambda: not is_listening(collector.port), "nobody is let in any more")
        assert idle.is_closed(), "what is idle is closed at once"
        assert collector.is_running
        begun.send(data[10:])
        check_receipt(begun.answer(), data, device.name, device.key, nonce)
        assert begun.is_closed()
    assert collector.end(10) == 0, collector.said()
    assert [line.sequence for line in collector.export()] == list(range(51))


def test_what_does_not_end_is_closed_in_the_end(collector: Collector) -> None:
    device = Device(collector.port)
    # At the rate that a body must come at, these bytes have earned it 40 s more.
    with begin(device, bytes(64 << 10), secrets.token_hex(16), 40 << 10) as begun:
        device.deliver(device.block([1]))
        start = time.monotonic()
        assert collector.stop(seconds=3 * PATIENCE_SECONDS) == 0, collector.said()
        assert time.monotonic() - start >= PATIENCE_SECONDS - 1, "it was not waited for"
        assert begun.is_closed()
    assert [line.sequence for line in collector.export()] == [1]
