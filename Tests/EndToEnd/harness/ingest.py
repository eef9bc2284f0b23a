"""The client's side of `ingest.sock`: lines out, one answer for each group of lines back."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Tally:
    """What the agent said of a number of lines, its answers added up."""

    lines: int = 0
    stored: int = 0
    duplicate: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """Adds one group; its refused lines are renumbered to count from the first line of all."""
        counted = answer["stored"] + answer["duplicate"] + len(answer["refused"])
        if "error" in answer:
            assert answer["stored"] == answer["duplicate"] == 0, answer
            self.errors.append(answer["error"])
        else:
            assert counted == answer["lines"], f"the group does not add up: {answer}"
        for refusal in answer["refused"]:
            assert 1 <= refusal["line"] <= answer["lines"], answer
            self.refused.append(refusal | {"line": refusal["line"] + self.lines})
        self.lines += answer["lines"]
        self.stored += answer["stored"]
        self.duplicate += answer["duplicate"]


class Ingest:
    """A connection to an agent's ingest socket."""

    def __init__(self, path: Path, seconds: float = 30) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.reader = self.socket.makefile("rb")

    def __enter__(self) -> Ingest:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes both directions."""
        self.reader.close()
        self.socket.close()

    def group(self) -> dict[str, Any]:
        """The next answer; ConnectionError when the agent is gone."""
        text = self.reader.readline()
        if not text.endswith(b"\n"):
            raise ConnectionError(f"the agent closed after {text!r}")
        return json.loads(text)

    def tell(self, lines: list[bytes]) -> Tally:
        """Sends lines, waits until every one is answered, and returns what was said of them."""
        tally = Tally()
        window = 200
        for start in range(0, len(lines), window):
            part = lines[start:start + window]
            self.socket.sendall(b"".join(line + b"\n" for line in part))
            while tally.lines < start + len(part):
                tally.add(self.group())
        assert tally.lines == len(lines), f"{tally.lines} answered of {len(lines)}"
        return tally
