"""Certificates for tests: an authority, and what it signs, rightly or not, by openssl."""

from __future__ import annotations

import base64
import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CONFIGURATION = """
[ca]
default_ca = ca
[ca]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, each a file in PEM."""

    certificate: Path
    key: Path

    @property
    def pin(self) -> str:
        """Its public key as a pin names it."""
        public = _openssl("x509", "-in", self.certificate, "-pubkey", "-noout")
        encoded = _openssl("pkey", "-pubin", "-outform", "der", text=public)
        return "sha256/" + base64.b64encode(hashlib.sha256(encoded).digest()).decode()

    def server(self, clients: Path | None = None) -> ssl.SSLContext:
        """What a server with this certificate begins with; `clients` vouches for its clients."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        return context


class Authority:
    """Somebody who vouches for others."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder / name
        self._folder.mkdir()
        (self._folder / "index").touch()
        (self._folder / "serial").write_text("01\n")
        (self._folder / "openssl.cnf").write_text(_CONFIGURATION)
        self.file = self._folder / "ca.pem"
        self._key = self._folder / "ca.key"
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", self._key, "-out", self.file, "-subj", f"/CN={name}", "-days", "30")
        self._count = 0

    def sign(
        self, names: str = "IP:127.0.0.1", begins: str = "20200101000000Z",
        ends: str = "20991231235959Z",
    ) -> Certificate:
        """A certificate for names, such as `DNS:collector.example`."""
        self._count += 1
        key = self._folder / f"{self._count}.key"
        request = self._folder / f"{self._count}.csr"
        made = self._folder / f"{self._count}.pem"
        _openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", request, "-subj", f"/CN=number-{self._count}",
            "-addext", f"subjectAltName={names}")
        _openssl(
            "ca", "-batch", "-config", "openssl.cnf", "-cert", self.file, "-keyfile", self._key,
            "-in", request, "-out", made, "-startdate", begins, "-enddate", ends, "-notext",
            where=self._folder)
        return Certificate(made, key)


def _openssl(*arguments: object, text: bytes = b"", where: Path | None = None) -> bytes:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], input=text, capture_output=True, cwd=where, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
