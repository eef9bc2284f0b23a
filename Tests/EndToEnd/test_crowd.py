"""Many connections at once: idle ones make room, and a good request always gets in."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Iterator

import pytest

from harness.agent import Agent
from harness.canonical import compact
from harness.collector import Collector
from harness.ordeal import Ordeal

pytestmark = pytest.mark.core

CROWD = 2000


@pytest.fixture
def many_files() -> Iterator[None]:
    """Room for the crowd in the test's own process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, CROWD + 500)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("first", [b"", b"POST /v1/track HTTP/1.1\r\nHost: 127"])
def test_two_thousand_idle_connections_keep_nobody_out(
    agent: Agent, collector: Collector, many_files: None, first: bytes
) -> None:
    crowd: list[socket.socket] = []
    try:
        with Ordeal(agent, collector) as ordeal:
            for number in range(CROWD):
                idle = socket.create_connection(("127.0.0.1", agent.port), 10)
                crowd.append(idle)
                if first:
                    idle.sendall(first)
                if number % 250 == 0:
                    event = compact({"type": "track", "event": "Poked", "messageId": f"{number}"})
                    assert agent.post("/v1/track", event.encode()).status == 200
                    ordeal.stored.append(event)
    finally:
        for idle in crowd:
            idle.close()


def test_idle_producers_on_the_socket_keep_nobody_out(
    agent: Agent, collector: Collector, many_files: None
) -> None:
    crowd: list[socket.socket] = []
    path = str(agent.runtime / "ingest.sock")
    try:
        with Ordeal(agent, collector):
            for _ in range(400):
                idle = socket.socket(socket.AF_UNIX)
                idle.connect(path)
                crowd.append(idle)
    finally:
        for idle in crowd:
            idle.close()


def test_busy_producers_are_all_served(agent: Agent, collector: Collector) -> None:
    failures: list[BaseException] = []
    events = [
        [{"type": "track", "event": "Poked", "messageId": f"{hand}-{n}"} for n in range(20)]
        for hand in range(50)
    ]

    def run(hand: int) -> None:
        try:
            for event in events[hand]:
                agent.batch([event])
        except BaseException as failure:
            failures.append(failure)
    with Ordeal(agent, collector) as ordeal:
        hands = [threading.Thread(target=run, args=(hand,)) for hand in range(50)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert not failures, failures[0]
        ordeal.stored += [compact(event) for part in events for event in part]
