"""An agent under measurement: its own time of the processors, and its memory."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from types import TracebackType

from harness.agent import Agent
from harness.certificates import Authority
from harness.memory import rollup_kib
from harness.waiting import eventually

MEGABYTE = 1_000_000
SAMPLE_SECONDS = 0.1
BACKOFF_CAP = "5s"
"""As the peers ran."""
SETTLED_FAILURES = 6
"""From then on each wait is drawn below the cap."""
QUOTA = "256MB"


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads that a process has or had, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)


def pss_megabytes(pid: int) -> float:
    """What is in memory, with its share of what others have mapped too."""
    return rollup_kib(pid)["Pss"] * 1024 / MEGABYTE


class Device:
    """An agent in a folder of its own, gone with all it wrote at the end."""

    def __init__(self, folder: Path, url: str, authority: Authority | None = None) -> None:
        collector = {"backoff_cap": BACKOFF_CAP}
        if authority is not None:
            collector["ca_file"] = str(authority.file)
        self._folder = folder
        self.agent = Agent(
            folder, url, changes={"collector": collector, "store": {"quota": QUOTA}})

    def __enter__(self) -> Device:
        self.agent.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.agent.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def cpu_seconds(self) -> float:
        """What the agent has taken of the processors so far."""
        return cpu_seconds(self.agent.pid)

    @property
    def pss_megabytes(self) -> float:
        """What it holds in memory."""
        return pss_megabytes(self.agent.pid)

    @property
    def rss_megabytes(self) -> float:
        """What its PSS is where nobody else has mapped the same libraries; the bench has some."""
        return rollup_kib(self.agent.pid)["Rss"] * 1024 / MEGABYTE

    def settle_backoff(self) -> None:
        """Waits until the collector has not been there for so long that the cap is reached."""
        eventually(
            lambda: self.agent.status()["collector"]["failures"] >= SETTLED_FAILURES,
            "the backoff has reached its cap", 60, 0.5)


class Peak:
    """The most memory of a process while it is measured, sampled."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            self.megabytes = max(self.megabytes, pss_megabytes(self._pid))
            if self._over.wait(SAMPLE_SECONDS):
                return
