"""Delivery through a proxy: the tunnel is asked for as it should be, and its refusal is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from harness.agent import Agent
from harness.certificates import Authority
from harness.double import CollectorDouble
from harness.tunnels import TunnelProxy
from harness.waiting import eventually
from test_uploads import EVENTS, expected

pytestmark = pytest.mark.core


@pytest.fixture
def make_tunnel() -> Iterator[Callable[..., TunnelProxy]]:
    """Makes proxies."""
    made: list[TunnelProxy] = []

    def make(*arguments: object, **more: object) -> TunnelProxy:
        made.append(TunnelProxy(*arguments, **more))
        return made[-1]
    yield make
    for proxy in made:
        proxy.close()


def through(proxy: TunnelProxy, user: str = "", **values: object) -> dict[str, dict[str, str]]:
    """Settings of [collector]."""
    place = f"http://{user}127.0.0.1:{proxy.port}"
    return {"collector": {"proxy": place, **{name: str(each) for name, each in values.items()}}}


@pytest.mark.parametrize("user", ["", "shop:p@ss:word@"])
def test_events_go_through_the_proxy_in_a_tunnel_of_tls(
    make_agent: Callable[..., Agent], make_double: Callable[..., CollectorDouble],
    make_tunnel: Callable[..., TunnelProxy], place: object, user: str,
) -> None:
    authority = Authority(place)
    double = make_double(tls=authority.sign("DNS:localhost").server())
    proxy = make_tunnel(user[:-1] or None)
    url = double.url.replace("127.0.0.1", "localhost")
    agent = make_agent(url, changes=through(proxy, user, ca_file=authority.file))
    agent.batch(EVENTS[:20])
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:20])
    assert set(proxy.asked) == {f"CONNECT localhost:{double.port}"}


@pytest.mark.parametrize(("options", "words"), [
    ({"credentials": "shop:word"}, "answers 407"),
    ({"answer": b"HTTP/1.1 407 Who\r\nContent-Length: 9\r\n\r\n<p>No</p>"}, "answers 407"),
    ({"answer": b"HTTP/1.1 403 Forbidden\r\n\r\n"}, "answers 403"),
    ({"answer": b"SSH-2.0-OpenSSH_9.2 stranger\r\n\r\n"}, "no HTTP"),
    ({"answer": b""}, "reset"),
], ids=["password", "with a page", "forbidden", "no proxy", "gone"])
def test_a_proxy_that_does_not_let_through_is_said(
    make_agent: Callable[..., Agent], double: CollectorDouble,
    make_tunnel: Callable[..., TunnelProxy], options: dict[str, object], words: str,
) -> None:
    agent = make_agent(double.url, changes=through(make_tunnel(**options)))
    agent.batch(EVENTS[:5])
    eventually(lambda: words in agent.command_line("status").words, f"status says {words}")
    assert not double.uploads and agent.status()["queued"] == 5
