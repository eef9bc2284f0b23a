"""Delivery by TLS: to whom it belongs, and to nobody else; nothing is lost meanwhile."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.certificates import Authority
from harness.double import CollectorDouble
from harness.waiting import eventually
from test_uploads import EVENTS, expected

pytestmark = pytest.mark.core


@pytest.fixture
def authority(place: Path) -> Authority:
    """Who vouches for the collector."""
    return Authority(place)


def trusting(**values: object) -> dict[str, dict[str, str]]:
    """Settings of [collector]."""
    return {"collector": {name: str(value) for name, value in values.items()}}


def delivered(agent: Agent, double: CollectorDouble) -> None:
    """Hands events over, and finds each at the collector."""
    agent.batch(EVENTS[:20])
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:20])


@pytest.mark.parametrize("names", ["IP:127.0.0.1", "DNS:localhost", "DNS:other,DNS:localhost"])
def test_a_collector_that_the_authority_vouches_for_is_delivered_to(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, names: str,
) -> None:
    double = make_double(tls=authority.sign(names).server())
    url = double.url if "IP" in names else double.url.replace("127.0.0.1", "localhost")
    delivered(make_agent(url, changes=trusting(ca_file=authority.file)), double)


def test_the_last_session_is_resumed(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority,
) -> None:
    double = make_double(tls=authority.sign().server())
    agent = make_agent(double.url, changes=trusting(ca_file=authority.file))
    for number in range(3):
        agent.batch([EVENTS[number]])
        agent.flush()
        double.cut_all()
    assert double.resumed == [False, True, True]


@pytest.mark.parametrize("versions", ["TLSv1_2", "TLSv1_3"])
def test_both_versions_of_today_are_spoken(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, versions: str,
) -> None:
    context = authority.sign().server()
    context.minimum_version = context.maximum_version = ssl.TLSVersion[versions]
    double = make_double(tls=context)
    delivered(make_agent(double.url, changes=trusting(ca_file=authority.file)), double)


def test_no_version_of_yesterday_is_spoken(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority,
) -> None:
    context = authority.sign().server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    double = make_double(tls=context)
    agent = make_agent(double.url, changes=trusting(ca_file=authority.file))
    agent.batch(EVENTS[:1])
    eventually(lambda: "no TLS" in agent.command_line("status").words, "status says so")
    assert not double.uploads


@pytest.mark.parametrize(("fault", "words"), [
    ("expired", "expired"), ("not yet", "not yet valid"), ("another name", "mismatch"),
    ("another address", "mismatch"), ("a foreign authority", "issuer"),
    ("system roots", "issuer"), ("wrong pin", "pins"),
])
def test_a_collector_that_is_not_trusted_gets_nothing(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, place: Path, fault: str, words: str,
) -> None:
    certificate = {
        "expired": lambda: authority.sign(ends="20200601000000Z"),
        "not yet": lambda: authority.sign(begins="20980101000000Z"),
        "another name": lambda: authority.sign("DNS:collector.example"),
        "another address": lambda: authority.sign("IP:127.0.0.2"),
        "a foreign authority": lambda: Authority(place, "stranger").sign(),
    }.get(fault, authority.sign)()
    changes = trusting(ca_file=authority.file)
    if fault == "system roots":
        changes = {}
    elif fault == "wrong pin":
        changes = trusting(ca_file=authority.file, pins=authority.sign().pin)
    double = make_double(tls=certificate.server())
    agent = make_agent(double.url, changes=changes)
    agent.batch(EVENTS[:5])
    eventually(lambda: words in agent.command_line("status").words, f"status says {words}")
    assert agent.status()["collector"]["state"] == "unreachable"
    assert not double.uploads and agent.status()["queued"] == 5


def test_a_pinned_key_is_enough_whoever_vouches_for_it(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority,
) -> None:
    certificate = authority.sign()
    double = make_double(tls=certificate.server())
    pins = f"{authority.sign().pin} | {certificate.pin}"
    delivered(make_agent(double.url, changes=trusting(pins=pins)), double)


def test_a_pin_does_not_excuse_another_name(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority,
) -> None:
    certificate = authority.sign("DNS:collector.example")
    double = make_double(tls=certificate.server())
    agent = make_agent(double.url, changes=trusting(pins=certificate.pin))
    agent.batch(EVENTS[:5])
    eventually(lambda: "mismatch" in agent.command_line("status").words, "status says why")
    assert not double.uploads


def test_a_collector_that_asks_for_a_certificate_is_shown_one(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority,
) -> None:
    double = make_double(tls=authority.sign().server(clients=authority.file))
    device = authority.sign("DNS:kiosk-1")
    nameless = make_agent(
        double.url, device="kiosk-2", changes=trusting(ca_file=authority.file))
    nameless.batch(EVENTS[:1])
    eventually(lambda: nameless.status()["collector"]["failures"] > 0, "it is turned away")
    assert not double.uploads
    named = trusting(
        ca_file=authority.file, certificate_file=device.certificate,
        certificate_key_file=device.key)
    delivered(make_agent(double.url, changes=named), double)


def test_a_certificate_that_ends_soon_is_reported(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority,
) -> None:
    def after(days: int) -> str:
        return (datetime.now(UTC) + timedelta(days=days, hours=1)).strftime("%Y%m%d%H%M%SZ")
    double = make_double(tls=authority.sign(ends=after(9)).server(clients=authority.file))
    device = authority.sign("DNS:kiosk-1", ends=after(29))
    agent = make_agent(double.url, changes=trusting(
        ca_file=authority.file, certificate_file=device.certificate,
        certificate_key_file=device.key))
    delivered(agent, double)
    said = agent.command_line("status")
    assert said.code == 0
    assert "the collector's certificate ends in 9 days" in said.out
    assert "certificate_file ends in 29 days" in said.out


def test_an_end_before_the_beginning_holds_nobody(
    make_agent: Callable[..., Agent], authority: Authority
) -> None:
    """Two alerts in the clear, close_notify, are no handshake and no reason to try for ever."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(bytes.fromhex("15030300020100") * 2)
                    # Open until the agent has had enough.
                    connection.recv(4096)
        threading.Thread(target=serve, daemon=True).start()
        agent = make_agent(
            f"https://127.0.0.1:{server.getsockname()[1]}",
            changes=trusting(ca_file=authority.file))
        agent.batch(EVENTS[:1])
        eventually(lambda: agent.status()["collector"]["failures"] >= 2, "it is tried again")
        assert "no TLS" in agent.command_line("status").words
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("missing", ["ca_file", "certificate_file", "certificate_key_file"])
def test_files_that_cannot_be_used_are_said(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, missing: str,
) -> None:
    """The agent starts and keeps events; they leave once the file is there."""
    double = make_double(tls=authority.sign().server(clients=authority.file))
    device = authority.sign("DNS:kiosk-1")
    device.key.chmod(0o600)
    files = {"ca_file": authority.file, "certificate_file": device.certificate,
             "certificate_key_file": device.key}
    elsewhere = files[missing].rename(files[missing].with_suffix(".elsewhere"))
    agent = make_agent(double.url, changes=trusting(**files))
    agent.batch(EVENTS[:1])
    eventually(lambda: "files of [collector]" in agent.command_line("status").words, "it is said")
    elsewhere.rename(files[missing])
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:1])


def test_a_key_that_others_may_read_is_refused(
    make_agent: Callable[..., Agent], authority: Authority
) -> None:
    device = authority.sign("DNS:kiosk-1")
    device.key.chmod(0o640)
    agent = make_agent("https://127.0.0.1:9", start=False, changes=trusting(
        ca_file=authority.file, certificate_file=device.certificate,
        certificate_key_file=device.key))
    said = agent.command_line("agent")
    assert said.code == 78 and f"chmod 600 {device.key}" in said.err, said


def test_a_collector_without_tls_is_no_collector(
    make_agent: Callable[..., Agent], double: CollectorDouble, authority: Authority
) -> None:
    agent = make_agent(
        double.url.replace("http://", "https://"), changes=trusting(ca_file=authority.file))
    agent.batch(EVENTS[:1])
    eventually(lambda: "no TLS" in agent.command_line("status").words, "status says so")
    assert not double.uploads
