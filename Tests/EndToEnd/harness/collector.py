"""The centre: a collector with its data, and the verbs that read it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import wire
from harness.agent import Said
from harness.processes import Daemon, collector_command, free_port
from harness.seals import CENTRE
from harness.waiting import eventually

_EVENT = ',"event":'


@dataclass(frozen=True)
class Exported:
    """One line of the export; the event's own text is kept verbatim."""

    device: str
    stream: str
    epoch: int
    sequence: int
    message: str | None
    text: str
    time: dict[str, Any] = field(default_factory=dict, compare=False)
    """When it was, and how well that is known: it may be known better later."""
    visit: int | None = field(default=None, compare=False)
    """The visit that it is part of, in its stream; None for none."""
    actor: str | None = field(default=None, compare=False)
    """Whose doing its device says it was; None of a device that tells no visits."""

    @property
    def id(self) -> tuple[str, str, int, int]:
        """What tells it from every other event."""
        return self.device, self.stream, self.epoch, self.sequence

    @property
    def event(self) -> dict[str, Any]:
        """The event, read as JSON."""
        return json.loads(self.text)


def exported(line: str) -> Exported:
    """Reads one line, and insists on its members and their order."""
    record = json.loads(line)
    told = ["visit", "actor"] if "visit" in record else []
    assert list(record) == [
        "device", "stream", "epoch", "seq", "messageId", "time", *told, "event",
    ], line
    assert list(record["time"]) == ["ms", "lower", "upper", "quality"], line
    # A quotation mark inside a string is escaped, so this is the member and no content.
    text = line.split(_EVENT, 1)[1][:-1]
    return Exported(
        record["device"], record["stream"], record["epoch"], record["seq"], record["messageId"],
        text, record["time"], record.get("visit"), record.get("actor"),
    )


class Collector(Daemon):
    """A collector process on one data folder."""

    def __init__(self, folder: Path, keys: dict[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = folder / "data"
        CENTRE.install(self.data)
        self.port = free_port()
        command = [
            *collector_command(), "serve", "--listen", f"127.0.0.1:{self.port}",
            "--data", str(self.data),
        ]
        if keys is not None:
            file = folder / "keys"
            file.touch(mode=0o600)
            file.write_text("".join(f"{device} {key}\n" for device, key in keys.items()))
            command += ["--keys", str(file)]
        super().__init__(command, folder / "collector.log")

    @property
    def url(self) -> str:
        """Where agents reach it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Collector:
        """Starts it and waits until it serves."""
        self.spawn()
        self.wait_listening(self.port)
        eventually(
            lambda: wire.request(self.port, "GET", "/health").status == 200, "a healthy collector"
        )
        return self

    def command_line(self, *arguments: str, seconds: float = 120) -> Said:
        """Runs one of its verbs on the data folder."""
        done = subprocess.run(
            [*collector_command(), *arguments, "--data", str(self.data)],
            capture_output=True, text=True, timeout=seconds,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def export(self) -> list[Exported]:
        """Every event that it holds."""
        said = self.command_line("export")
        assert said.code == 0, said.err
        return [exported(line) for line in said.out.split("\n")[:-1]]

    def funnel(self, *options: str) -> dict[str, Any]:
        """`report funnel --json`."""
        said = self.command_line("report", "funnel", "--json", *options)
        assert said.code == 0, said.err
        return said.json
