"""Networks that let nobody out before a login, and a filter that refuses whatever it sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.certificates import Authority, Certificate
from harness.double import CollectorDouble, accept
from harness.gateway import Reply
from harness.relay import FaultRelay
from harness.waiting import eventually
from test_uploads import EVENTS, expected

LOGIN = b"<html><form action='http://portal.example/login'>Welcome, guest</form></html>"
HTML = (("Content-Type", "text/html"),)
PROBE_MILLISECONDS_LEAST = 11 * 60 * 1000
"""Twelve minutes, less what a slow machine takes to look."""
PROBES_AN_HOUR = 60 // 12


def wait(agent: Agent) -> int:
    """Milliseconds until the agent tries again by itself."""
    return agent.status()["collector"]["nextAttemptMilliseconds"] or 0


def heard(agent: Agent, failures: int) -> None:
    """Waits until so many answers were no receipts."""
    eventually(lambda: agent.status()["collector"]["failures"] >= failures, f"{failures} failures")


@pytest.mark.parametrize("page", [
    Reply(302, b"", (("Location", "http://portal.example/login"),)),
    Reply(307, LOGIN, (("Location", "http://portal.example/login"), *HTML)),
    Reply(200, LOGIN, HTML), Reply(511, LOGIN, HTML),
], ids=lambda page: str(page.status))
def test_a_portal_keeps_events_here_until_somebody_logs_in(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    double: CollectorDouble, make_relay: Callable[..., FaultRelay], page: Reply,
) -> None:
    portal = make_double(script=lambda upload: page)
    network = make_relay(portal.port)
    agent = make_agent(network.url, changes={"collector": {"backoff_cap": "5m"}})
    agent.batch(EVENTS)
    heard(agent, 1)
    status = agent.status()
    assert status["collector"]["state"] == "captive" and status["queued"] == len(EVENTS)
    said = agent.command_line("status")
    assert said.code == 1 and "portal" in said.out, said.out
    # Whoever reads along there learns one row at a time, not the queue.
    agent.command_line("flush", "--wait", "1ms")
    heard(agent, 2)
    assert all(len(upload.block.events) < len(EVENTS) for upload in portal.uploads[1:])
    network.upstream = double.port
    network.cut_all()
    agent.flush()
    assert sorted(double.held.values()) == expected(agent)
    assert agent.status()["collector"]["state"] == "delivered"


def certificate(fault: str, place: Path, authority: Authority) -> Certificate:
    """What a portal shows that wants to be the collector."""
    if fault == "expired":
        return authority.sign(ends="20200601000000Z")
    if fault == "wrong host":
        return authority.sign("DNS:portal.example")
    stranger = Authority(place, "portal")
    if fault == "self-signed":
        return Certificate(stranger.file, stranger.file.with_name("ca.key"))
    return stranger.sign()


@pytest.mark.parametrize(("fault", "words"), [
    ("expired", "expired"), ("wrong host", "mismatch"), ("self-signed", "self-signed"),
    ("foreign authority", "issuer"),
])
def test_a_portal_with_a_certificate_of_its_own_learns_nothing(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    make_relay: Callable[..., FaultRelay], place: Path, fault: str, words: str,
) -> None:
    authority = Authority(place)
    shown = certificate(fault, place, authority)
    portal = make_double(script=lambda upload: Reply(200, LOGIN, HTML), tls=shown.server())
    double = make_double(tls=authority.sign().server())
    network = make_relay(portal.port)
    agent = make_agent(network.url.replace("http://", "https://"),
                       changes={"collector": {"ca_file": str(authority.file)}})
    agent.batch(EVENTS[:20])
    eventually(lambda: words in agent.command_line("status").words, f"status says {words}")
    status = agent.status()
    assert status["collector"]["state"] == "unreachable" and status["queued"] == 20
    network.upstream = double.port
    network.cut_all()
    agent.flush()
    assert not portal.uploads and not double.complaints
    assert sorted(double.held.values()) == expected(agent, EVENTS[:20])


def test_a_filter_that_refuses_everything_for_an_hour_is_asked_a_few_times(
    make_agent: Callable[..., Agent], double: CollectorDouble,
) -> None:
    double.script = lambda upload: Reply(400, b"<html>Request blocked</html>", HTML)
    agent = make_agent(double.url)
    agent.batch(EVENTS[:30])
    heard(agent, 1)
    for probe in range(2, PROBES_AN_HOUR + 2):
        assert wait(agent) > PROBE_MILLISECONDS_LEAST
        # What comes in meanwhile is no reason to ask.
        agent.batch([EVENTS[28 + probe]])
        assert len(double.uploads) == probe - 1
        # Stands for the quarter of an hour that passes.
        agent.command_line("flush", "--wait", "1ms")
        heard(agent, probe)
        assert len(double.uploads) == probe
        assert len(double.uploads[-1].block.events) < 30
    status = agent.status()
    assert status["collector"]["state"] == "misconfigured" and not status["quarantine"]
    assert status["queued"] == 30 + PROBES_AN_HOUR
    double.script = accept
    double.held.clear()
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:30 + PROBES_AN_HOUR])
