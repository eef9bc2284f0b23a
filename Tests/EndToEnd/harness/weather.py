"""What a network does to those who use it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weather:
    """How a link treats packets, the same each way."""

    loss: float = 0
    """The share of packets that vanish."""
    delay_seconds: float = 0
    reordered: float = 0
    """The share of packets that wait for no delay, and so overtake others."""
    bits_per_second: int = 0
    """0 for as many as there are."""
    is_silent: bool = False
    """Nothing passes, and nobody says so."""

    @property
    def netem(self) -> list[str]:
        """The same in the words of tc-netem(8)."""
        words = ["delay", f"{self.delay_seconds * 1000:.0f}ms"]
        if self.reordered:
            words += ["reorder", f"{self.reordered * 100:.0f}%"]
        words += ["loss", f"{100 if self.is_silent else self.loss * 100:.0f}%"]
        # Always: a change that does not name a rate leaves the one before.
        return [*words, "rate", f"{self.bits_per_second or 10**10}bit"]


FINE = Weather()
