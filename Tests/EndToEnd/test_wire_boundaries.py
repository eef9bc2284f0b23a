"""A wire that cuts, stalls, drips, spoils or repeats at any byte of a request or of its answer.

`make wire-faults` stalls at each byte as well, and spoils it in each of the ways.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.certificates import Authority
from harness.collector import Collector, Exported
from harness.delivery import check_delivery
from harness.double import CollectorDouble
from harness.gateway import Exchange, Reply
from harness.gauntlet import Gauntlet
from harness.relay import Act, Damage, FaultRelay, Way
from harness.waiting import eventually

IS_LONG = bool(os.environ.get("FOOTFALL_WIRE_FAULTS"))
LANES = 32
"""So many agents share the boundaries: each waits most of its time, for its backoff."""
STALLED_LANES = 64 if IS_LONG else 12
PATIENCE_SECONDS = 0.1
SLACK_BYTES = 16
"""Later exchanges are longer, by a digit of a number here and there."""
HOLD_SECONDS_MAX = 30
QUICK = {"collector": {"backoff_cap": "100ms"}}


def spoiling(sizes: dict[Way, range], step: int = 1) -> list[Damage]:
    """Each way to break or spoil either stream, at each boundary or each `step`."""
    damages = []
    for way in Way:
        for offset in range(0, sizes[way].stop + SLACK_BYTES, step):
            cut = Act.RESET if offset // step % 2 else Act.CUT
            repeat = Damage(Act.REPEAT, way, offset)
            damages += [Damage(cut, way, offset), Damage(Act.CORRUPT, way, offset), repeat]
            if IS_LONG:
                other = Act.CUT if cut is Act.RESET else Act.RESET
                damages += [Damage(other, way, offset)]
                damages += [Damage(Act.REPEAT, way, offset, span_bytes=1 << 20)]
    return damages


def stalls(sizes: dict[Way, range]) -> list[Damage]:
    """Stalls at each boundary, or at some, and drips; each costs a deadline of the agent's."""
    step = 1 if IS_LONG else 100
    drips = [Damage(Act.DRIP, Way.ANSWER, offset) for offset in (0, sizes[Way.ANSWER].start // 2)]
    return drips + [Damage(Act.STALL, way, offset)
                    for way in Way for offset in range(0, sizes[way].start, step)]


def run(gauntlets: Iterable[Gauntlet]) -> None:
    """Leads all through their damages, side by side."""
    every = list(gauntlets)
    with ThreadPoolExecutor(len(every)) as pool:
        for future in [pool.submit(gauntlet.run) for gauntlet in every]:
            future.result()


def check(
    gauntlets: Iterable[Gauntlet], exported: Callable[[], list[Exported]]
) -> None:
    """Every boundary was tried, every event arrived once, and every agent knows that."""
    everything = exported()
    for gauntlet in gauntlets:
        agent = gauntlet.agent
        early = [each for each in gauntlet.missed if not gauntlet.is_behind(each)]
        assert not early, f"no connection came so far: {early}"
        own = [event for event in everything if event.device == agent.device]
        check_delivery(gauntlet.sent, own, agent.identity_key)
        assert gauntlet.longest_seconds < HOLD_SECONDS_MAX
        status = agent.status()
        assert status["queued"] == 0 and not status["quarantine"], status
        assert (status["collector"]["state"], status["collector"]["failures"]) == ("delivered", 0)
        assert status["counters"]["delivered"] == len(gauntlet.sent)
        assert agent.command_line("status").code == 0


@pytest.mark.patient
def test_every_byte_boundary_of_an_exchange(
    make_agent: Callable[..., Agent], collector: Collector, make_relay: Callable[..., FaultRelay],
) -> None:
    if IS_LONG:
        signal.alarm(1800)

    def gauntlet(number: int) -> Gauntlet:
        relay = make_relay(collector.port, PATIENCE_SECONDS)
        device = f"kiosk-{number:03}"
        return Gauntlet(make_agent(relay.url, device=device, changes=QUICK), relay)
    gauntlets = [gauntlet(number) for number in range(LANES + STALLED_LANES)]
    sizes = gauntlets[0].measure()
    for each in gauntlets:
        each.sizes = sizes
    for number, damage in enumerate(spoiling(sizes)):
        gauntlets[number % LANES].add([damage])
    for number, damage in enumerate(stalls(sizes)):
        gauntlets[LANES + number % STALLED_LANES].add([damage])
    run(gauntlets)
    check(gauntlets, collector.export)
    struck = Counter((each.act.value, each.way.value)
                     for gauntlet in gauntlets for each in gauntlet.struck)
    print(sizes, dict(struck))


@pytest.mark.parametrize("act", [Act.CUT, Act.RESET])
@pytest.mark.parametrize("way", list(Way))
def test_a_kept_connection_breaks_in_a_later_exchange(
    make_agent: Callable[..., Agent], collector: Collector, make_relay: Callable[..., FaultRelay],
    act: Act, way: Way,
) -> None:
    relay = make_relay(collector.port)
    gauntlet = Gauntlet(make_agent(relay.url, changes=QUICK), relay)
    sizes = gauntlet.measure()
    for offset in range(0, sizes[way].start, 40):
        # The first exchange's bytes go before it; the round before left a sound connection.
        gauntlet.add([Damage(act, way, sizes[way].stop + offset)])
        relay.cut_all()
        # An exchange may be shorter than those that were measured: then it is the third.
        while gauntlet.rest():
            gauntlet.hand_over(1)
            gauntlet.agent.flush()
    gauntlet.run()
    check([gauntlet], collector.export)


def held(double: CollectorDouble, device: str) -> list[Exported]:
    """What a double holds, as a collector would export it."""
    return [Exported(device, *key, None, text) for key, text in double.held.items()]


def test_some_boundaries_of_an_exchange_by_tls(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    make_relay: Callable[..., FaultRelay], place: Path,
) -> None:
    if IS_LONG:
        signal.alarm(1800)
    authority = Authority(place)
    server = authority.sign().server()
    changes = {"collector": QUICK["collector"] | {"ca_file": str(authority.file)}}

    def lane(number: int) -> tuple[Gauntlet, CollectorDouble]:
        double = make_double(tls=server)
        relay = make_relay(double.port, PATIENCE_SECONDS)
        url = relay.url.replace("http://", "https://")
        agent = make_agent(url, device=f"kiosk-{number:03}", changes=changes)
        return Gauntlet(agent, relay), double
    lanes = [lane(number) for number in range(8)]
    sizes = lanes[0][0].measure()
    for gauntlet, _ in lanes:
        gauntlet.sizes = sizes
    for number, damage in enumerate(spoiling(sizes, step=5 if IS_LONG else 61)):
        lanes[number % len(lanes)][0].add([damage])
    run(gauntlet for gauntlet, _ in lanes)
    for gauntlet, double in lanes:
        check([gauntlet], lambda: held(double, gauntlet.agent.device))


@pytest.mark.parametrize(("act", "way", "offset", "state"), [
    (Act.CUT, Way.REQUEST, 100, "unreachable"), (Act.RESET, Way.REQUEST, 100, "unreachable"),
    (Act.CUT, Way.ANSWER, 0, "unreachable"), (Act.CUT, Way.ANSWER, -20, "unreachable"),
    (Act.RESET, Way.ANSWER, -20, "unreachable"), (Act.CORRUPT, Way.ANSWER, 0, "unreachable"),
    (Act.CORRUPT, Way.ANSWER, -20, "captive"), (Act.REPEAT, Way.ANSWER, -20, "captive"),
    (Act.CORRUPT, Way.REQUEST, 6, "misconfigured"), (Act.CORRUPT, Way.REQUEST, -9, "failing"),
    (Act.CORRUPT, Way.REQUEST, 54, "unauthorised"),
])
def test_status_names_what_a_wire_that_stays_spoilt_looks_like(
    make_agent: Callable[..., Agent], collector: Collector, make_relay: Callable[..., FaultRelay],
    act: Act, way: Way, offset: int, state: str,
) -> None:
    relay = make_relay(collector.port, PATIENCE_SECONDS)
    gauntlet = Gauntlet(make_agent(relay.url), relay)
    sizes = gauntlet.measure()
    place = offset if offset >= 0 else sizes[way].start + offset
    gauntlet.add([Damage(act, way, place)] * 50)
    gauntlet.hand_over(1)
    agent = gauntlet.agent
    eventually(lambda: agent.status()["collector"]["failures"], "the agent meets it")
    assert agent.status()["collector"]["state"] == state
    assert agent.command_line("status").code == 1 and agent.status()["queued"] == 1
    relay.choose = lambda: None
    agent.flush()
    check_delivery(gauntlet.sent, collector.export(), agent.identity_key)


class Forgetful(CollectorDouble):
    """Acknowledges an event and forgets it."""

    def respond(self, exchange: Exchange) -> Reply | None:
        """Answers; keeps nothing of the third."""
        reply = super().respond(exchange)
        if len(self.uploads) == 3:
            self.held.popitem()
        return reply


class Doubling(CollectorDouble):
    """Takes an event for two."""

    def respond(self, exchange: Exchange) -> Reply | None:
        """Answers; keeps what the third had under another id as well."""
        reply = super().respond(exchange)
        if len(self.uploads) == 3:
            stream, epoch, sequence = list(self.held)[-1]
            self.held[stream, epoch, sequence + 1000] = self.held[stream, epoch, sequence]
        return reply


@pytest.mark.parametrize("collector", [Forgetful, Doubling])
def test_a_collector_that_miscounts_is_caught(
    make_agent: Callable[..., Agent], make_relay: Callable[..., FaultRelay],
    collector: type[CollectorDouble],
) -> None:
    with closing(collector()) as double:
        relay = make_relay(double.port, PATIENCE_SECONDS)
        gauntlet = Gauntlet(make_agent(relay.url, changes=QUICK), relay)
        sizes = gauntlet.measure(6)
        gauntlet.add(spoiling(sizes, step=400))
        gauntlet.run()
        with pytest.raises(AssertionError, match="1 lost|1 too many"):
            check([gauntlet], lambda: held(double, gauntlet.agent.device))
