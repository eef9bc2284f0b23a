"""Packets of a link through this process: what `tc netem` does, where the kernel has none."""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time

from harness.namespace import Namespace, NotPermitted
from harness.weather import FINE, Weather

_SET_INTERFACE = 0x400454CA
_PACKETS_ALONE = 0x1001
"""IFF_TUN | IFF_NO_PI: a descriptor of IP packets."""
PACKET_BYTES_MAX = 65536
WAITING_PACKETS_MAX = 1000


def _open(device: str) -> int:
    try:
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        raise NotPermitted(f"/dev/net/tun: {error.strerror}") from None
    try:
        fcntl.ioctl(
            descriptor, _SET_INTERFACE, struct.pack("16sH22x", device.encode(), _PACKETS_ALONE))
    except OSError as error:
        os.close(descriptor)
        raise NotPermitted(f"a tunnel interface: {error.strerror}") from None
    return descriptor


class PacketPipe:
    """Both ends of a link to a namespace, and what passes between them."""

    def __init__(self, namespace: Namespace, seed: int) -> None:
        self.weather = FINE
        self._random = random.Random(seed)
        self._near = _open(namespace.device)
        try:
            self._far = namespace.within(lambda: _open(namespace.device))
        except NotPermitted:
            os.close(self._near)
            raise
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._count = 0
        self._free_at = {self._near: 0.0, self._far: 0.0}
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        namespace.address()

    def close(self) -> None:
        """Takes both ends away."""
        self._is_over = True
        self._thread.join()
        os.close(self._near)
        os.close(self._far)

    def _run(self) -> None:
        while not self._is_over:
            rest = self._waiting[0][0] - time.monotonic() if self._waiting else 0.05
            ready, _, _ = select.select([self._near, self._far], [], [], min(max(rest, 0), 0.05))
            for source in ready:
                self._take(source)
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, _, target, packet = heapq.heappop(self._waiting)
                self._write(target, packet)

    def _take(self, source: int) -> None:
        try:
            packet = os.read(source, PACKET_BYTES_MAX)
        except OSError:
            # An interface that is not up yet.
            return
        weather = self.weather
        if weather.is_silent or self._random.random() < weather.loss:
            return
        target = self._far if source == self._near else self._near
        due = time.monotonic()
        if weather.bits_per_second:
            if len(self._waiting) >= WAITING_PACKETS_MAX:
                return
            due = max(due, self._free_at[target]) + len(packet) * 8 / weather.bits_per_second
            self._free_at[target] = due
        if self._random.random() >= weather.reordered:
            due += weather.delay_seconds
        self._count += 1
        heapq.heappush(self._waiting, (due, self._count, target, packet))

    @staticmethod
    def _write(target: int, packet: bytes) -> None:
        try:
            os.write(target, packet)
        except OSError:
            return
