"""A wire with faults: carries bytes between a device and a server, and spoils them where told.

Unlike `FaultProxy` it knows nothing of HTTP: what it breaks may be the middle of a header, of a
block or of a handshake of TLS.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

PIECE_BYTES = 65536
DRIP_SECONDS = 1.0
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""For SO_LINGER: nothing lingers, so the peer gets a reset."""


class Way(Enum):
    """Which of a connection's two streams."""

    REQUEST = "request"
    ANSWER = "answer"


class Act(Enum):
    """What befalls a connection."""

    CUT = "cut"
    """It ends in good order, both ways."""
    RESET = "reset"
    """It is torn down."""
    CORRUPT = "corrupt"
    """The next byte has one bit flipped."""
    REPEAT = "repeat"
    """The next bytes come twice."""
    STALL = "stall"
    """Nothing more passes, in either way; the connection stays."""
    DRIP = "drip"
    """Of the answer one byte passes each second; for that way alone."""


@dataclass(frozen=True)
class Damage:
    """One fault, after so many bytes of one stream."""

    act: Act
    way: Way
    offset: int
    span_bytes: int = 1
    """How many bytes are repeated at most."""


class Passage:
    """One connection through the relay."""

    def __init__(self, near: socket.socket, far: socket.socket, damage: Damage | None) -> None:
        self.damage = damage
        self.is_struck = False
        self.is_stalled = False
        self.carried = Counter[Way]()
        self.seconds = 0.0
        """How long it lasted."""
        self._dripping: bytes | None = None
        self._near = near
        self._far = far

    def carry(self, patience_seconds: float | None) -> None:
        """Carries bytes until an end; once spoilt, until nothing moved for so long."""
        begun = time.monotonic()
        with self._near, self._far:
            try:
                while self._step(patience_seconds):
                    pass
            except OSError:
                pass
        self.seconds = time.monotonic() - begun

    def close(self) -> None:
        """Ends it from another thread."""
        for end in (self._near, self._far):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _step(self, patience_seconds: float | None) -> bool:
        if self._dripping is not None:
            return self._drip()
        patience = None
        if patience_seconds and self.damage and not self.is_stalled:
            # What was not struck may be a whole exchange, or a server that takes its time.
            patience = patience_seconds * (1 if self.is_struck else 4)
        ready, _, _ = select.select([self._near, self._far], [], [], patience)
        if not ready:
            return False
        for source in ready:
            way = Way.REQUEST if source is self._near else Way.ANSWER
            piece = source.recv(PIECE_BYTES)
            if not piece:
                return False
            if not self.is_stalled and not self._pass(way, piece):
                return False
        return True

    def _pass(self, way: Way, piece: bytes) -> bool:
        before = self.carried[way]
        self.carried[way] += len(piece)
        damage = self.damage
        if damage is None or self.is_struck or damage.way is not way:
            self.send(way, piece)
            return True
        place = damage.offset - before
        # A break may come behind the last byte; what spoils a byte needs one.
        is_break = damage.act not in (Act.CORRUPT, Act.REPEAT)
        if place > len(piece) or (place == len(piece) and not is_break):
            self.send(way, piece)
            return True
        self.is_struck = True
        head, tail = piece[:place], piece[place:]
        if damage.act is Act.DRIP:
            self._dripping = tail
        if damage.act is Act.CORRUPT:
            piece = head + bytes([tail[0] ^ 1 << damage.offset % 8]) + tail[1:]
        elif damage.act is Act.REPEAT:
            piece = head + tail[:damage.span_bytes] + tail
        else:
            piece = head
        self.send(way, piece)
        if damage.act is Act.RESET:
            for end in (self._near, self._far):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self.is_stalled = damage.act in (Act.STALL, Act.DRIP)
        return damage.act not in (Act.CUT, Act.RESET)

    def _drip(self) -> bool:
        ready, _, _ = select.select([self._near, self._far], [], [], DRIP_SECONDS)
        for source in ready:
            piece = source.recv(PIECE_BYTES)
            if not piece:
                return False
            self._dripping += piece
        if not ready:
            self.send(Way.ANSWER, self._dripping[:1])
            self._dripping = self._dripping[1:]
        return True

    def send(self, way: Way, piece: bytes) -> None:
        """Hands bytes on."""
        if piece:
            (self._far if way is Way.REQUEST else self._near).sendall(piece)


class FaultRelay:
    """Listens, and connects to a port of the loopback; `choose` spoils each new connection.

    A connection that was spoilt and then does not move for `patience_seconds` is reset, so that a
    test need not wait for deadlines where they are not its subject; None waits for them.
    """

    def __init__(
        self, upstream: int, patience_seconds: float | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        self.upstream = upstream
        self.patience_seconds = patience_seconds
        self.choose: Callable[[], Damage | None] = lambda: None
        self.ended: Callable[[Passage], None] = lambda passage: None
        self.opened = 0
        self._open: set[Passage] = set()
        self._lock = threading.Lock()
        self._listener = listener or socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return self._listener.getsockname()

    @property
    def url(self) -> str:
        """Where it listens, for a configuration."""
        host, port = self.address
        return f"http://{host}:{port}"

    def cut_all(self) -> None:
        """Ends every connection that is open."""
        with self._lock:
            passages = list(self._open)
        for passage in passages:
            passage.close()

    def close(self) -> None:
        """Stops listening and ends what is open."""
        try:
            # Ends the wait for the next connection, which a close alone would not.
            self._listener.shutdown(socket.SHUT_RDWR)
        finally:
            self._listener.close()
        self.cut_all()

    def passage(
        self, near: socket.socket, far: socket.socket, damage: Damage | None
    ) -> Passage:
        """What carries one connection."""
        return Passage(near, far, damage)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.upstream), 10)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        passage = self.passage(near, far, self.choose())
        with self._lock:
            self.opened += 1
            self._open.add(passage)
        try:
            passage.carry(self.patience_seconds)
        finally:
            with self._lock:
                self._open.discard(passage)
            self.ended(passage)
