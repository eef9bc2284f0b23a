"""HTTP as bytes on a socket: requests may be as wrong as a test wants them.

The client judges answers strictly: exactly one head, exactly the announced body.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import dataclass
from typing import Any

DEADLINE_SECONDS = 30.0


class Closed(Exception):
    """The other side closed before a whole answer had come."""


@dataclass
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Connection:
    """A connection to one port, over which raw bytes go and answers come."""

    def __init__(self, port: int, seconds: float = DEADLINE_SECONDS) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Sends all bytes; a peer that stopped reading is no error, its answer tells."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def _more(self) -> None:
        try:
            received = self.socket.recv(65536)
        except ConnectionResetError:
            received = b""
        if not received:
            raise Closed(f"after {self.buffer[:200]!r}")
        self.buffer += received

    def answer(self) -> Answer:
        """Reads the next whole answer."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status, *_ = first.split(" ", 2)
        assert version == "HTTP/1.1", first
        headers = {}
        for line in lines:
            name, value = line.split(":", 1)
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value.strip()
        if int(status) < 200:
            return self.answer()
        length = int(headers.get("content-length", "0"))
        while len(self.buffer) < length:
            self._more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(int(status), headers, body)

    def is_closed(self, seconds: float = 10) -> bool:
        """Whether the other side closes within the deadline, without another byte."""
        self.socket.settimeout(seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                received = self.socket.recv(65536)
            except ConnectionResetError:
                return True
            except TimeoutError:
                return False
            if not received:
                return not self.buffer
            self.buffer += received
        return False


def head(
    method: str, path: str, headers: dict[str, str] | None = None, host: str = "127.0.0.1"
) -> bytes:
    """The head of a request, with a Host unless the headers bring one."""
    fields = {"Host": host} | (headers or {})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def request(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None,
    seconds: float = DEADLINE_SECONDS,
) -> Answer:
    """One request on a connection of its own."""
    fields = {"Content-Length": str(len(body)), "Connection": "close"} | (headers or {})
    with Connection(port, seconds) as connection:
        connection.send(head(method, path, fields) + body)
        return connection.answer()


def post(
    port: int, path: str, value: Any, headers: dict[str, str] | None = None, packed: bool = False
) -> Answer:
    """Posts JSON, or bytes as they are; gzipped if asked."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    fields = {"Content-Type": "application/json"} | (headers or {})
    if packed:
        body = gzip.compress(body)
        fields["Content-Encoding"] = "gzip"
    return request(port, "POST", path, body, fields)
