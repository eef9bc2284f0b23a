"""The collector's own TLS: a collector behind it, and connections that speak it."""

from __future__ import annotations

import ssl
from pathlib import Path

from harness import wire
from harness.certificates import Authority, Certificate
from harness.collector import Collector


class SecureCollector(Collector):
    """A collector that serves by TLS, and asks devices for certificates of an authority."""

    def __init__(
        self, folder: Path, certificate: Certificate, clients: Authority | None = None,
        keys: dict[str, str] | None = None,
    ) -> None:
        super().__init__(folder, keys)
        certificate.key.chmod(0o600)
        self.command += ["--certificate", str(certificate.certificate),
                         "--certificate-key", str(certificate.key)]
        if clients:
            self.command += ["--client-ca", str(clients.file)]

    @property
    def url(self) -> str:
        """Where agents reach it."""
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> SecureCollector:
        """Starts it and waits until it serves."""
        self.spawn()
        self.wait_listening(self.port)
        return self


def client(authority: Authority, certificate: Certificate | None = None) -> ssl.SSLContext:
    """What a client begins with that trusts an authority, and shows a certificate if it has one."""
    context = ssl.create_default_context(cafile=str(authority.file))
    if certificate:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def connect(
    port: int, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> wire.Connection:
    """A connection by TLS; the session of an earlier one is taken up."""
    connection = wire.Connection(port)
    connection.socket = context.wrap_socket(
        connection.socket, server_hostname="127.0.0.1", session=session)
    return connection
