"""Waiting for events with a deadline; no test sleeps for a time and hopes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def eventually(
    look: Callable[[], Value], what: str, seconds: float = 20, every: float = 0.02
) -> Value:
    """Looks until what it sees is true, and returns that; fails at the deadline with `what`."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what} (saw {seen!r})")
        time.sleep(every)
