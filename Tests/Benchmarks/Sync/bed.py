"""What every part finds prepared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from device import Device
from figures import Output
from harness.certificates import Authority
from sink import Sink
from tools import Tools


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    rounds: int
    events: int
    """The backlog of an outage; what is sent while the collector is up is a part of it."""
    idle_seconds: float
    kills: int


@dataclass(frozen=True)
class Bed:
    """A disk, the tools, and where figures go."""

    disk: Path
    room: Path
    """A folder that need not be on that disk."""
    tools: Tools
    scale: Scale
    output: Output
    fluent_bit: Path | None
    authority: Authority

    @contextmanager
    def device(self, sink: Sink, has_tls: bool = False, name: str = "device") -> Iterator[Device]:
        """A running agent that delivers to `sink`."""
        with Device(self.disk / name, sink.url, self.authority if has_tls else None) as device:
            yield device

    @contextmanager
    def sink(self, has_tls: bool = False, is_up: bool = True) -> Iterator[Sink]:
        """Somebody to deliver to."""
        sink = Sink(self.authority.sign().server() if has_tls else None)
        if is_up:
            sink.up()
        try:
            yield sink
        finally:
            sink.down()


TRANSPORTS = (("", False), ("-tls", True))
"""What a figure's name ends with, and whether it is measured with TLS."""


def require_whole(sink: Sink, events: int) -> None:
    """Fails unless the sink has every event once."""
    if (sink.count, sink.doubled) != (events, 0):
        raise ValueError(f"{sink.count} of {events} were delivered, {sink.doubled} twice")
