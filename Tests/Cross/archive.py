"""A Debian archive of a few bytes on the loopback, signed with a key of its own, that can fail."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.server
import os
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

RELEASE = "bookworm"
LIBRARIES = "usr/lib/arm-linux-gnueabihf"

Fault = Callable[[str, bytes], tuple[bytes, int]]
"""From a path and its contents to what is sent, and the length that is promised."""


def sent_whole(path: str, contents: bytes) -> tuple[bytes, int]:
    """No fault."""
    return contents, len(contents)


def cut(path: str, contents: bytes) -> tuple[bytes, int]:
    """A package ends in the middle, as when the network goes."""
    if path.endswith(".deb"):
        return contents[: len(contents) // 2], len(contents)
    return contents, len(contents)


def damaged(path: str, contents: bytes) -> tuple[bytes, int]:
    """One bit of a package is not what was signed."""
    if path.endswith(".deb"):
        contents = contents[:-1] + bytes([contents[-1] ^ 1])
    return contents, len(contents)


def unsigned(path: str, contents: bytes) -> tuple[bytes, int]:
    """The signed file says something else than what was signed."""
    if path.endswith("InRelease"):
        contents = contents.replace(b"Label: Debian", b"Label: debian")
    return contents, len(contents)


class Archive:
    """Packages of one architecture with the files that a sysroot looks for, and their keyring."""

    def __init__(self, folder: Path, arch: str, packages: list[str]) -> None:
        self.root = folder / "archive"
        self.keyring = folder / "keyring.gpg"
        self.fault: Fault = sent_whole
        self.asked: list[str] = []
        pool = self.root / "pool"
        pool.mkdir(parents=True)
        listed = "".join(self._package(pool, folder, name, arch) for name in packages)
        index = self.root / "dists" / RELEASE / "main" / f"binary-{arch}"
        index.mkdir(parents=True)
        (index / "Packages").write_text(listed)
        (index / "Packages.gz").write_bytes(gzip.compress(listed.encode(), mtime=0))
        self._sign(folder / "gnupg", arch)
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(_Handler, self)
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stops serving."""
        self._server.shutdown()
        self._server.server_close()

    def _package(self, pool: Path, folder: Path, name: str, arch: str) -> str:
        tree = folder / "trees" / name
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / LIBRARIES).mkdir(parents=True)
        (tree / LIBRARIES / f"{name}.so.1").write_text(name)
        # As some development packages do: this would be the host's library.
        (tree / LIBRARIES / f"{name}.so").symlink_to(f"/{LIBRARIES}/{name}.so.1")
        control = (
            f"Package: {name}\nVersion: 1:2.3-4\nArchitecture: {arch}\n"
            "Maintainer: Nobody <nobody@example.org>\nDescription: a package of a test\n"
        )
        (tree / "DEBIAN" / "control").write_text(control)
        made = pool / f"{name}_2.3-4_{arch}.deb"
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-b", tree, made], check=True, capture_output=True
        )
        contents = made.read_bytes()
        return (
            f"{control}Filename: pool/{made.name}\nSize: {len(contents)}\n"
            f"SHA256: {hashlib.sha256(contents).hexdigest()}\n\n"
        )

    def _sign(self, home: Path, arch: str) -> None:
        home.mkdir(mode=0o700)
        gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
        run = partial(subprocess.run, check=True, capture_output=True)
        run([*gpg, "--quick-generate-key", "archive@example.org", "rsa2048", "sign", "never"])
        self.keyring.write_bytes(run([*gpg, "--export"]).stdout)
        release = self.root / "dists" / RELEASE
        sums = "".join(
            f" {hashlib.sha256(index.read_bytes()).hexdigest()} {index.stat().st_size}"
            f" {index.relative_to(release)}\n"
            for index in sorted(release.glob("main/*/Packages*"))
        )
        said = (
            f"Origin: Debian\nLabel: Debian\nSuite: oldstable\nCodename: {RELEASE}\n"
            f"Date: Sat, 01 Jan 2022 00:00:00 UTC\nArchitectures: {arch}\nComponents: main\n"
            f"SHA256:\n{sums}"
        )
        (release / "InRelease").write_bytes(run([*gpg, "--clearsign"], input=said.encode()).stdout)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, archive: Archive, *arguments: Any) -> None:
        self.archive = archive
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.archive.asked.append(self.path)
        file = self.archive.root / os.path.normpath(self.path).lstrip("/")
        if not file.is_file():
            self.send_error(404)
            return
        contents, length = self.archive.fault(self.path, file.read_bytes())
        # Whoever asked may have been interrupted since.
        with contextlib.suppress(ConnectionError):
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(contents)

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""
