"""A collector that costs little: it signs receipts for ids, and does not open the events.

It can be down, it can be deaf: then it takes requests and never answers; or dumb: then it takes
connections and does not even begin TLS.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
import threading
import time

from harness.block import behind, framed
from harness.columns import head
from harness.dictionary import NO_DICTIONARY
from harness.double import ranges
from harness.processes import free_port
from harness.sections import Section, inflated

Range = tuple[str, int, int, int]
"""A stream, an epoch, and the first and the last of its numbers."""


class Sink:
    """Listens on a port of the loopback from `up` on; counts what it took."""

    def __init__(self, tls: ssl.SSLContext | None = None, key: str = "secret-1") -> None:
        self.port = free_port()
        self.is_deaf = False
        self.is_dumb = False
        self.first_taken: float | None = None
        self.last_taken = 0.0
        self.held_seconds: list[float] = []
        """How long each peer waited for an answer that never came."""
        self.wire_bytes = 0
        self._tls = tls
        self._key = key.encode()
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._taken: list[Range] = []
        self._count = 0

    @property
    def url(self) -> str:
        """Where it is, for a configuration."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    @property
    def count(self) -> int:
        """How many ids were taken, those that came twice counted twice."""
        return self._count

    @property
    def doubled(self) -> int:
        """How many of them came before."""
        with self._lock:
            taken = sorted(self._taken)
        doubled, last = 0, ("", 0, -1)
        for stream, epoch, first, end in taken:
            if (stream, epoch) != last[:2]:
                last = (stream, epoch, -1)
            doubled += max(0, min(end, last[2]) - first + 1)
            last = (stream, epoch, max(end, last[2]))
        return doubled

    def up(self) -> None:
        """Listens; what it takes from now on is the first."""
        self.first_taken = None
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def down(self) -> None:
        """Refuses connections and breaks those that are open."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # A mere close would leave the thread in accept, and the port with it.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            for connection in self._connections:
                connection.shutdown(socket.SHUT_RDWR)
            self._connections.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.is_dumb:
                self._wait(connection)
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with self._lock:
                self._connections.add(connection)
            while (request := _request(connection)) is not None:
                if self.is_deaf:
                    self._wait(connection)
                    return
                connection.sendall(self._answer(*request))
        except OSError:
            return
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _wait(self, connection: socket.socket) -> None:
        begun = time.monotonic()
        try:
            while connection.recv(1 << 16):
                continue
        finally:
            self.held_seconds.append(time.monotonic() - begun)

    def _answer(self, headers: dict[str, str], body: bytes) -> bytes:
        _, _, _, count = framed(body)
        section = Section("head", behind(body, NO_DICTIONARY))
        header = head(section)
        sequences = _sequences(section, count) if count else []
        ids = ranges(sequences)
        receipt = {
            "status": 200, "device": header["device"], "stream": header["stream"],
            "epoch": header["epoch"], "nonce": headers["footfall-nonce"],
            "sha256": hashlib.sha256(body).hexdigest(), "ids": ids, "count": count, "new": count,
            "known": 0, "conflict": [], "refused": [], "tombstones": len(header["tombstones"]),
        }
        self._take(header, ids, count, len(body))
        text = json.dumps(receipt, separators=(",", ":")).encode()
        mac = hmac.new(self._key, text, hashlib.sha256).hexdigest()
        return (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nFootfall-Signature: {mac}\r\n"
            f"Content-Length: {len(text)}\r\n\r\n").encode() + text

    def _take(
        self, header: dict[str, object], ids: list[list[int]], count: int, byte_count: int
    ) -> None:
        self.last_taken = time.monotonic()
        if self.first_taken is None:
            self.first_taken = self.last_taken
        with self._lock:
            self.wire_bytes += byte_count
            self._count += count
            stream, epoch = str(header["stream"]), int(str(header["epoch"]))
            self._taken += [(stream, epoch, first, last) for first, last in ids]


def _request(connection: socket.socket) -> tuple[dict[str, str], bytes] | None:
    """The next request's headers and body; None at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(1 << 18)
        if not piece:
            return None
        data += piece
    text, body = data.split(b"\r\n\r\n", 1)
    fields = (line.split(":", 1) for line in text.decode("latin-1").split("\r\n")[1:])
    headers = {name.lower(): value.strip() for name, value in fields}
    length = int(headers["content-length"])
    while len(body) < length:
        piece = connection.recv(1 << 18)
        if not piece:
            return None
        body += piece
    return headers, body


def _sequences(behind_head: Section, count: int) -> list[int]:
    """A block's numbers; of its sections the third begins with them."""
    for name in ("text", "indexes", "numbers"):
        length, packed = behind_head.uint(), behind_head.uint()
        data = behind_head.take(packed or length)
    numbers = Section(name, inflated(data, length, name) if packed else data)
    found = [numbers.uint()]
    for _ in range(count - 1):
        found.append(found[-1] + 1 + numbers.uint())
    return found
