"""SIGKILL at random moments under load: what was acknowledged is at the centre, once."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

import shop
from harness import wire
from harness.agent import Agent
from harness.canonical import compact
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.ingest import Ingest

pytestmark = pytest.mark.core

KILLS = 50


class Producer(threading.Thread):
    """Hands events over for as long as it may; what has no answer goes again, or is noted."""

    def __init__(self, agent: Agent, seed: int) -> None:
        super().__init__(daemon=True)
        self.agent = agent
        self.random = random.Random(seed)
        self.events = shop.Kiosk(f"{type(self).__name__}-{seed}", seed).events()
        self.over = threading.Event()
        self.sent: list[object] = []
        self.unanswered: list[object] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.is_set():
                self.hand_over([next(self.events) for _ in range(1 + self.random.randrange(8))])
        except BaseException as failure:
            self.failure = failure

    def hand_over(self, events: list[shop.Event]) -> None:
        """Hands a group of events over until it is acknowledged."""
        while not self.attempt(events):
            self.over.wait(0.005)
        self.sent += events

    def attempt(self, events: list[shop.Event]) -> bool:
        raise NotImplementedError


class ByHTTP(Producer):
    """Resends a batch with the same message ids until it gets its 200."""

    def attempt(self, events: list[shop.Event]) -> bool:
        try:
            return self.agent.post("/v1/batch", {"batch": events}).status == 200
        except (OSError, wire.Closed):
            return False


class BySocket(Producer):
    """Resends lines with the same message ids until every one is stored or known."""

    def attempt(self, events: list[shop.Event]) -> bool:
        try:
            with Ingest(self.agent.runtime / "ingest.sock") as ingest:
                said = ingest.tell([compact(event).encode() for event in events])
        except OSError:
            return False
        assert not said.refused, said.refused
        return not said.errors


class WithoutIDs(Producer):
    """Hands each event over once: without a message id nobody could tell a second time."""

    def hand_over(self, events: list[shop.Event]) -> None:
        for event in events:
            del event["messageId"]
            event["properties" if "properties" in event else "traits"]["once"] = len(
                self.sent + self.unanswered
            )
            try:
                answer = self.agent.post("/v1/track", event)
            except (OSError, wire.Closed):
                self.unanswered.append(event)
                self.over.wait(0.005)
                continue
            assert answer.status == 200, answer
            self.sent.append(event)


def test_fifty_kills_under_load_lose_and_double_nothing(
    agent: Agent, collector: Collector, place: Path
) -> None:
    seed = int(os.environ.get("FOOTFALL_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"FOOTFALL_SEED={seed}")
    chance = random.Random(seed)
    producers = [kind(agent, seed) for kind in (ByHTTP, BySocket, WithoutIDs)]
    for producer in producers:
        producer.start()
    moments = threading.Event()
    for number in range(KILLS):
        moments.wait(chance.random() ** 2 * 0.4)
        if number % 10 == 3:
            collector.kill()
        if number % 10 == 7:
            collector.start()
        agent.kill()
        agent.start()
    for producer in producers:
        producer.over.set()
    for producer in producers:
        producer.join(30)
        assert producer.failure is None and not producer.is_alive(), (producer, producer.failure)
    agent.flush("60s")
    sent = [event for producer in producers for event in producer.sent]
    perhaps = [event for producer in producers for event in producer.unanswered]
    assert len(sent) > 5 * KILLS
    check_delivery(sent, collector.export(), agent.identity_key, perhaps)
