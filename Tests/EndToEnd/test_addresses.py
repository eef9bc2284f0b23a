"""A collector by name, with several addresses of both families, some of them dead."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.certificates import Authority
from harness.double import CollectorDouble
from test_uploads import EVENTS, expected

NAME = "collector.footfall.example"


def has_version_6() -> bool:
    """Whether the loopback has an address of version 6."""
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


HAS_VERSION_6 = has_version_6()
# Where these cannot run they do not exist.
OWN = ["127.0.0.1", *(["::1"] if HAS_VERSION_6 else [])]
# As the resolver orders them (RFC 6724): of version 6 first, then the nearest to where we are.
TRIED = [["127.0.0.1", "127.0.0.2"], ["127.0.0.1", "127.0.0.2", "127.0.0.3"]]
if HAS_VERSION_6:
    TRIED += [["::1"], ["::1", "127.0.0.1"], ["::1", "127.0.0.1", "127.0.0.2"]]


def resolving(place: Path, addresses: list[str]) -> list[str]:
    """What a command begins with for which the name has these addresses."""
    hosts = place / "hosts"
    hosts.write_text("".join(f"{address} {NAME}\n" for address in addresses))
    return ["unshare", "--mount", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh"]


def start(agent: Agent, place: Path, addresses: list[str]) -> Agent:
    """Starts an agent for which a name has these addresses."""
    agent.command[:0] = resolving(place, addresses)
    return agent.start()


def resolved(place: Path, addresses: list[str]) -> list[str]:
    """A name's addresses as the C library orders them."""
    said = subprocess.run(
        [*resolving(place, addresses), "getent", "ahosts", NAME], capture_output=True, text=True,
        check=True).stdout.splitlines()
    return [line.split()[0] for line in said if "STREAM" in line]


def delivered(agent: Agent, double: CollectorDouble) -> None:
    """Hands events over, and finds each at the collector."""
    agent.batch(EVENTS[:20])
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:20])


@pytest.mark.parametrize("addresses", TRIED)
def test_each_address_of_a_name_is_tried(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble], place: Path,
    addresses: list[str],
) -> None:
    assert resolved(place, addresses) == addresses, "nobody lives at those before the last"
    double = make_double(host=addresses[-1])
    agent = make_agent(
        f"http://{NAME}:{double.port}", start=False, changes={"collector": {"insecure": "yes"}})
    delivered(start(agent, place, addresses), double)


@pytest.mark.parametrize("host", OWN)
def test_an_address_is_as_good_as_a_name(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble], place: Path,
    host: str,
) -> None:
    authority = Authority(place)
    double = make_double(tls=authority.sign(f"IP:{host}").server(), host=host)
    delivered(
        make_agent(double.url, changes={"collector": {"ca_file": str(authority.file)}}), double)


def test_a_name_that_nobody_has_is_said(
    make_agent: Callable[..., Agent], place: Path,
) -> None:
    agent = make_agent(
        f"http://{NAME}:9", start=False, changes={"collector": {"insecure": "yes"}})
    start(agent, place, [])
    agent.batch(EVENTS[:1])
    assert agent.command_line("flush", "--wait", "2s").code != 0
    assert "name not resolved" in agent.command_line("status").words
