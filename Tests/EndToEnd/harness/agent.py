"""One kiosk: an agent in a folder of its own, with its configuration, doors and commands."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import wire
from harness.ingest import Ingest
from harness.processes import Daemon, device_command, free_port
from harness.seals import CENTRE
from harness.waiting import eventually

Settings = dict[str, dict[str, str]]


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Its output, however its lines are broken."""
        return " ".join(self.out.split())

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)


def configuration(settings: Settings) -> str:
    """Settings as the agent's file; None leaves a key out."""
    lines = []
    for section, values in settings.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {value}" for key, value in values.items() if value is not None]
    return "\n".join(lines) + "\n"


class Agent(Daemon):
    """A device's agent, from configuration to clean-up."""

    def __init__(
        self, folder: Path, collector_url: str, device: str = "kiosk-1", key: str = "secret-1",
        identity_key: bytes | None = None, changes: Settings | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.device = device
        self.identity_key = identity_key or secrets.token_bytes(32)
        self.port = free_port()
        self.state = folder / "state"
        self.runtime = folder / "run"
        self.key_file = folder / "identity.key"
        self.settings: Settings = {
            "agent": {
                "device": device, "state_directory": str(self.state),
                "runtime_directory": str(self.runtime), "http_listen": f"127.0.0.1:{self.port}",
            },
            "collector": {"url": collector_url, "write_key": key, "backoff_cap": "1s"},
            "identity": {"key_file": str(self.key_file), "collector_key": CENTRE.text},
        }
        for section, values in (changes or {}).items():
            self.settings.setdefault(section, {}).update(values)
        self.config = folder / "footfall.conf"
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.runtime.mkdir(mode=0o755, exist_ok=True)
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(self.identity_key.hex() + "\n")
        self.write_configuration()
        command = [*device_command(), "agent", "--config", str(self.config)]
        super().__init__(command, folder / "agent.log")

    def write_configuration(self) -> None:
        """Writes the settings as they are now."""
        self.config.write_text(configuration(self.settings))

    def start(self) -> Agent:
        """Starts it and waits until it serves."""
        self.spawn()
        self.wait_listening(self.port)
        eventually(self._is_healthy, "the agent says that it is healthy")
        return self

    def _is_healthy(self) -> bool:
        try:
            return wire.request(self.port, "GET", "/health").status == 200
        except (OSError, wire.Closed):
            return False

    def restart(self) -> Agent:
        """Stops it in good order, then starts it."""
        assert self.stop() == 0, self.said()
        return self.start()

    def post(
        self, path: str, value: Any, headers: dict[str, str] | None = None, packed: bool = False
    ) -> wire.Answer:
        """One request to its HTTP door."""
        return wire.post(self.port, path, value, headers, packed)

    def batch(self, events: Sequence[Any], packed: bool = False) -> wire.Answer:
        """Posts events to /v1/batch and wants them taken."""
        answer = self.post("/v1/batch", {"batch": list(events)}, packed=packed)
        assert answer.status == 200, answer
        return answer

    def ingest(self, seconds: float = 30) -> Ingest:
        """A connection to its ingest socket."""
        return Ingest(self.runtime / "ingest.sock", seconds)

    def command_line(
        self, *arguments: str, stdin: str | None = None, seconds: float = 180
    ) -> Said:
        """Runs one of the operator's verbs against it."""
        done = subprocess.run(
            [*device_command(), *arguments, "--config", str(self.config)],
            input=stdin, capture_output=True, text=True, timeout=seconds,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def status(self) -> dict[str, Any]:
        """`footfall status --json`."""
        said = self.command_line("status", "--json")
        assert said.code in (0, 1), said
        return said.json

    def audit(self) -> dict[str, Any]:
        """`footfall queue audit --json`, whether or not the books balance."""
        said = self.command_line("queue", "audit", "--json")
        assert said.code in (0, 74), said
        return said.json

    def flush(self, wait: str = "30s") -> Said:
        """`footfall flush --wait`, which must end with everything acknowledged."""
        said = self.command_line("flush", "--wait", wait)
        assert said.code == 0, (said, self.said())
        return said
