"""A disk of 20 MB fills up in mid-outage: what was acknowledged arrives or is accounted for."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import shop
from harness.agent import Agent, Settings
from harness.audit import check_audit, sums
from harness.canonical import compact
from harness.collector import Collector
from harness.delivery import check_delivery, texts
from harness.producers import draw_seed
from harness.pseudonyms import replace

DISK_BYTES = 20_000_000
BATCH = 200


class SmallDisk:
    """A file system of its own for the agent's state, and somebody else's file on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "somebody-elses.log"
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "none", folder],
            check=True,
        )

    def fill(self, leave_bytes: int = 0) -> None:
        """Somebody else's file grows until so many bytes are free."""
        with self.filler.open("ab") as filler:
            free = self.free_bytes()
            while free > leave_bytes:
                try:
                    filler.write(b"x" * min(65536, free - leave_bytes))
                    filler.flush()
                except OSError:
                    return
                free = self.free_bytes()

    def free_bytes(self) -> int:
        said = subprocess.run(
            ["stat", "-f", "-c", "%a %S", self.folder], capture_output=True, text=True, check=True
        ).stdout.split()
        return int(said[0]) * int(said[1])

    def clear(self) -> None:
        self.filler.unlink(missing_ok=True)


@pytest.fixture
def make_small_disk() -> Iterator[Callable[[Path], SmallDisk]]:
    made: list[SmallDisk] = []

    def make(folder: Path) -> SmallDisk:
        made.append(SmallDisk(folder))
        return made[-1]
    yield make
    for disk in made:
        # The agent may still hold its files; it is killed after this.
        subprocess.run(["umount", "-l", disk.folder], check=True)


Start = Callable[[Settings], tuple[Agent, SmallDisk]]


@pytest.fixture
def start(
    make_agent: Callable[..., Agent], collector: Collector,
    make_small_disk: Callable[[Path], SmallDisk],
) -> Start:
    """An agent whose state lies on a disk of 20 MB."""
    def begin(changes: Settings) -> tuple[Agent, SmallDisk]:
        agent = make_agent(collector.url, changes=changes, start=False)
        disk = make_small_disk(agent.state)
        return agent.start(), disk
    return begin


def padded(seed: int, count: int) -> list[shop.Event]:
    """An afternoon whose events hardly compress: each has 1,500 random bytes in hexadecimal."""
    events = shop.Kiosk("kiosk-1", seed).take(count)
    for event in events:
        noise = random.Random(event["messageId"]).randbytes(1500)
        event.setdefault("context", {})["note"] = noise.hex()
    return events


def hand_over(agent: Agent, events: list[shop.Event]) -> tuple[list[shop.Event], list[int]]:
    """Posts batches until all were tried; those that got their 200, and all statuses."""
    stored: list[shop.Event] = []
    statuses: list[int] = []
    for first in range(0, len(events), BATCH):
        batch = events[first:first + BATCH]
        answer = agent.post("/v1/batch", {"batch": batch})
        statuses.append(answer.status)
        if answer.status == 200:
            stored += batch
    return stored, statuses


def check_accounted(
    agent: Agent, collector: Collector, sent: list[shop.Event]
) -> None:
    """What is not at the centre was evicted and said so; nothing is there twice."""
    exported = collector.export()
    wanted = Counter(replace(agent.identity_key, text) for text in texts(sent))
    held = Counter(event.text for event in exported)
    assert not held - wanted, "more at the centre than was acknowledged"
    assert len({event.id for event in exported}) == len(exported)
    complete = collector.funnel()["completeness"]
    assert complete["missing"] == 0, complete
    tombstoned = {row["reason"]: row["events"] for row in complete["tombstoned"]}
    evicted = (wanted - held).total()
    assert tombstoned.get("evicted", 0) == evicted and set(tombstoned) <= {"evicted"}, complete
    said = collector.command_line("report", "gaps", "--json")
    assert said.code == 0 and said.json == {"schema": "gaps/1", "missing": 0, "gaps": []}, said


def test_a_full_disk_in_mid_outage_loses_nothing_that_was_acknowledged(
    start: Start, collector: Collector
) -> None:
    seed = draw_seed()
    chance = random.Random(seed)
    events = padded(seed, 4000)
    agent, disk = start({})
    collector.stop()
    sent, statuses = hand_over(agent, events[:1000])
    assert set(statuses) == {200}
    # Somebody else takes all the room there is: the oldest events give way to the newest.
    disk.fill()
    late, statuses = hand_over(agent, events[1000:3000])
    sent += late
    assert set(statuses) <= {200, 503}, statuses
    check_audit(agent.audit())
    assert sums(agent.audit())["dropped"] > 0, "the disk was not full enough to matter"
    for _ in range(3):
        agent.kill()
        disk.fill(chance.randrange(4096))
        agent.start()
        check_audit(agent.audit())
    # There is room again, and somebody to deliver to.
    disk.clear()
    collector.start()
    last, statuses = hand_over(agent, events[3000:])
    assert set(statuses) == {200}, statuses
    sent += last
    agent.flush("60s")
    check_accounted(agent, collector, sent)


def test_an_agent_starts_on_a_full_disk_and_delivers_what_it_held(
    start: Start, collector: Collector
) -> None:
    events = shop.Kiosk("kiosk-1", seed=11).take(2000)
    agent, disk = start({})
    collector.stop()
    sent, statuses = hand_over(agent, events)
    assert set(statuses) == {200}
    agent.kill()
    disk.fill()
    collector.start()
    agent.start()
    agent.flush("60s")
    check_delivery(sent, collector.export(), agent.identity_key)


def test_a_disk_that_fills_up_from_within_stays_within_its_quota(
    start: Start, collector: Collector
) -> None:
    """Nobody else writes: the quota alone holds, and the oldest give way to the newest."""
    events = padded(12, 6000)
    agent, disk = start({"store": {"quota": "16MB"}})
    collector.stop()
    sent, statuses = hand_over(agent, events)
    assert set(statuses) == {200}, statuses
    assert disk.free_bytes() >= DISK_BYTES - 16_100_000
    collector.start()
    agent.flush("60s")
    check_accounted(agent, collector, sent)
    held = [event.text for event in collector.export()]
    assert 0 < len(held) < len(sent)
    assert replace(agent.identity_key, compact(sent[-1])) in held
