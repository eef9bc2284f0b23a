"""The part of a service manager that keeps descriptors while a service is away (sd_notify(3))."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
from pathlib import Path
from typing import Any

_FIRST = 3
_FREE = 200
"""Where no descriptor of a test is, and none is handed down to."""


class Keeper:
    """Keeps what it is sent, and hands it down to whoever is spawned with `inheritance`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[str, int] = {}
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Lets go of everything."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        for descriptor in self.kept.values():
            os.close(descriptor)

    def _listen(self) -> None:
        while True:
            try:
                words, descriptors, _, _ = socket.recv_fds(self._socket, 4096, 8)
            except OSError:
                return
            if not words:
                return
            said = dict(line.split("=", 1) for line in words.decode().splitlines())
            with self._lock:
                known = self.kept.pop(said["FDNAME"], None)
                if known is not None:
                    os.close(known)
                if said.get("FDSTORE") == "1":
                    self.kept[said["FDNAME"]] = descriptors[0]

    def inheritance(self) -> dict[str, Any]:
        """What Popen is to be told; the process must say itself who it is, in LISTEN_PID."""
        with self._lock:
            names = ":".join(self.kept)
            high = [fcntl.fcntl(each, fcntl.F_DUPFD, _FREE) for each in self.kept.values()]

        def hand_down() -> None:
            for place, descriptor in enumerate(high):
                os.dup2(descriptor, _FIRST + place)
        environment = {
            **os.environ, "NOTIFY_SOCKET": str(self.path), "LISTEN_FDS": str(len(high)),
            "LISTEN_FDNAMES": names,
        }
        return {
            "env": environment, "pass_fds": range(_FIRST, _FIRST + len(high)),
            "preexec_fn": hand_down, "finished": lambda: [os.close(each) for each in high],
        }
