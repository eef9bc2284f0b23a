"""A small HTTP server inside the test, for standing where a collector or a network stands."""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Exchange:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """A response as it goes."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    gateway: Gateway
    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, object]:
        """A connection; with TLS its handshake is the first thing its own thread does."""
        connection, address = super().get_request()
        if self.tls is None:
            return connection, address
        return self.tls.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is this suite's daily business."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._is_known = False
        self.server.gateway.opened(self.connection)

    def log_message(self, format: str, *args: object) -> None:
        """Tests speak through assertions, not through a log."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if isinstance(self.connection, ssl.SSLSocket) and not self._is_known:
            self._is_known = True
            self.server.gateway.resumed.append(bool(self.connection.session_reused))
        exchange = Exchange(self.command, self.path, headers, self._body())
        reply = self.server.gateway.respond(exchange)
        if reply is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response_only(reply.status)
        if all(name.lower() != "date" for name, _ in reply.headers):
            self.send_header("Date", self.date_time_string())
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_OPTIONS = do_PUT = _serve


class Gateway:
    """Listens on a free port of the loopback; what it answers is `respond`'s to say."""

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._server = (_Server6 if ":" in host else _Server)((host, 0), _Handler)
        self._host = f"[{host}]" if ":" in host else host
        self._server.tls = tls
        self._server.gateway = self
        self._connections: list[socket.socket] = []
        self.resumed: list[bool] = []
        """Of each connection with TLS, whether it went on with an earlier session."""
        self.connection_count = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """Where it listens, for a configuration."""
        return f"http{'s' if self._server.tls else ''}://{self._host}:{self.port}"

    def renew(self, tls: ssl.SSLContext) -> None:
        """Begins its next connections with these certificates."""
        self._server.tls = tls

    def opened(self, connection: socket.socket) -> None:
        """Keeps a connection, so that it can be cut."""
        with self._lock:
            self._connections.append(connection)
            self.connection_count += 1

    def cut_all(self) -> None:
        """Breaks every connection that is open."""
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            self._connections.clear()

    def close(self) -> None:
        """Stops listening and breaks what is open."""
        self._server.shutdown()
        self._server.server_close()
        self.cut_all()

    def respond(self, exchange: Exchange) -> Reply | None:
        """Answers a request; None breaks the connection without a word."""
        raise NotImplementedError
