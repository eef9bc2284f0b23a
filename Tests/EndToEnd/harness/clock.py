"""A machine whose wall clock is not what it should be: one process alone is told so."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TypeVar

from harness.agent import Agent
from harness.collector import Collector
from harness.processes import REPOSITORY

Process = TypeVar("Process", Agent, Collector)

UNSET, WANDERING, SYNCHRONISED = "unset", "wandering", "synchronised"
"""Begun in 1970; right by chance; right by a time source."""


class Clock:
    """The wall clock of the processes that are started by it; it was never set at first."""

    def __init__(self, place: Path) -> None:
        place.mkdir(exist_ok=True)
        self.file = place / "clock"
        self.show(UNSET)
        self._library = place / "clock.so"
        source = REPOSITORY / "Tests/EndToEnd/fixtures/clock.c"
        subprocess.run(
            [os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", "-o", self._library, source],
            check=True, timeout=60,
        )

    def start(self, process: Process) -> Process:
        """Starts a process by this clock, now and whenever it is started again."""
        process.command[:0] = [
            "env", f"LD_PRELOAD={self._library}", f"CLOCK_STATE={self.file}"]
        process.start()
        return process

    def show(self, state: str) -> None:
        """It is so from now on."""
        new = self.file.with_suffix(".new")
        new.write_text(state)
        new.rename(self.file)

    def set(self) -> None:
        """It is the machine's from now on."""
        self.file.unlink()
