"""Killed under load, again and again: what was acknowledged is at the collector, once."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from itertools import islice
from pathlib import Path

from bed import Bed
from device import Device
from figures import Figure
from fluent_bit import FluentBit
from harness.collector import Collector
from harness.waiting import eventually
from tools import BATCH_EVENTS, loaded

REQUESTS = 50
"""Handed over between two kills, if time is left."""
SECONDS_MOST = 0.2
BEGUN_CPU_SECONDS = 0.002
"""What an agent has used once the load has reached it."""


def run(bed: Bed) -> None:
    """The collector is the real one and stays up; a request without an answer goes again."""
    chance = random.Random(1)
    kills = bed.scale.kills
    bodies = bed.tools.batches(kills * REQUESTS * BATCH_EVENTS)
    collector = Collector(bed.room / "centre")
    collector.start()
    taken = 0
    try:
        with Device(bed.disk / "device", collector.url) as device:
            for _ in range(kills):
                loader = bed.tools.loader(
                    device.agent.port, bodies, "/v1/batch", taken, REQUESTS)
                idle = device.cpu_seconds + BEGUN_CPU_SECONDS
                eventually(lambda: device.cpu_seconds > idle, "load", 120, 0.001)
                threading.Event().wait(chance.random() * SECONDS_MOST)
                device.agent.kill()
                taken += loaded(loader).acknowledged
                device.agent.start()
            last = loaded(bed.tools.loader(device.agent.port, bodies, "/v1/batch", taken, 1))
            taken += last.acknowledged
            device.agent.flush("120s")
        held = Counter(event.message for event in collector.export())
    finally:
        collector.kill()
    sent = _messages(bodies, taken)
    doubled = sum(held[message] - 1 for message in held)
    show = bed.output.show
    show(Figure("kill-acknowledged", len(sent), f"events, {kills} kills", digits=0))
    show(Figure("kill-lost", len(sent - held.keys()), "events", 0, digits=0))
    show(Figure("kill-doubled", doubled, "events", 0, digits=0))
    if bed.fluent_bit is not None:
        _peer(bed, kills, chance)


def _messages(bodies: Path, requests: int) -> set[str]:
    with bodies.open("rb") as lines:
        return {
            message.decode() for line in islice(lines, requests)
            for message in re.findall(rb'"messageId":"([^"]+)"', line)
        }


def _peer(bed: Bed, kills: int, chance: random.Random) -> None:
    """Once, in the middle of as many events: it has no message ids, so nothing goes again."""
    assert bed.fluent_bit is not None
    events = kills * REQUESTS * BATCH_EVENTS
    with FluentBit(bed.fluent_bit, bed.disk / "peer", bed.tools, events) as peer:
        loader = peer.loader(events, BATCH_EVENTS)
        threading.Event().wait(chance.random() * SECONDS_MOST)
        peer.kill()
        acknowledged = loaded(loader).acknowledged
        peer.start()
        peer.wait_emptied()
        lost, doubled = peer.missing(acknowledged)
    bed.output.show(Figure("fluent-bit-kill-acknowledged", acknowledged, "events", digits=0))
    bed.output.show(Figure("fluent-bit-kill-lost", lost, "events", digits=0))
    bed.output.show(Figure("fluent-bit-kill-doubled", doubled, "events", digits=0))
