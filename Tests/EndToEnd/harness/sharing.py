"""A process that shares memory with an agent, and the ledger of what it handed over."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from harness.agent import Agent
from harness.collector import Exported
from harness.processes import Daemon, device_runner, executable

WRITTEN = 1
DROPPED = 2

_runs = itertools.count()


class SharingProducer(Daemon):
    """`ring-producer` with a number of its own, so that its events are told from all others."""

    def __init__(self, agent: Agent, folder: Path, **options: int) -> None:
        self.run = next(_runs)
        self.threads = options.get("threads", 1)
        self.records = options.get("records", 100)
        self.ledger = folder / f"ledger-{self.run}"
        words = [f"{name}={value}" for name, value in {"run": self.run, **options}.items()]
        command = [
            *device_runner(), *executable("FOOTFALL_PRODUCER", "build/ring-producer"),
            str(agent.runtime / "ring.sock"), str(self.ledger), *words,
        ]
        super().__init__(command, folder / f"producer-{self.run}.log")

    def start(self) -> SharingProducer:
        """Starts it."""
        self.spawn()
        return self

    def finish(self, seconds: float = 60) -> SharingProducer:
        """Waits until it says that all it wrote is stored."""
        assert self.end(seconds) == 0, self.said()
        return self

    def fates(self) -> dict[tuple[int, int, int], int]:
        """What became of each record by (run, thread, number), as far as it is known."""
        if not self.ledger.exists():
            return {}
        known = {}
        ledger = self.ledger.read_bytes()
        for thread in range(self.threads):
            part = ledger[thread * self.records:(thread + 1) * self.records].rstrip(b"\0")
            for number, fate in enumerate(part):
                assert fate, "a thread says what became of a record before the next"
                known[self.run, thread, number] = fate
        return known


def fill(thread: int, number: int, most: int) -> str:
    """What a record's `fill` has to be."""
    length = number * 7919 % max(1, most)
    return "".join(chr(97 + (index + number * 5 + thread) % 26) for index in range(length))


def check_sharing(
    producers: Iterable[SharingProducer], exported: list[Exported], most: int,
    killed: bool = False,
) -> int:
    """Fails unless each record that was written is there once and unspoilt, in its thread's order.

    Of a thread that was killed the next record may be there as well: it was handed over, and the
    thread died before it could say so. Returns how many records were written.
    """
    fates: dict[tuple[int, int, int], int] = {}
    for producer in producers:
        fates |= producer.fates()
    held: Counter[tuple[int, int, int]] = Counter()
    last: dict[tuple[int, int], tuple[int, int, int]] = {}
    for record in sorted(exported, key=lambda each: (each.stream, each.epoch, each.sequence)):
        properties = json.loads(record.text)["properties"]
        run, thread, number = (properties[name] for name in ("run", "thread", "number"))
        assert properties["fill"] == fill(thread, number, most), record
        held[run, thread, number] += 1
        assert last.get((run, thread), (0, 0, -1))[2] < number, record
        last[run, thread] = (run, thread, number)
    written = {key for key, fate in fates.items() if fate == WRITTEN}
    lost = written - held.keys()
    extra = held.keys() - written
    unsaid = {key for key in extra if key not in fates}
    twice = [key for key, count in held.items() if count > 1]
    assert not lost and not twice and extra == unsaid, (lost, twice, extra - unsaid)
    assert killed or not unsaid, unsaid
    per_thread = Counter((run, thread) for run, thread, _ in unsaid)
    assert all(count == 1 for count in per_thread.values()), per_thread
    return len(written)
