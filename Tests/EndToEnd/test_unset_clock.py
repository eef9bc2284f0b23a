"""A device whose clock was never set: who is trusted, and by which dates."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.certificates import Authority, Certificate
from harness.clock import Clock
from harness.double import CollectorDouble, Upload, accept, receipt, signed
from harness.gateway import Reply
from harness.waiting import eventually
from test_uploads import EVENTS, expected


@pytest.fixture
def authority(place: Path) -> Authority:
    """Who vouches for the collector."""
    return Authority(place)


def trusting(way: str, authority: Authority, certificate: Certificate) -> dict[str, dict[str, str]]:
    """Settings by which the collector is known."""
    if way == "ca_file":
        return {"collector": {"ca_file": str(authority.file)}}
    return {"collector": {"pins": certificate.pin}}


def test_the_roots_of_the_system_wait_for_the_time(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, clock: Clock,
) -> None:
    double = make_double(tls=authority.sign().server())
    agent = clock.start(make_agent(double.url, start=False))
    agent.batch(EVENTS[:3])
    eventually(lambda: agent.status()["collector"]["state"] == "clock", "status says so")
    said = agent.command_line("status")
    assert said.code == 1 and "have its time set" in said.words
    assert double.connection_count == 0
    clock.set()
    agent.batch(EVENTS[3:5])
    # What is wrong now is another thing: the collector is asked, and is not the system's.
    eventually(lambda: "issuer" in agent.command_line("status").words, "it is asked at once")
    assert agent.status()["queued"] == 5


@pytest.mark.parametrize("way", ["ca_file", "pins"])
def test_dates_hold_once_a_trusted_collector_has_said_what_time_it_is(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, clock: Clock, way: str,
) -> None:
    certificate = authority.sign(begins="20260101000000Z")
    double = make_double(tls=certificate.server())
    agent = clock.start(
        make_agent(double.url, start=False, changes=trusting(way, authority, certificate)))
    for number in range(3):
        agent.batch([EVENTS[number]])
        agent.flush()
        double.cut_all()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:3])
    # The first was not verified wholly, so that its session cannot vouch for another.
    assert double.resumed == [False, False, True]


@pytest.mark.parametrize("way", ["ca_file", "pins"])
def test_what_has_ended_is_believed_once(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, clock: Clock, way: str,
) -> None:
    certificate = authority.sign(ends="20260201000000Z")
    double = make_double(tls=certificate.server())
    agent = clock.start(
        make_agent(double.url, start=False, changes=trusting(way, authority, certificate)))
    agent.batch([EVENTS[0]])
    agent.flush()
    agent.batch([EVENTS[1]])
    eventually(lambda: "expired" in agent.command_line("status").words, "it is not trusted again")
    assert sorted(double.held.values()) == expected(agent, EVENTS[:1])
    assert agent.status()["queued"] == 1


@pytest.mark.parametrize("is_signed", [False, True])
def test_only_what_the_collector_signs_tells_the_time(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, clock: Clock, is_signed: bool,
) -> None:
    """A wrong Date, whoever put it there, keeps nothing from a collector that is right."""
    wrong = ("Date", "Thu, 01 Jan 2099 00:00:00 GMT")

    def answer(upload: Upload) -> Reply:
        if not is_signed:
            return accept(upload) if len(double.uploads) > 1 else Reply(503, b"", (wrong,))
        reply = signed(upload.key, receipt(upload, time=int(time.time() * 1000)))
        return Reply(reply.status, reply.body, (*reply.headers, wrong))
    certificate = authority.sign(begins="20260101000000Z", ends="20980101000000Z")
    double = make_double(tls=certificate.server(), script=answer)
    agent = clock.start(make_agent(
        double.url, start=False, changes=trusting("ca_file", authority, certificate)))
    for number in range(2):
        agent.batch([EVENTS[number]])
        agent.flush()
        double.cut_all()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:2])


def test_neither_name_nor_authority_is_excused(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, clock: Clock, place: Path,
) -> None:
    for device, certificate, words in [
        ("kiosk-1", authority.sign("DNS:collector.example"), "mismatch"),
        ("kiosk-2", Authority(place, "stranger").sign(), "issuer"),
    ]:
        double = make_double(tls=certificate.server())
        agent = clock.start(make_agent(
            double.url, device, start=False, changes=trusting("ca_file", authority, certificate)))
        agent.batch([EVENTS[0]])
        eventually(lambda: words in agent.command_line("status").words, f"status says {words}")
        assert not double.uploads
