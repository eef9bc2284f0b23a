"""The published Segment library for Python, unmodified: whatever happens, a call arrives once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from segment.analytics.client import Client

from harness.agent import Agent
from harness.collector import Collector, Exported
from harness.proxy import Fault, FaultProxy
from harness.pseudonyms import pseudonym

KINDS = ["identify", "track", "page", "screen", "group", "alias"]
MOMENT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def call_every_kind(client: Client, count: int = 1) -> list[str]:
    """Calls everything the library has, and returns the message ids that it gave."""
    ids: list[str] = []

    def said(result: tuple[bool, Any]) -> None:
        ids.append(result[1]["messageId"])
    for number in range(count):
        user = f"user-{number}"
        said(client.identify(user, {"email": " Ada@Example.org", "plan": "gold"}))
        said(client.track(user, "Order Completed", {"revenue": 12.5, "currency": "EUR"}))
        said(client.page(user, "shop", "Home", {"url": "http://kiosk/"}, timestamp=MOMENT))
        said(client.screen(user, "shop", "Attract"))
        said(client.group(user, "families", {"name": "Lovelace"}))
        said(client.alias(f"visitor-{number}", user))
    return ids


def make_client(port: int, packed: bool = False) -> Client:
    """A client with the library's own defaults, but for its address and its patience."""
    logging.getLogger("segment").setLevel(logging.CRITICAL)
    return Client(
        "write-key", host=f"http://127.0.0.1:{port}", gzip=packed, upload_size=7,
        upload_interval=0.1, timeout=5,
    )


def check(exported: list[Exported], ids: list[str], key: bytes) -> None:
    """Every message once, of the right kind, its identity replaced."""
    assert sorted(event.message or "" for event in exported) == sorted(ids)
    kinds = [event.event["type"] for event in exported]
    assert {kind: kinds.count(kind) for kind in KINDS} == {kind: len(ids) // 6 for kind in KINDS}
    for event in exported:
        body = event.event
        assert body["userId"].startswith("userId:k1:n2:")
        if body["type"] == "identify":
            assert body["traits"]["email"] == pseudonym(key, "email", "ada@example.org")
            assert body["traits"]["plan"] == "gold"
        if body["type"] == "alias":
            assert body["previousId"].startswith("userId:k1:n2:")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_every_kind_of_call_arrives_once(
    agent: Agent, collector: Collector, packed: bool
) -> None:
    client = make_client(agent.port, packed)
    ids = call_every_kind(client)
    client.flush()
    client.join()
    agent.flush()
    check(collector.export(), ids, agent.identity_key)


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.CUT, Fault.LOST_ANSWER])
def test_what_the_library_sends_again_arrives_once(
    agent: Agent, collector: Collector, make_proxy: Callable[..., FaultProxy], fault: Fault
) -> None:
    proxy = make_proxy(agent.port, lambda number: fault if number % 3 == 0 else Fault.NONE)
    client = make_client(proxy.port)
    ids = call_every_kind(client, count=5)
    client.flush()
    client.join()
    assert proxy.faults[fault] >= 2
    agent.flush()
    check(collector.export(), ids, agent.identity_key)
    if fault is Fault.LOST_ANSWER:
        assert len(proxy.seen) > proxy.faults[Fault.NONE]


def test_the_agent_is_started_again_while_the_library_sends(
    agent: Agent, collector: Collector
) -> None:
    client = make_client(agent.port)
    ids = call_every_kind(client, count=3)
    agent.kill()
    ids += call_every_kind(client, count=3)
    agent.start()
    client.flush()
    client.join()
    agent.flush()
    check(collector.export(), ids, agent.identity_key)
