"""An agent under a bad input: what it must answer, and what it must not lose or take.

Before and after the ordeal good events go in; at the end all of them are at the centre, the books
balance, and at no moment did the agent's memory exceed what it held when idle by more than 8 MiB.
"""

from __future__ import annotations

from types import TracebackType

import shop
from harness.agent import Agent
from harness.audit import check_audit
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.memory import MIB, peak_bytes, reset_peak, resident_bytes
from harness.processes import is_emulated

GROWTH_BYTES_MAX = 8 * MIB


class Ordeal:
    """Wrap the bad input in it; what the bad input stores on purpose goes to `stored`."""

    def __init__(
        self, agent: Agent, collector: Collector, growth_bytes_max: int = GROWTH_BYTES_MAX
    ) -> None:
        self.growth_bytes_max = growth_bytes_max
        self.agent = agent
        self.collector = collector
        self.stored: list[str] = []
        self._good = shop.Kiosk("kiosk-1", seed=9).take(20)

    def __enter__(self) -> Ordeal:
        self.agent.batch(self._good[:10])
        with self.agent.ingest() as ingest:
            ingest.tell([b'{"event":"Warm","messageId":"warm"}'])
        self.agent.flush()
        reset_peak(self.agent.pid)
        self._idle = resident_bytes(self.agent.pid)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            return
        assert self.agent.is_running, self.agent.said()
        # A good request right after succeeds.
        self.agent.batch(self._good[10:])
        grown = peak_bytes(self.agent.pid) - self._idle
        # Behind an emulator the memory is the emulator's.
        assert is_emulated() or grown <= self.growth_bytes_max, f"grew by {grown / MIB:.1f} MiB"
        self.agent.flush()
        wanted = [*self._good, '{"event":"Warm","messageId":"warm"}', *self.stored]
        check_delivery(wanted, self.collector.export(), self.agent.identity_key)
        check_audit(self.agent.audit())
