"""Fluent Bit at the same work: events by HTTP, a durable buffer, batches out by HTTP."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from device import cpu_seconds, pss_megabytes
from harness.processes import Daemon, free_port, is_listening
from harness.waiting import eventually
from tools import Tools, loaded

SECONDS_MOST = 300

# Nothing is dropped however long the collector is away, and retries are as frequent as ours. What
# a kill has left that cannot be read goes from the store, and is missing at the sink.
CONFIGURATION = """
[SERVICE]
    flush 1
    log_level warn
    storage.path {store}
    storage.sync normal
    storage.delete_irrecoverable_chunks on
    storage.max_chunks_up 128
    scheduler.base 1
    scheduler.cap 5
[INPUT]
    name http
    listen 127.0.0.1
    port {port}
    storage.type filesystem
    tag events
[OUTPUT]
    name http
    match *
    host 127.0.0.1
    port {sink}
    uri /collect
    format json_lines
    compress gzip
    retry_limit no_limits
    workers 1
"""


class FluentBit:
    """A running Fluent Bit and the folder's own sink, which counts what it gets."""

    def __init__(self, executable: Path, folder: Path, tools: Tools, events: int) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._tools = tools
        self._events = events
        self._port, sink_port, self._control = free_port(), free_port(), free_port()
        self._sink = Daemon(
            [str(tools.program("sink")), str(sink_port), str(self._control), str(events)],
            folder / "sink.log")
        file = folder / "fluent-bit.conf"
        file.write_text(CONFIGURATION.format(
            store=folder / "store", port=self._port, sink=sink_port))
        self._peer = Daemon([str(executable), "-c", str(file)], folder / "peer.log")

    def __enter__(self) -> FluentBit:
        self._sink.spawn()
        self._sink.wait_listening(self._control)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._peer.kill()
        self._sink.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def cpu_seconds(self) -> float:
        """What it has taken of the processors so far."""
        return cpu_seconds(self._peer.pid)

    @property
    def pss_megabytes(self) -> float:
        """What it holds in memory."""
        return pss_megabytes(self._peer.pid)

    @property
    def delivery_seconds(self) -> float:
        """Between the first request at the sink and the last."""
        said = self._statistics()
        return float(said["tlast"] - said["tfirst"])

    def start(self) -> None:
        """Starts it and waits until it serves."""
        self._peer.spawn()
        eventually(lambda: is_listening(self._port), "Fluent Bit listens", 30)

    def kill(self) -> None:
        """SIGKILL."""
        self._peer.kill()

    def loader(self, events: int, batch: int) -> subprocess.Popen[bytes]:
        """Begins to post events, so many a request."""
        return self._tools.loader(
            self._port, self._tools.lines(self._events), "/events", most=events, lines=batch)

    def load(self, events: int, batch: int) -> None:
        """Posts events, and wants each acknowledged."""
        end = loaded(self.loader(events, batch))
        if end.acknowledged != events:
            raise ValueError(f"Fluent Bit acknowledged {end.acknowledged} of {events}")

    def tell(self, word: str) -> str:
        """Tells the sink something, and returns what it says."""
        with socket.create_connection(("127.0.0.1", self._control), 30) as control:
            control.sendall(word.encode())
            return b"".join(iter(lambda: control.recv(1 << 16), b"")).decode()

    def wait_delivered(self, events: int) -> None:
        """Waits until the sink has so many different ones."""
        eventually(
            lambda: self._statistics()["uniq"] >= events, "Fluent Bit delivers", SECONDS_MOST)

    def wait_emptied(self) -> None:
        """Waits until its store has no chunk: each was delivered, or it cannot read it."""
        eventually(
            lambda: not any((self._folder / "store").rglob("*.flb")), "Fluent Bit's store is empty",
            SECONDS_MOST, 0.1)

    def missing(self, events: int) -> tuple[int, int]:
        """How many of the first events never came, and how many came more than once."""
        said = json.loads(self.tell(f"missing 0 {events}"))
        return int(said["missing"]), int(said["dup_events"])

    def _statistics(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.tell("stats"))
        return said
