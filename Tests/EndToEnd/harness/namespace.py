"""A network of its own beside the machine's, for as long as somebody holds it.

It has no name: the kernel takes it down, and with it what leads there, once its thread and its
sockets are gone, however the test ends.
"""

from __future__ import annotations

import ctypes
import os
import random
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Value = TypeVar("Value")

_CLONE_NEWNET = 0x4000_0000


class NotPermitted(Exception):
    """This machine does not let us, or cannot."""


def command(*words: str) -> None:
    """Runs `ip` or `tc`."""
    try:
        subprocess.run(words, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise NotPermitted(f"no {words[0]}") from None
    except subprocess.CalledProcessError as error:
        raise NotPermitted(f"{' '.join(words[:4])}: {error.stderr.strip()}") from None


class Namespace:
    """A network namespace, and a pair of addresses for a link to it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        # RFC 2544 set these addresses aside for tests of networks.
        chance = random.SystemRandom()
        net = f"198.{chance.choice((18, 19))}.{chance.randrange(256)}"
        last = chance.randrange(64) * 4
        self.near_address, self.far_address = f"{net}.{last + 1}", f"{net}.{last + 2}"
        self.device = f"footfall{chance.randrange(1 << 24):06x}"
        self.id = self.within(self._enter)

    def within(self, task: Callable[[], Value]) -> Value:
        """Does something there: sockets that it makes, and processes that it starts, stay there."""
        return self._thread.submit(task).result()

    def command(self, *words: str) -> None:
        """Runs `ip` or `tc` there."""
        self.within(lambda: command(*words))

    def listen(self) -> socket.socket:
        """A socket there that listens at the far address."""
        return self.within(lambda: socket.create_server((self.far_address, 0), backlog=128))

    def address(self) -> None:
        """Gives both ends of the link, each named `device`, their addresses."""
        for run, own, other in ((command, self.near_address, self.far_address),
                                (self.command, self.far_address, self.near_address)):
            run("ip", "address", "add", own, "peer", other, "dev", self.device)
            run("ip", "link", "set", self.device, "up")

    def close(self) -> None:
        """Lets go of it."""
        self._thread.shutdown()

    @staticmethod
    def _enter() -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            raise NotPermitted(f"unshare: {os.strerror(ctypes.get_errno())}")
        return threading.get_native_id()
