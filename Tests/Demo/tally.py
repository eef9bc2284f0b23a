"""What the demo claims at its end, as arithmetic that a test can plant faults in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SENT_LEAST = 2000
"""Fewer events would not show a funnel, nor give a fault a chance."""


@dataclass(frozen=True)
class Tally:
    """How the message ids that producers got acknowledged compare with those at the centre."""

    sent: int
    stored: int
    lost: int
    duplicated: int
    strange: int
    """Stored, but sent by nobody."""

    @property
    def line(self) -> str:
        """The last line of the demo."""
        return (
            f"demo: sent={self.sent} stored={self.stored} lost={self.lost} "
            f"duplicated={self.duplicated}"
        )

    @property
    def is_good(self) -> bool:
        """Whether every event that was acknowledged is there, exactly once, and nothing else."""
        return (
            self.sent >= SENT_LEAST and self.stored == self.sent
            and self.lost == self.duplicated == self.strange == 0
        )


def tally(sent: Iterable[str], exported: Iterable[str | None]) -> Tally:
    """Compares the message ids that were acknowledged with those of the collector's export."""
    wanted = set(sent)
    held = Counter(exported)
    return Tally(
        sent=len(wanted),
        stored=sum(held.values()),
        lost=sum(message not in held for message in wanted),
        duplicated=sum(count - 1 for count in held.values()),
        strange=sum(message not in wanted for message in held),
    )
