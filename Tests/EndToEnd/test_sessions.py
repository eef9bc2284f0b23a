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
