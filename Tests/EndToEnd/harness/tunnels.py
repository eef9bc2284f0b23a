"""An HTTP proxy that makes tunnels, and notes who asked for what."""

from __future__ import annotations

import base64
import socket
import threading


class TunnelProxy:
    """Connects to whatever it is asked for; with `credentials` it asks who wants that."""

    def __init__(self, credentials: str | None = None, answer: bytes | None = None) -> None:
        self._wanted = credentials and base64.b64encode(credentials.encode()).decode()
        self._answer = answer
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.getsockname()[1]

    def close(self) -> None:
        """Takes no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = connection.recv(1)
                if not piece:
                    return
                head += piece
            lines = head.decode().split("\r\n")
            method, target, _ = lines[0].split(" ")
            self.asked.append(f"{method} {target}")
            if self._answer is not None:
                connection.sendall(self._answer)
                return
            fields = {line.split(":")[0].lower(): line.split(":", 1)[1].strip()
                      for line in lines[1:] if ":" in line}
            if self._wanted and fields.get("proxy-authorization") != f"Basic {self._wanted}":
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                                   b"Content-Length: 0\r\n\r\n")
                return
            host, port = target.rsplit(":", 1)
            with socket.create_connection((host.strip("[]"), int(port))) as far:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(far, connection), daemon=True)
                back.start()
                _copy(connection, far)
                back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
