"""Apps under load: each hands events over for as long as it may, and knows what it was promised."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Sequence

import shop
from harness import wire
from harness.agent import Agent
from harness.canonical import compact
from harness.ingest import Ingest


def draw_seed() -> int:
    """The seed of a random test: FOOTFALL_SEED, else one that is printed to be given again."""
    seed = int(os.environ.get("FOOTFALL_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"FOOTFALL_SEED={seed}")
    return seed


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


def finish(producers: Sequence[Producer]) -> tuple[list[object], list[object]]:
    """Stops the apps; the events that were acknowledged, and those that got no answer."""
    for producer in producers:
        producer.over.set()
    for producer in producers:
        producer.join(30)
        assert producer.failure is None and not producer.is_alive(), (producer, producer.failure)
    sent = [event for producer in producers for event in producer.sent]
    return sent, [event for producer in producers for event in producer.unanswered]
