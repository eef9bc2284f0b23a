"""Processes that never outlive the test, however it ends."""

from __future__ import annotations

import functools
import itertools
import os
import random
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from harness.keeper import Keeper
from harness.waiting import eventually

REPOSITORY = Path(__file__).resolve().parents[3]
PORTS = range(20000, 32000)
"""Below the ephemeral ports, so that no outgoing connection takes one between two starts."""
PORTS_A_RUN = 1000

_random = random.SystemRandom()


@functools.cache
def _run() -> tuple[range, socket.socket]:
    """This run's own part of the ports, and what holds it to the end of this process.

    A port is free between its choice and its listener, and between two starts of an agent: another
    run beside this one must not choose it then.
    """
    parts = list(range(0, len(PORTS), PORTS_A_RUN))
    _random.shuffle(parts)
    for start in parts:
        held = socket.socket(socket.AF_UNIX)
        try:
            held.bind(f"\0footfall-ports-{PORTS[start]}")
        except OSError:
            held.close()
            continue
        return PORTS[start:start + PORTS_A_RUN], held
    raise AssertionError(f"{len(parts)} runs hold every port from {PORTS[0]} on")


@functools.cache
def _order() -> Iterator[int]:
    """This run's ports in no order, over and over: one comes again after all the others.

    What is chosen twice within one test, before it listens, is two processes' port.
    """
    ports, _ = _run()
    return itertools.cycle(_random.sample(ports, len(ports)))


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    for port in itertools.islice(_order(), PORTS_A_RUN):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"something listens on each of {PORTS_A_RUN} ports")


def is_listening(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def executable(variable: str, default: str) -> list[str]:
    """The command that an environment variable names, else one of the repository's builds."""
    path = Path(os.environ.get(variable) or default)
    return [str(path if path.is_absolute() else REPOSITORY / path)]


def device_runner() -> list[str]:
    """What the device executable is run by: an emulator's command, or nothing."""
    return os.environ.get("FOOTFALL_DEVICE_RUNNER", "").split()


def is_emulated() -> bool:
    """Whether the process under test is a runner and not the agent itself."""
    return bool(device_runner())


def device_command() -> list[str]:
    """The device executable under test, behind its runner if one is named."""
    return device_runner() + executable("FOOTFALL_DEVICE", "build/footfall")


def collector_command() -> list[str]:
    """The collector under test."""
    return executable("FOOTFALL_COLLECTOR", "build/footfall-collector")


class Daemon:
    """A long-running process; dies with its creator, whatever becomes of that.

    Start it on the main thread: the kernel's parent-death signal follows the creating thread.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.command = list(command)
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.keeper: Keeper | None = None
        self.begin: Callable[[], None] | None = None

    @property
    def pid(self) -> int:
        """The running process."""
        assert self.process is not None, "not started"
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def spawn(self) -> None:
        """Starts it; its output goes to the end of the log."""
        assert not self.is_running
        more = self.keeper.inheritance() if self.keeper else {"preexec_fn": self.begin}
        finish = more.pop("finished", lambda: None)
        named = ["sh", "-c", 'export LISTEN_PID=$$; exec "$@"', "sh"] if self.keeper else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *named, *self.command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more,
            )
        finish()

    def wait_listening(self, port: int, seconds: float = 20) -> None:
        """Waits until it accepts connections; fails at once if it ends instead."""
        def look() -> bool:
            assert self.is_running, f"ended with {self.process.returncode}: {self.said()}"
            return is_listening(port)
        eventually(look, f"{self.command[0]} listens on {port}", seconds)

    def stop(self, seconds: float = 20) -> int:
        """Asks it to end, and returns its exit code."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)
        return self.end(seconds)

    def kill(self) -> None:
        """SIGKILL."""
        if self.is_running:
            self.process.kill()
        self.end(10)

    def end(self, seconds: float) -> int:
        """Waits for the end; kills what does not come to it, and fails."""
        if self.process is None:
            return 0
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not end within {seconds} s: {self.said()}") from None

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
