"""Bad networks: loss, delay, a thin line, disorder, and peers that vanish without a word.

Each test says by which means its network was bad: `harness/links.py`.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.request import urlopen

import pytest

import shop
from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.double import CollectorDouble, Upload, accept
from harness.gateway import Exchange, Gateway, Reply
from harness.links import Link, RelayLink, link_to
from harness.memory import MIB, rollup_kib
from harness.producers import draw_seed
from harness.waiting import eventually
from harness.weather import FINE, Weather
from test_uploads import expected

# One executable of a device says all: these wait for the wire's deadlines.
pytestmark = pytest.mark.patient

BACKLOG = 100_000 if os.environ.get("FOOTFALL_WIRE_FAULTS") else 2_000
PSS_BYTES_MAX = 15_000_000
EVENTS = shop.Kiosk("kiosk-1", seed=12).take(300)
SILENCE = Weather(is_silent=True)
CASES = {
    "loss": Weather(loss=0.3), "delay": Weather(delay_seconds=0.4),
    "disorder": Weather(delay_seconds=0.02, reordered=0.3),
    "all at once": Weather(0.05, 0.1, 0.2, 256_000),
}
# Beyond this machine's loopback, though it is not: plain bytes want to be allowed.
PLAIN = {"collector": {"insecure": "yes"}}


@pytest.fixture
def make_link() -> Iterator[Callable[[int], Link]]:
    """Makes links to ports, and takes them away in the end."""
    made: list[Link] = []
    seed = draw_seed()

    def make(port: int) -> Link:
        made.append(link_to(port, seed + len(made)))
        return made[-1]
    yield make
    for link in made:
        link.close()


class Page(Gateway):
    """A server with a page of some length."""

    def respond(self, exchange: Exchange) -> Reply:
        """The page."""
        return Reply(200, b"x" * 4000)


@pytest.mark.parametrize("make", [link_to, RelayLink], ids=["the best", "the relay"])
def test_a_link_is_as_bad_as_it_says(make: Callable[[int, int], Link]) -> None:
    with closing(Page()) as page, closing(make(page.port, draw_seed())) as link:
        def seconds(weather: Weather, patience: float = 30) -> float:
            link.change(weather)
            begun = time.monotonic()
            with urlopen(link.url, timeout=patience) as answer:
                assert len(answer.read()) == 4000
            return time.monotonic() - begun
        seconds(FINE)
        assert seconds(Weather(delay_seconds=0.2)) >= 0.4
        assert seconds(Weather(bits_per_second=64_000)) >= 4000 * 8 / 64_000 * 0.9
        with pytest.raises(OSError):
            seconds(SILENCE, patience=0.5)
        seconds(FINE)


def delivered(agent: Agent, collector: Collector, events: list[shop.Event]) -> None:
    """Each event is at the collector once, and the agent knows."""
    check_delivery(events, collector.export(), agent.identity_key)
    status = agent.status()
    assert (status["collector"]["state"], status["queued"]) == ("delivered", 0), status
    assert status["state"] == "healthy" and not status["quarantine"], status


@pytest.mark.parametrize("case", CASES)
def test_every_event_comes_through(
    make_agent: Callable[..., Agent], collector: Collector, make_link: Callable[[int], Link],
    case: str,
) -> None:
    link = make_link(collector.port)
    agent = make_agent(link.url, changes=PLAIN)
    link.change(CASES[case])
    for start in range(0, len(EVENTS), 100):
        agent.batch(EVENTS[start:start + 100])
    agent.flush("150s")
    delivered(agent, collector, EVENTS)


def partition(agent: Agent, link: Link, collector: Collector) -> None:
    """The line goes dead between two exchanges."""
    agent.batch(EVENTS[:100])
    agent.flush()
    link.change(SILENCE)
    agent.batch(EVENTS[100:200])
    eventually(lambda: agent.status()["collector"]["failures"], "the agent notices", 40)
    status = agent.status()
    assert status["collector"]["state"] == "unreachable" and status["queued"] == 100
    # Whatever else goes wrong, producers are served.
    agent.batch(EVENTS[200:])
    link.change(FINE)
    agent.flush("60s")
    delivered(agent, collector, EVENTS)


def half_open(agent: Agent, link: Link, double: CollectorDouble) -> None:
    """The collector takes a request, and its answer goes nowhere."""
    def vanish(upload: Upload) -> Reply:
        if len(double.uploads) == 1:
            link.change(SILENCE)
        return accept(upload)
    double.script = vanish
    agent.batch(EVENTS[:60])
    eventually(lambda: agent.status()["collector"]["failures"], "the agent notices", 40)
    status = agent.status()
    assert status["collector"]["state"] == "unreachable" and status["queued"] == 60
    link.change(FINE)
    agent.flush("60s")
    assert double.uploads[0].exchange.body in [each.exchange.body for each in double.uploads[1:]]
    assert sorted(double.held.values()) == expected(agent, EVENTS[:60])
    assert agent.status()["collector"]["state"] == "delivered"


def test_a_peer_that_vanishes_holds_nothing_up_for_long(
    make_agent: Callable[..., Agent], collector: Collector, double: CollectorDouble,
    make_link: Callable[[int], Link],
) -> None:
    links = [make_link(collector.port), make_link(double.port)]
    agents = [make_agent(link.url, device=f"kiosk-{number}", changes=PLAIN)
              for number, link in enumerate(links)]
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(partition, agents[0], links[0], collector),
                pool.submit(half_open, agents[1], links[1], double)]
        for each in both:
            each.result()


def test_a_backlog_goes_through_a_thin_line_in_little_memory(
    make_agent: Callable[..., Agent], collector: Collector, make_link: Callable[[int], Link],
) -> None:
    signal.alarm(1200)
    events = shop.Kiosk("kiosk-1", seed=13).take(BACKLOG)
    link = make_link(collector.port)
    link.change(SILENCE)
    agent = make_agent(link.url, changes=PLAIN)
    for start in range(0, BACKLOG, 1000):
        agent.batch(events[start:start + 1000])
    assert agent.status()["queued"] == BACKLOG
    link.change(Weather(bits_per_second=64_000))
    peak = 0
    over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.02):
            peak = max(peak, rollup_kib(agent.pid)["Pss"] * 1024)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        said = agent.command_line("flush", "--wait", "1000s", seconds=1010)
        assert said.code == 0, said
    finally:
        over.set()
        watcher.join()
    print(f"{peak / MIB:.1f} MiB at most")
    assert 0 < peak <= PSS_BYTES_MAX
    delivered(agent, collector, events)
