"""A link with weather to a server, by the best of three means that this machine permits.

`tc netem` in a network namespace; packets through this process to such a namespace; or bytes
through a relay, where loss and disorder are what TCP makes of them: waits.
"""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from harness.namespace import Namespace, NotPermitted, command
from harness.packets import PacketPipe
from harness.relay import Damage, FaultRelay, Passage, Way
from harness.weather import FINE, Weather

RETRANSMISSION_SECONDS = 0.2
"""What TCP waits at least before it sends again."""
SLICE_BYTES = 512


class Link(Protocol):
    """A way to a port of the loopback."""

    means: str
    url: str

    def change(self, weather: Weather) -> None:
        """Has other weather from now on."""

    def close(self) -> None:
        """Takes the way and all that it needed away."""


class KernelLink:
    """Two virtual interfaces, the far one in a namespace, with netem at both."""

    means = "tc netem in a network namespace"

    def __init__(self, upstream: int, seed: int) -> None:
        self._namespace = space = Namespace()
        self._relay: FaultRelay | None = None
        try:
            command("ip", "link", "add", space.device, "type", "veth", "peer", "name",
                    space.device, "netns", str(space.id))
            space.address()
            self._say("add", FINE)
            self._relay = FaultRelay(upstream, listener=space.listen())
        except NotPermitted:
            self.close()
            raise
        self.url = self._relay.url

    def change(self, weather: Weather) -> None:
        """Has other weather from now on."""
        self._say("change", weather)

    def close(self) -> None:
        """Takes the way and all that it needed away."""
        if self._relay:
            self._relay.close()
        self._namespace.close()

    def _say(self, verb: str, weather: Weather) -> None:
        for run in (command, self._namespace.command):
            run("tc", "qdisc", verb, "dev", self._namespace.device, "root", "netem",
                *weather.netem)


class PacketLink:
    """Two tunnel interfaces, the far one in a namespace; their packets pass through here."""

    means = "packets through this process to a network namespace"

    def __init__(self, upstream: int, seed: int) -> None:
        self._namespace = Namespace()
        self._pipe: PacketPipe | None = None
        self._relay: FaultRelay | None = None
        try:
            self._pipe = PacketPipe(self._namespace, seed)
            self._relay = FaultRelay(upstream, listener=self._namespace.listen())
        except NotPermitted:
            self.close()
            raise
        self.url = self._relay.url

    def change(self, weather: Weather) -> None:
        """Has other weather from now on."""
        assert self._pipe
        self._pipe.weather = weather

    def close(self) -> None:
        """Takes the way and all that it needed away."""
        if self._relay:
            self._relay.close()
        if self._pipe:
            self._pipe.close()
        self._namespace.close()


class _Weathered(Passage):
    """Carries bytes as a link with weather would."""

    def __init__(
        self, near: socket.socket, far: socket.socket, damage: Damage | None, link: RelayLink
    ) -> None:
        super().__init__(near, far, damage)
        self._link = link

    def send(self, way: Way, piece: bytes) -> None:
        """Hands bytes on, slice by slice."""
        link = self._link
        for start in range(0, len(piece), SLICE_BYTES):
            part = piece[start:start + SLICE_BYTES]
            while link.weather.is_silent and not link.is_over.wait(0.01):
                pass
            weather = link.weather
            wait = weather.delay_seconds if start == 0 else 0
            if weather.bits_per_second:
                wait += len(part) * 8 / weather.bits_per_second
            pause = RETRANSMISSION_SECONDS
            while link.chance.random() < weather.loss:
                wait += pause
                pause *= 2
            link.is_over.wait(wait)
            super().send(way, part)


class RelayLink(FaultRelay):
    """Bytes through a relay that takes its time."""

    means = "a relay"

    def __init__(self, upstream: int, seed: int) -> None:
        self.weather = FINE
        self.chance = random.Random(seed)
        self.is_over = threading.Event()
        super().__init__(upstream)

    def change(self, weather: Weather) -> None:
        """Has other weather from now on."""
        self.weather = weather

    def close(self) -> None:
        """Takes the way and all that it needed away."""
        self.is_over.set()
        super().close()

    def passage(
        self, near: socket.socket, far: socket.socket, damage: Damage | None
    ) -> Passage:
        """What carries one connection."""
        return _Weathered(near, far, damage, self)


KINDS: dict[str, Callable[[int, int], Link]] = {
    "netem": KernelLink, "packets": PacketLink, "relay": RelayLink,
}
"""From the truest means to the one that is permitted everywhere."""


def link_to(upstream: int, seed: int) -> Link:
    """The best link that is permitted here, found by trying, or that FOOTFALL_LINK names.

    Says which.
    """
    named = os.environ.get("FOOTFALL_LINK")
    for name in [named] if named else KINDS:
        try:
            link = KINDS[name](upstream, seed)
        except NotPermitted as error:
            print(f"network: not by {name}: {error}")
            continue
        print(f"network: by {link.means}")
        return link
    raise AssertionError(f"FOOTFALL_LINK={named} is not permitted here")
