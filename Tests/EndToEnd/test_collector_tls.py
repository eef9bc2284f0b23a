"""TLS at the collector's own door: who gets in, as whom, and that nobody's events are lost."""

from __future__ import annotations

import secrets
import signal
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import wire
from harness.agent import Agent
from harness.certificates import Authority, Certificate
from harness.processes import Daemon, collector_command, is_listening
from harness.secure import SecureCollector, client, connect
from harness.uploader import Device, check_receipt
from harness.waiting import eventually

pytestmark = pytest.mark.centre

KEYS = {"kiosk-1": "secret-1", "kiosk-2": "secret-2"}
EVENTS = [{"type": "track", "event": "E", "messageId": f"m{number}"} for number in range(20)]


@pytest.fixture
def authority(place: Path) -> Authority:
    """Who vouches for the collector, and for the devices."""
    return Authority(place)


@pytest.fixture
def collector(place: Path, authority: Authority) -> Iterator[SecureCollector]:
    """A collector that wants to see certificates."""
    made = SecureCollector(place / "centre", authority.sign(), authority, KEYS)
    yield made.start()
    made.kill()


def showing(authority: Authority, certificate: Certificate | None) -> dict[str, dict[str, str]]:
    """An agent's settings, with a certificate or without."""
    settings = {"ca_file": str(authority.file)}
    if certificate:
        settings["certificate_file"] = str(certificate.certificate)
        settings["certificate_key_file"] = str(certificate.key)
    return {"collector": settings}


def upload(device: Device, data: bytes, nonce: str) -> bytes:
    """A whole request."""
    return wire.head("POST", "/v1/blocks", {
        "Authorization": f"Bearer {device.key}", "Footfall-Device": device.name,
        "Footfall-Nonce": nonce, "Content-Type": "application/vnd.footfall.block",
        "Content-Length": str(len(data)),
    }) + data


def delivered(agent: Agent, collector: SecureCollector) -> None:
    """Everything arrives, once, and the receipts are believed."""
    agent.flush()
    assert sorted(line.message for line in collector.export()) == sorted(
        event["messageId"] for event in EVENTS)


def test_without_certificates_of_devices_their_keys_are_enough(
    place: Path, authority: Authority, make_agent: Callable[..., Agent]
) -> None:
    collector = SecureCollector(place / "centre", authority.sign(), keys=KEYS).start()
    try:
        agent = make_agent(collector.url, changes=showing(authority, None))
        agent.batch(EVENTS)
        delivered(agent, collector)
    finally:
        collector.kill()


@pytest.mark.parametrize("names", [
    "DNS:kiosk-1", "URI:urn:footfall:device:kiosk-1", "DNS:other,DNS:kiosk-1",
])
def test_a_device_with_its_own_certificate_delivers(
    collector: SecureCollector, authority: Authority, make_agent: Callable[..., Agent], names: str
) -> None:
    agent = make_agent(collector.url, changes=showing(authority, authority.sign(names)))
    agent.batch(EVENTS)
    delivered(agent, collector)


@pytest.mark.parametrize(("fault", "state"), [
    ("of another device", "unauthorised"), ("of a stranger", "unreachable"),
    ("expired", "unreachable"), ("none", "unreachable"),
])
def test_a_device_with_another_certificate_keeps_its_events(
    collector: SecureCollector, authority: Authority, make_agent: Callable[..., Agent],
    place: Path, fault: str, state: str,
) -> None:
    shown = {
        "of another device": lambda: authority.sign("DNS:kiosk-2"),
        "of a stranger": lambda: Authority(place, "stranger").sign("DNS:kiosk-1"),
        "expired": lambda: authority.sign("DNS:kiosk-1", ends="20200601000000Z"),
        "none": lambda: None,
    }[fault]()
    agent = make_agent(collector.url, changes=showing(authority, shown))
    agent.batch(EVENTS)
    eventually(lambda: agent.status()["collector"]["state"] == state, f"status says {state}")
    assert agent.status()["queued"] == len(EVENTS) and not collector.export()
    agent.settings["collector"] |= showing(authority, authority.sign("DNS:kiosk-1"))["collector"]
    agent.write_configuration()
    agent.restart()
    delivered(agent, collector)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_who_takes_up_a_session_is_still_who_began_it(
    collector: SecureCollector, authority: Authority, version: str
) -> None:
    own, other = Device(collector.port, "kiosk-1", "secret-1"), Device(
        collector.port, "kiosk-2", "secret-2")
    context = client(authority, authority.sign("DNS:kiosk-1"))
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    session = None
    for number in range(3):
        with connect(collector.port, context, session) as connection:
            data, nonce = own.block([number]), secrets.token_hex(16)
            connection.send(upload(own, data, nonce))
            check_receipt(connection.answer(), data, own.name, own.key, nonce)
            connection.send(upload(other, other.block([number]), nonce))
            answer = connection.answer()
            assert answer.status == 403, answer
            assert answer.json["reason"] == "certificate_of_another_device"
            assert "footfall-signature" not in answer.headers
            assert connection.socket.session_reused == (number > 0)
            session = connection.socket.session
    assert {line.device for line in collector.export()} == {"kiosk-1"}


def test_a_request_that_has_begun_gets_its_receipt(
    collector: SecureCollector, authority: Authority
) -> None:
    device, nonce = Device(collector.port, "kiosk-1", "secret-1"), secrets.token_hex(16)
    data = device.block(list(range(50)))
    with connect(collector.port, client(authority, authority.sign("DNS:kiosk-1"))) as connection:
        request = upload(device, data, nonce)
        connection.send(wire.head("GET", "/health") + request[:-10])
        assert connection.answer().status == 200
        collector.process.send_signal(signal.SIGTERM)
        eventually(lambda: not is_listening(collector.port), "nobody is let in any more")
        connection.send(request[-10:])
        check_receipt(connection.answer(), data, device.name, device.key, nonce)
    assert collector.end(15) == 0, collector.said()


def test_no_version_of_yesterday_and_no_clear_text_is_spoken(
    collector: SecureCollector, authority: Authority
) -> None:
    context = client(authority, authority.sign("DNS:kiosk-1"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        connect(collector.port, context)
    with pytest.raises(wire.Closed):
        wire.request(collector.port, "GET", "/health")
    assert collector.is_running


@pytest.mark.parametrize(("fault", "code"), [
    ("an open key", 78), ("no key", 78), ("another key", 78), ("no certificate", 78),
    ("no authority", 78), ("a key alone", 2), ("an authority alone", 2),
])
def test_files_that_cannot_be_used_are_said(
    place: Path, authority: Authority, fault: str, code: int
) -> None:
    own, other = authority.sign(), authority.sign()
    own.key.chmod(0o644 if fault == "an open key" else 0o600)
    other.key.chmod(0o600)
    missing = place / "missing.pem"
    key = {"no key": missing, "another key": other.key}.get(fault, own.key)
    options = {
        "--certificate": missing if fault == "no certificate" else own.certificate,
        "--certificate-key": key, "--client-ca": missing if "authority" in fault else None,
    }
    if fault.endswith("alone"):
        del options["--certificate"]
    if fault == "an authority alone":
        del options["--certificate-key"]
    arguments = [str(word) for pair in options.items() if pair[1] for word in pair]
    daemon = Daemon(
        [*collector_command(), "serve", "--listen", "127.0.0.1:0", "--data", str(place / "data"),
         *arguments], place / "serve.log")
    daemon.spawn()
    assert daemon.end(20) == code
    named = {"an open key": "0600", "another key": str(own.certificate)}
    assert named.get(fault, "--certificate" if code == 2 else str(missing)) in daemon.said()
