"""What blocks leave to those after them: agreed upon, used, lost, and never needed."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable

import pytest

import shop
from harness.agent import Agent
from harness.audit import quarantined
from harness.block import Malformed, decode, dictionary_name
from harness.collector import Collector
from harness.delivery import check_delivery, texts
from harness.double import CollectorDouble
from harness.handmade import WHOLE
from harness.proxy import FaultProxy
from harness.pseudonyms import replace
from harness.uploader import Device, check_receipt

VISITS = 16
EVENTS_PER_VISIT = 60


def visits() -> list[list[shop.Event]]:
    kiosk = shop.Kiosk("kiosk-1", seed=11)
    return [kiosk.take(EVENTS_PER_VISIT) for _ in range(VISITS)]


@pytest.mark.core
def test_blocks_with_dictionaries_are_what_the_description_says(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    agent = make_agent(double.url)
    for number, events in enumerate(visits()):
        agent.batch(events)
        agent.flush()
        if number == VISITS // 2:
            agent.restart()
    handed = [event for events in visits() for event in events]
    expected = sorted(replace(agent.identity_key, text) for text in texts(handed))
    assert sorted(double.held.values()) == expected
    assert not double.complaints
    with_one = [upload for upload in double.uploads if dictionary_name(upload.exchange.body)]
    assert len(with_one) * 2 > len(double.uploads), "most blocks are written with one"
    # The first after a restart, too: what is agreed upon is kept.
    second = [upload for upload in double.uploads if upload.block.header["epoch"] == 2]
    assert dictionary_name(second[0].exchange.body)
    with pytest.raises(Malformed, match="dictionary"):
        decode(second[0].exchange.body)
    assert max(len(kept.text) for kept in double.dictionaries.values()) == 8192
    assert len(double.dictionaries) < VISITS, "a full one is not followed by the next at once"


@pytest.mark.core
def test_a_dictionary_that_the_collector_lost_costs_no_event(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    agent = make_agent(double.url)
    handed: list[shop.Event] = []
    for number, events in enumerate(visits()[:6]):
        if number == 3:
            double.dictionaries.clear()
        agent.batch(events)
        agent.flush()
        handed += events
    expected = sorted(replace(agent.identity_key, text) for text in texts(handed))
    assert sorted(double.held.values()) == expected
    assert double.dictionary_refusals == 1 and not double.complaints
    assert quarantined(agent.status()) == {}


def test_the_collector_keeps_two_and_does_without(
    make_agent: Callable[..., Agent], collector: Collector,
    make_proxy: Callable[..., FaultProxy],
) -> None:
    proxy = make_proxy(collector.port)
    agent = make_agent(proxy.url)
    archive = collector.data / "collector.db"
    handed: list[shop.Event] = []
    for number, events in enumerate(visits()):
        if number == VISITS - 2:
            # As after a backup from before all of them.
            with sqlite3.connect(archive) as database:
                assert database.execute("SELECT count(*) FROM dictionary").fetchone() == (2,)
                database.execute("DELETE FROM dictionary")
            before = len(proxy.seen)
        agent.batch(events)
        agent.flush()
        handed += events
    check_delivery(handed, collector.export(), agent.identity_key)
    bodies = [seen.body for seen in proxy.seen]
    assert sum(map(bool, map(dictionary_name, bodies[:before]))) * 2 > before
    # One is sent again without, and then there is a new one.
    assert dictionary_name(bodies[before]) and not dictionary_name(bodies[before + 1])
    assert dictionary_name(bodies[-1])
    with sqlite3.connect(archive) as database:
        kept = database.execute("SELECT length(bytes) FROM dictionary").fetchall()
    assert 1 <= len(kept) <= 2 and all(length <= 4 + 2 * 8192 for (length,) in kept)


@pytest.mark.centre
def test_a_dictionary_that_nobody_kept_is_named_in_the_refusal(collector: Collector) -> None:
    device = Device(collector.port, name="kiosk-1")
    data, nonce = WHOLE.sealed(flags=2), secrets.token_hex(16)
    answer = device.upload(data, nonce=nonce)
    assert answer.status == 422
    said = check_receipt(answer, data, device.name, device.key, nonce)
    assert said["reason"] == "block_dictionary"
    assert collector.export() == []
