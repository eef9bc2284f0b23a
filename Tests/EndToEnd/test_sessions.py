"""How long a TLS session vouches for a collector, and what a renewed certificate needs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.certificates import Authority
from harness.double import CollectorDouble
from harness.processes import REPOSITORY
from harness.waiting import eventually
from test_uploads import EVENTS, expected


@pytest.fixture
def authority(place: Path) -> Authority:
    """Who vouches for the collector."""
    return Authority(place)


@pytest.fixture
def later(place: Path) -> Callable[[Agent], Callable[[], None]]:
    """Starts an agent; the call that it returns lets a day pass for it."""
    library = place / "later_clock.so"
    source = REPOSITORY / "Tests/EndToEnd/fixtures/later_clock.c"
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)

    def start(agent: Agent) -> Callable[[], None]:
        file = place / "later"
        agent.command[:0] = ["env", f"LD_PRELOAD={library}", f"LATER_CLOCK={file}"]
        agent.start()
        return file.touch
    return start


def test_a_day_after_its_certificates_were_seen_they_are_seen_again(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, later: Callable[[Agent], Callable[[], None]],
) -> None:
    double = make_double(tls=authority.sign().server())
    agent = make_agent(
        double.url, start=False, changes={"collector": {"ca_file": str(authority.file)}})
    let_a_day_pass = later(agent)
    for number in range(4):
        if number == 2:
            let_a_day_pass()
        agent.batch([EVENTS[number]])
        agent.flush()
        double.cut_all()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:4])
    # What went on in between does not count as seen.
    assert double.resumed == [False, True, False, True]


def test_renewed_files_need_no_restart(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    authority: Authority, place: Path,
) -> None:
    """Another authority, and by it another certificate for each side, as cron would put them.

    The connection that was begun with those before still stands.
    """
    def put(source: Path, name: str, mode: int = 0o600) -> str:
        fresh = place / "fresh"
        fresh.write_bytes(source.read_bytes())
        fresh.chmod(mode)
        return str(fresh.rename(place / name))

    def install(issuer: Authority, mode: int = 0o600) -> dict[str, str]:
        device = issuer.sign("DNS:kiosk-1")
        return {
            "ca_file": put(issuer.file, "ca.pem"),
            "certificate_file": put(device.certificate, "device.pem"),
            "certificate_key_file": put(device.key, "device.key", mode),
        }
    double = make_double(tls=authority.sign().server(clients=authority.file))
    agent = make_agent(double.url, changes={"collector": install(authority)})
    agent.batch([EVENTS[0]])
    agent.flush()
    heir = Authority(place, "heir")
    double.renew(heir.sign().server(clients=heir.file))
    install(heir, 0o644)
    agent.batch([EVENTS[1]])
    eventually(lambda: "Permission denied" in agent.command_line("status").words, "the key is open")
    (place / "device.key").chmod(0o600)
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:2])
    assert double.resumed == [False, False]
