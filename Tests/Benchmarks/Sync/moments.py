"""How soon a collector that is back is met, and how long a deaf one can hold the sender."""

from __future__ import annotations

import time
from contextlib import ExitStack

from bed import TRANSPORTS, Bed
from device import Device
from figures import Figure
from harness.waiting import eventually
from sink import Sink

DEVICES = 8
"""Which wait side by side: what they wait for takes no processor."""
RETURN_SECONDS_MOST = 5.0
HOLD_SECONDS_MOST = 30.0


def returning(bed: Bed) -> None:
    """From the collector's return to the first block that it takes."""
    for name, has_tls in TRANSPORTS:
        seconds: list[float] = []
        with ExitStack() as stack:
            devices = _devices(bed, stack, has_tls, is_up=False)
            for _ in range(bed.scale.rounds):
                for device, _ in devices:
                    device.agent.batch([{"type": "track", "event": "Tap"}])
                for device, _ in devices:
                    device.settle_backoff()
                begun = time.monotonic()
                for _, sink in devices:
                    sink.up()
                for device, sink in devices:
                    eventually(lambda: sink.first_taken, "a block is taken", 60)
                    assert sink.first_taken is not None
                    seconds.append(sink.first_taken - begun)
                    device.agent.flush()
                    sink.down()
        bed.output.show(Figure.most(f"return{name}", seconds, "s", RETURN_SECONDS_MOST))


def holding(bed: Bed) -> None:
    """A collector that takes a request and never answers, and one that does not even begin TLS."""
    for name, has_tls, is_dumb in (
        ("hold", False, False), ("hold-tls", True, False), ("hold-handshake", True, True),
    ):
        with ExitStack() as stack:
            devices = _devices(bed, stack, has_tls, is_up=True)
            for device, sink in devices:
                sink.is_deaf, sink.is_dumb = not is_dumb, is_dumb
                device.agent.batch([{"type": "track", "event": "Tap"}])
            for _, sink in devices:
                eventually(lambda: sink.held_seconds, "the sender lets go", 120)
            held = [seconds for _, sink in devices for seconds in sink.held_seconds[:1]]
        bed.output.show(Figure.most(name, held, "s", HOLD_SECONDS_MOST))


def _devices(
    bed: Bed, stack: ExitStack, has_tls: bool, is_up: bool
) -> list[tuple[Device, Sink]]:
    devices = []
    for number in range(DEVICES):
        sink = stack.enter_context(bed.sink(has_tls, is_up))
        devices.append((stack.enter_context(bed.device(sink, has_tls, f"device-{number}")), sink))
    return devices
