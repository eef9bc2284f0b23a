"""Collectors that serve with options of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from harness.collector import Collector

Serve = Callable[..., Collector]


def serving(place: Path) -> Iterator[Serve]:
    """A fixture that starts collectors with options of `serve`, and kills them in the end."""
    made: list[Collector] = []

    def serve(*options: object, keys: dict[str, str] | None = None) -> Collector:
        made.append(Collector(place / f"centre-{len(made)}", keys))
        made[-1].command += map(str, options)
        return made[-1].start()
    yield serve
    for collector in made:
        collector.kill()
