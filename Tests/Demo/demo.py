"""An afternoon in a shop, in under a minute: three kiosks, their agents, a collector, and bad luck.

Shoppers come and go at three kiosks. In the middle of the afternoon the collector is stopped for a
while, and one agent is killed outright and started again. At the end every event that a kiosk's app
was told is stored must be at the collector, once. Everything lives in a temporary folder.
"""

from __future__ import annotations

import http.client
import json
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import FrameType

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "EndToEnd"))

from harness.agent import Agent  # noqa: E402
from harness.collector import Collector  # noqa: E402
from shop import Event, Kiosk  # noqa: E402
from tally import tally  # noqa: E402

SEED = 2026
KIOSKS = ("entrance", "aisle-4", "cafe")
EVENTS_EACH = 800
AFTERNOON_SECONDS = 24.0
OUTAGE = (0.35, 0.65)
"""The part of the afternoon for which the collector is stopped."""
KILL = 0.5
"""When an agent is killed: while the collector is down, so that its disk is all there is."""


class App(threading.Thread):
    """A kiosk's app: hands events over in small batches, and again until it is told "stored"."""

    def __init__(self, agent: Agent, kiosk: Kiosk, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.agent = agent
        self.events: list[Event] = kiosk.take(EVENTS_EACH)
        self.over = over
        self.stored: list[str] = []
        self.retries = 0

    def run(self) -> None:
        started = time.monotonic()
        position = 0
        while position < len(self.events):
            batch = self.events[position:position + 1 + position % 7]
            position += len(batch)
            due = started + AFTERNOON_SECONDS * position / len(self.events)
            if self.over.wait(max(0.0, due - time.monotonic())):
                return
            while not self._hand_over(batch):
                self.retries += 1
                if self.over.wait(0.1):
                    return
            self.stored += [event["messageId"] for event in batch]

    def _hand_over(self, batch: list[Event]) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.agent.port, timeout=10)
        try:
            connection.request("POST", "/v1/batch", json.dumps({"batch": batch}))
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Afternoon:
    """The shop's processes, and what befalls them."""

    def __init__(self, folder: Path) -> None:
        self.over = threading.Event()
        self.collector = Collector(folder / "centre")
        secret = bytes(range(32))
        self.agents = [
            Agent(folder / name, self.collector.url, name, identity_key=secret) for name in KIOSKS
        ]
        self.apps = [
            App(agent, Kiosk(agent.device, SEED), self.over) for agent in self.agents
        ]
        self.happened = "the shop opens"
        self._shown = ""

    def run(self) -> None:
        """Lives through the afternoon."""
        self.collector.start()
        for agent in self.agents:
            agent.start()
        for app in self.apps:
            app.start()
        plan = [
            (OUTAGE[0], "the collector is stopped", self.collector.stop),
            (KILL, f"the agent of {KIOSKS[1]} is killed", self.agents[1].kill),
            (KILL + 0.03, f"the agent of {KIOSKS[1]} starts again", self.agents[1].start),
            (OUTAGE[1], "the collector is back", self.collector.start),
        ]
        while any(app.is_alive() for app in self.apps):
            if plan and self.part() >= plan[0][0]:
                _, self.happened, act = plan.pop(0)
                act()
            self.show()
            time.sleep(0.1)
        self.show(last=True)
        assert not plan, "the afternoon was too short for its events"

    def part(self) -> float:
        """How much of the afternoon is over, by the events handed over."""
        return sum(len(app.stored) for app in self.apps) / (EVENTS_EACH * len(self.apps))

    def show(self, last: bool = False) -> None:
        """Writes the progress: one line that changes on a terminal, a line per happening else."""
        stored = " ".join(f"{app.agent.device} {len(app.stored):>4}" for app in self.apps)
        line = f"{int(100 * self.part()):>3} %  stored: {stored}  {self.happened}"
        if sys.stdout.isatty():
            print(f"\r{line:<100}", end="\n" if last else "", flush=True)
        elif last or self.happened != self._shown:
            print(line, flush=True)
        self._shown = self.happened

    def close(self) -> None:
        """Leaves nothing running."""
        self.over.set()
        for process in (*self.agents, self.collector):
            process.kill()


def report(shop: Afternoon) -> int:
    """What the operator and the marketer see in the evening; 0 only if nothing is missing."""
    for agent in shop.agents:
        agent.flush("20s")
    for agent in shop.agents:
        print(f"\n$ footfall status    # {agent.device}")
        print(agent.command_line("status").out.rstrip())
    print("\n$ footfall-collector report funnel")
    print(shop.collector.command_line("report", "funnel").out.rstrip())
    sent = [message for app in shop.apps for message in app.stored]
    result = tally(sent, [event.message for event in shop.collector.export()])
    retries = sum(app.retries for app in shop.apps)
    print(f"\nbatches that an app had to hand over again: {retries}")
    if result.strange:
        print(f"stored but sent by nobody: {result.strange}")
    print(result.line, flush=True)
    return 0 if result.is_good else 1


def interrupted(number: int, frame: FrameType | None) -> None:
    """Makes a signal an ordinary way out, past every clean-up."""
    raise SystemExit(128 + number)


def main() -> int:
    """The demo."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    with tempfile.TemporaryDirectory(prefix="footfall-demo-") as folder:
        shop = Afternoon(Path(folder))
        try:
            shop.run()
            return report(shop)
        except AssertionError as failure:
            print(f"\ndemo: failed: {failure}", file=sys.stderr)
            return 1
        finally:
            shop.close()


if __name__ == "__main__":
    sys.exit(main())
