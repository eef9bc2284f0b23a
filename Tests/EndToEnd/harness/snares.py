"""Descriptors that hold up whoever closes, or looks at, the last one of them."""

from __future__ import annotations

import array
import contextlib
import ctypes
import os
import select
import socket
import struct
import threading
from collections.abc import Sequence
from pathlib import Path

LINGER_SECONDS = 100
"""Longer than any test waits for an answer."""


class LingeringSocket:
    """A TCP socket whose last close waits for a peer that reads nothing."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.socket = socket.create_connection(listener.getsockname())
            self.peer, _ = listener.accept()
        self.socket.setblocking(False)
        try:
            while True:
                self.socket.send(bytes(65536))
        except BlockingIOError:
            pass
        linger = struct.pack("ii", 1, LINGER_SECONDS)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def is_closed(self, seconds: float = 20) -> bool:
        """Whether nobody has the socket any more; the peer reads at last."""
        self.peer.settimeout(seconds)
        try:
            while self.peer.recv(1 << 20):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        """Lets go of both ends."""
        self.peer.close()
        self.socket.close()


def send(
    connection: socket.socket, word: bytes, descriptors: Sequence[int], flags: int = 0
) -> None:
    """Sends descriptors along with bytes."""
    rights = array.array("i", descriptors)
    connection.sendmsg([word], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)], flags)


class DeafFile:
    """A file of a file system that leaves one process without an answer."""

    FLUSH = 25
    _LOOKUP, _OPEN, _INIT = 1, 14, 26

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = 0
        """To whom it is deaf; whoever is forked from here closes a copy of the file, too."""
        folder.mkdir()
        self._device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self._device},rootmode=40000,user_id=0,group_id=0"
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"deaf", bytes(folder), b"fuse", 0, options.encode()) != 0:
            raise OSError(ctypes.get_errno(), "mount")
        self._libc = libc
        self.asked: list[int] = []
        self._stop, self._stopped = os.pipe()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()
        self.descriptor = os.open(folder / "file", os.O_RDWR)

    @property
    def is_flushing(self) -> bool:
        """Whether somebody waits for its close."""
        return self.FLUSH in self.asked

    def _answer(self) -> None:
        while self._device in select.select([self._device, self._stop], [], [])[0]:
            request = os.read(self._device, 1 << 18)
            _, operation, unique, _, _, _, thread = struct.unpack_from("<IIQQIII", request)
            if Path(f"/proc/{self.process}/task/{thread}").exists():
                self.asked.append(operation)
                continue
            attributes = struct.pack("<QQQQQQIIIIIIIII", 2, 0, 0, 0, 0, 0, 0, 0, 0, 0o100666, 1,
                                     0, 0, 0, 4096) + bytes(4)
            body = {
                self._INIT: struct.pack("<IIIIHHII", 7, 31, 0, 0, 8, 8, 4096, 1) + bytes(32),
                self._LOOKUP: struct.pack("<QQQQII", 2, 0, 0, 0, 0, 0) + attributes,
                self._OPEN: struct.pack("<QII", 1, 0, 0),
                self.FLUSH: b"",
            }.get(operation)
            if body is not None:
                os.write(self._device, struct.pack("<IiQ", 16 + len(body), 0, unique) + body)

    def close(self) -> None:
        """Ends the file system, once: whoever waits for it is told that it is gone."""
        if not self._thread.is_alive():
            return
        os.write(self._stopped, b".")
        self._thread.join()
        self._libc.umount2(bytes(self.folder), 2)
        os.close(self._device)
        with contextlib.suppress(OSError):
            os.close(self.descriptor)
        for end in (self._stop, self._stopped):
            os.close(end)
