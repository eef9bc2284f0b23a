"""A network with faults: stands before a server and does to each request what a test says."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from enum import Enum, auto

from harness.gateway import Exchange, Gateway, Reply


class Fault(Enum):
    """What happens to one request."""

    NONE = auto()
    CUT = auto()
    """The connection breaks before the server hears of the request."""
    LOST_ANSWER = auto()
    """The server acts, and its answer never arrives: what makes duplicates."""
    UNAVAILABLE = auto()
    """503 from something in between; the server hears nothing."""
    DELAY = auto()
    """The answer takes its time."""
    TRUNCATED = auto()
    """Half of the answer's body arrives, then the connection breaks."""


class FaultProxy(Gateway):
    """Forwards to a port of the loopback; `choose` says, by number, what befalls a request."""

    def __init__(self, upstream: int, choose: Callable[[int], Fault] | None = None) -> None:
        self.upstream = upstream
        self.choose: Callable[[int], Fault] = choose or (lambda number: Fault.NONE)
        self.seen: list[Exchange] = []
        self.faults: dict[Fault, int] = {fault: 0 for fault in Fault}
        self.delay_seconds = 0.2
        self._count_lock = threading.Lock()
        super().__init__()

    def respond(self, exchange: Exchange) -> Reply | None:
        """Forwards, or does not."""
        with self._count_lock:
            fault = self.choose(len(self.seen))
            self.seen.append(exchange)
            self.faults[fault] += 1
        if fault is Fault.CUT:
            return None
        if fault is Fault.UNAVAILABLE:
            # A web page may read it, as it may the agent's own.
            headers = (("Retry-After", "0"), ("Access-Control-Allow-Origin", "*"))
            return Reply(503, b"no backend", headers)
        reply = self._forward(exchange)
        if fault is Fault.DELAY:
            time.sleep(self.delay_seconds)
        if fault is Fault.LOST_ANSWER:
            return None
        if fault is Fault.TRUNCATED and reply is not None:
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return reply

    def _forward(self, exchange: Exchange) -> Reply | None:
        onward = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        skipped = {"host", "content-length", "connection", "transfer-encoding"}
        headers = {name: value for name, value in exchange.headers.items() if name not in skipped}
        try:
            onward.request(exchange.method, exchange.path, exchange.body, headers)
            answer = onward.getresponse()
            body = answer.read()
        except OSError:
            return None
        finally:
            onward.close()
        kept = tuple(
            (name, value) for name, value in answer.getheaders() if name.lower() not in skipped
        )
        return Reply(answer.status, body, kept)
