"""One agent's deliveries through a list of damages, one a connection, until each has struck."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from harness.agent import Agent
from harness.relay import Damage, FaultRelay, Passage, Way
from harness.waiting import eventually

QUIET_SECONDS = 0.2
"""So long without a connection, and the agent has nothing to send, or waits for a person."""

ATTEMPTS_MAX = 50
ATTEMPTS_BEHIND_MAX = 2
"""So often may a damage meet a connection that ends before its place; and one that has its place
behind the end of the shortest exchange."""


class Gauntlet:
    """Feeds events to an agent as long as there is a damage that none of its connections met."""

    def __init__(self, agent: Agent, relay: FaultRelay) -> None:
        self.agent = agent
        self.relay = relay
        self.sizes: dict[Way, range] | None = None
        """How many bytes an exchange has; None until somebody has measured."""
        self.sent: list[dict[str, str]] = []
        self.struck: list[Damage] = []
        self.missed: list[Damage] = []
        """What found no place: the exchange was shorter, however often it was tried."""
        self.longest_seconds = 0.0
        """How long a spoilt connection lasted at most."""
        self._due = deque[tuple[Damage, int]]()
        self._under_way: dict[Damage, int] = {}
        self._changed = threading.Condition()
        relay.choose = self._choose
        relay.ended = self._ended

    def run(self) -> None:
        """Goes on until each damage has struck or found no place; then delivers what is left."""
        while self.rest():
            if self.agent.command_line("flush", "--wait", "1ms").code == 0:
                self.hand_over(1)
            self._wait_for_quiet()
        self.hand_over(1)
        # Again and again: the last answer may have sent the agent to rest after a flush began.
        eventually(lambda: self.agent.command_line("flush", "--wait", "2s").code == 0,
                   "everything is delivered", 60)

    def measure(self, exchanges: int = 4) -> dict[Way, range]:
        """How many bytes of each stream an exchange of one event takes: from the least on."""
        seen: list[Passage] = []
        self.relay.choose, choose = lambda: None, self.relay.choose
        self.relay.ended, ended = seen.append, self.relay.ended
        for number in range(exchanges):
            self.hand_over(1)
            self.agent.flush()
            self.relay.cut_all()
            eventually(lambda: len(seen) > number, "the connection's end", every=0.002)
        self.relay.choose, self.relay.ended = choose, ended
        sizes = {way: [passage.carried[way] for passage in seen] for way in Way}
        self.sizes = {way: range(min(sizes[way]), max(sizes[way]) + 1) for way in Way}
        return self.sizes

    def is_behind(self, damage: Damage) -> bool:
        """Whether the shortest exchange ends before its place."""
        return bool(self.sizes) and damage.offset >= self.sizes[damage.way].start

    def add(self, damages: Iterable[Damage]) -> None:
        """Puts damages behind those that wait."""
        self._due += [(damage, 0) for damage in damages]

    def hand_over(self, count: int) -> None:
        """Has the agent store events, each as small as they get."""
        events = [
            {"type": "track", "event": "Poked", "messageId": f"{len(self.sent) + number:04}"}
            for number in range(count)
        ]
        self.agent.batch(events)
        self.sent += events

    def rest(self) -> int:
        """How many damages have not struck yet."""
        with self._changed:
            return len(self._due) + len(self._under_way)

    def _wait_for_quiet(self) -> None:
        with self._changed:
            while self._due or self._under_way:
                if not self._changed.wait(QUIET_SECONDS) and not self._under_way:
                    return

    def _choose(self) -> Damage | None:
        with self._changed:
            self._changed.notify_all()
            if not self._due:
                return None
            damage, attempts = self._due.popleft()
            self._under_way[damage] = attempts + 1
            return damage

    def _ended(self, passage: Passage) -> None:
        damage = passage.damage
        with self._changed:
            self._changed.notify_all()
            if damage is None:
                return
            attempts = self._under_way.pop(damage)
            if passage.is_struck:
                self.longest_seconds = max(self.longest_seconds, passage.seconds)
                self.struck.append(damage)
            elif attempts < (ATTEMPTS_BEHIND_MAX if self.is_behind(damage) else ATTEMPTS_MAX):
                self._due.append((damage, attempts))
            else:
                self.missed.append(damage)

