"""Programs that use the client library, as `Cross/programs` builds them."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from harness.processes import REPOSITORY, Daemon, device_runner

HOST = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf"}
LINKS = ("shared", "static")


def library_folder() -> Path:
    """Where the library under test and its programs are."""
    named = os.environ.get("FOOTFALL_LIBRARY")
    path = Path(named or f"build/{HOST.get(platform.machine(), platform.machine())}")
    return path if path.is_absolute() else REPOSITORY / path


def command(program: str, link: str, *arguments: object) -> list[str]:
    """What runs a program that was linked with one of the library's two files."""
    path = library_folder() / "client" / f"{program}-{link}"
    return [*device_runner(), str(path), *map(str, arguments)]


def run(
    program: str, link: str, *arguments: object, seconds: float = 120,
    environment: dict[str, str] | None = None,
) -> str:
    """What a program prints; it has to end well."""
    done = subprocess.run(
        command(program, link, *arguments), capture_output=True, text=True, timeout=seconds,
        check=False, env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, (program, link, done.returncode, done.stderr)
    return done.stdout


def start(program: str, link: str, log: Path, *arguments: object) -> Daemon:
    """Starts a program in the background."""
    daemon = Daemon(command(program, link, *arguments), log)
    daemon.spawn()
    return daemon
