"""Producers in processes of their own that share memory with the agent."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.keeper import Keeper
from harness.producers import draw_seed
from harness.sharing import DROPPED, SharingProducer, check_sharing
from harness.waiting import eventually

pytestmark = pytest.mark.core

STORM_SECONDS = float(os.environ.get("FOOTFALL_STORM_SECONDS") or 6)
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def test_records_come_once_and_in_the_order_of_hand_over(
    agent: Agent, collector: Collector, place: Path
) -> None:
    producer = SharingProducer(
        agent, place, threads=3, records=300, turns=1, bytes=400, capacity=1 << 20)
    producer.start().finish()
    agent.flush()
    exported = collector.export()
    assert check_sharing([producer], exported, 400) == 900
    exported.sort(key=lambda event: (event.epoch, event.sequence))
    order = [event.event["properties"] for event in exported]
    assert [(each["number"], each["thread"]) for each in order] == [
        (number, thread) for number in range(300) for thread in range(3)
    ]


def test_a_sleeping_agent_is_woken_and_stores_critical_records_at_once(
    agent: Agent, collector: Collector, place: Path
) -> None:
    producer = SharingProducer(agent, place, records=8, critical=1, pause=200_000)
    producer.start()
    for number in range(8):
        eventually(
            lambda number=number: producer.fates().get((producer.run, 0, number)),
            f"record {number} is written")
        eventually(
            lambda number=number: agent.status()["counters"].get("accepted", 0) > number,
            f"record {number} is stored", seconds=10)
    producer.finish()
    agent.flush()
    assert check_sharing([producer], collector.export(), 100) == 8


def test_what_finds_no_room_is_dropped_and_counted(
    agent: Agent, collector: Collector, place: Path
) -> None:
    first = SharingProducer(agent, place).start().finish()
    os.kill(agent.pid, signal.SIGSTOP)
    producer = SharingProducer(agent, place, threads=2, records=2000, bytes=600).start()
    eventually(
        lambda: len(producer.fates()) == 4000, "the producer does not wait for the agent")
    os.kill(agent.pid, signal.SIGCONT)
    producer.finish()
    dropped = list(producer.fates().values()).count(DROPPED)
    assert dropped > 1000
    agent.flush()
    check_sharing([first], [e for e in collector.export()
                            if e.event["properties"]["run"] == first.run], 100)
    check_sharing([producer], [e for e in collector.export()
                               if e.event["properties"]["run"] == producer.run], 600)
    counters = agent.status()["counters"]
    assert counters["refused:ring_full"] == dropped
    assert counters["offered"] == 4100


def test_a_storm_of_kills_loses_and_doubles_nothing(
    agent: Agent, collector: Collector, place: Path
) -> None:
    signal.alarm(int(240 + 4 * STORM_SECONDS))
    chance = random.Random(draw_seed())
    agent.stop()
    agent.keeper = Keeper(place / "notify")
    agent.start()
    folder = place / "ledgers"
    folder.mkdir()
    made: list[SharingProducer] = []

    def begin() -> SharingProducer:
        made.append(SharingProducer(
            agent, folder, threads=2, records=int(30_000 + 5000 * STORM_SECONDS), bytes=300,
            pause=chance.choice([200, 1000, 3000]),
            critical=chance.choice([0, 3, 50])))
        return made[-1].start()

    running = [begin() for _ in range(4)]
    moments = threading.Event()
    passed, kills, restarts = 0.0, 0, 0
    while passed < STORM_SECONDS:
        pause = chance.random() ** 2 * 0.5
        moments.wait(pause)
        passed += pause
        if chance.random() < 0.4:
            agent.kill()
            agent.start()
            restarts += 1
        else:
            index = chance.randrange(4)
            wait_attached(agent, running[index])
            running[index].kill()
            running[index] = begin()
            kills += 1
    for producer in running:
        wait_attached(agent, producer)
        producer.kill()
    # Who is gone is read to the end, and then no longer shown.
    eventually(lambda: not agent.status()["producers"], "all are read to the end", seconds=60)
    agent.flush("120s")
    eventually(lambda: not agent.keeper.kept, "nothing is kept of who is gone")
    written = check_sharing(made, collector.export(), 300, killed=True)
    print(f"{written} records, {kills} producers and {restarts} agents killed")
    assert written > 100 and kills > 0 and restarts > 0


def wait_attached(agent: Agent, producer: SharingProducer) -> None:
    """Waits until the agent has the producer's memory, or the producer has come to its end."""
    eventually(
        lambda: not producer.is_running or producer.pid in [
            each["process"] for each in agent.status()["producers"]],
        f"the producer is attached: {producer.said()}, {agent.said()}")


def hand_over(agent: Agent, descriptor: int, word: bytes = b"FFRING1\0") -> str:
    """The agent's answer to a descriptor."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(agent.runtime / "ring.sock"))
        socket.send_fds(connection, [word], [descriptor])
        return connection.makefile().readline()


def region(
    lanes: int = 1, capacity: int = 65536, version: int = 1, size: int | None = None,
    seals: int = SEALS, magic: bytes = b"FFRING1\0",
) -> int:
    """A region as its page has it, or with something wrong."""
    descriptor = os.memfd_create("region", os.MFD_ALLOW_SEALING)
    os.truncate(descriptor, 4096 + lanes * (4096 + capacity) if size is None else size)
    if size is None or size >= 4096:
        head = struct.pack(
            "<8sHHIIIQQ16sQ", magic, version, 0, 4096, lanes, 8, 4096 + capacity, capacity,
            os.urandom(16), os.getpid())
        os.pwrite(descriptor, head, 0)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def maps_region(agent: Agent) -> bool:
    """Whether an agent has memory of `region` mapped."""
    return "/memfd:region" in Path(f"/proc/{agent.pid}/maps").read_text()


@pytest.mark.parametrize("make, reason", [
    (lambda: region(seals=fcntl.F_SEAL_GROW),
     "the memory is not sealed against becoming shorter or longer"),
    (lambda: region(version=2), "its layout is of version 2, not 1"),
    (lambda: region(magic=b"FFRING2\0"), "the memory is no region, or is not finished"),
    (lambda: region(size=4096), "the memory is not as long as its header says"),
    (lambda: region(size=100), "the memory is not as long as its header says"),
    (lambda: region(lanes=65), "its lanes are none that a region may have"),
    (lambda: region(lanes=17, capacity=16 << 20),
     f"the regions of user {os.geteuid()} would be longer than 256 MiB together"),
    (lambda: os.open("/dev/null", os.O_RDWR), "the descriptor is no memory"),
])
def test_a_region_that_is_none_is_refused_with_the_reason(
    agent: Agent, collector: Collector, place: Path, make: Callable[[], int], reason: str
) -> None:
    descriptor = make()
    assert hand_over(agent, descriptor) == f"refused: {reason}\n"
    os.close(descriptor)
    eventually(lambda: not maps_region(agent), "it is let go of")
    SharingProducer(agent, place, records=5).start().finish()
    agent.flush()
    assert len(collector.export()) == 5


def test_a_region_that_is_one_is_taken(agent: Agent) -> None:
    descriptor = region()
    assert hand_over(agent, descriptor) == "attached\n"
    os.close(descriptor)
    eventually(lambda: not maps_region(agent), "it is let go of when its producer has gone")
