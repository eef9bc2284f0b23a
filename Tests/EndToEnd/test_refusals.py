"""A collector that refuses by its signature: what is set aside, what stays, and at what pace."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from harness.agent import Agent
from harness.audit import quarantined
from harness.double import CollectorDouble, Script, Upload, accept, receipt, signed
from harness.gateway import Reply
from harness.waiting import eventually
from test_uploads import EVENTS, expected, refusal, wait_with

pytestmark = pytest.mark.core

TRACKED = [event for event in EVENTS if event.get("type") == "track"][:30]


def refuse_all(upload: Upload) -> Reply:
    """No event is good enough, and each is told apart."""
    return signed(upload.key, receipt(
        upload, ids=[], count=0, new=0, tombstones=len(upload.block.header["tombstones"]),
        refused=[{"id": number, "reason": "bad_schema"} for number in upload.block.sequences]))


def refuse_blocks(upload: Upload) -> Reply:
    """No block is good enough."""
    return signed(upload.key, refusal(upload, 422), 422)


@pytest.mark.parametrize("refuse", [refuse_all, refuse_blocks])
def test_a_collector_that_refuses_everything_gets_little_set_aside(
    make_agent: Callable[..., Agent], double: CollectorDouble, refuse: Script
) -> None:
    agent = make_agent(double.url)
    wait_with(agent, double, TRACKED)
    double.script = refuse
    # Each flush tries once more; whatever it tries, the hour's bound holds.
    for _ in range(12):
        assert agent.command_line("flush", "--wait", "1s").code != 0
    eventually(lambda: agent.status()["collector"]["state"] == "rejecting", "status says so")
    assert "refuses event after event" in agent.command_line("status").words
    aside = sum(quarantined(agent.status()).values())
    assert aside <= 10 and agent.status()["queued"] == len(TRACKED) - aside
    double.held.clear()
    double.script = accept
    agent.flush()
    assert len(double.held) == len(TRACKED) - aside
    assert set(double.held.values()) <= set(expected(agent, TRACKED))


def test_a_pace_is_kept_until_somebody_waits(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    times: list[float] = []

    def note(upload: Upload) -> Reply:
        times.append(time.monotonic())
        return accept(upload)
    double.script = note
    agent = make_agent(double.url, changes={"sync": {"drain_rate": "10"}})
    agent.batch(TRACKED[:20])
    eventually(lambda: len(double.held) == 20, "they are delivered")
    agent.batch(TRACKED[20:25])
    eventually(lambda: len(double.held) == 25, "these are, too")
    assert times[-1] - times[0] >= 2
    agent.batch(TRACKED[25:])
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, TRACKED)
