"""Events go in by both doors, wait out an outage, and are at the centre once, byte for byte."""

from __future__ import annotations

import pytest

import shop
from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery, texts

pytestmark = pytest.mark.core

AFTERNOON = shop.Kiosk("kiosk-1", seed=1).take(1500)


def lines(events: list[shop.Event]) -> list[bytes]:
    return [text.encode() for text in texts(events)]


def test_both_doors_with_an_outage_in_the_middle(agent: Agent, collector: Collector) -> None:
    agent.batch(AFTERNOON[:200])
    with agent.ingest() as ingest:
        assert ingest.tell(lines(AFTERNOON[200:500])).stored == 300
        collector.stop()
        agent.batch(AFTERNOON[500:800], packed=True)
        assert ingest.tell(lines(AFTERNOON[800:1200])).stored == 400
        collector.start()
        agent.batch(AFTERNOON[1200:])
    agent.flush()
    check_delivery(AFTERNOON, collector.export(), agent.identity_key)


def test_a_restart_delivers_what_waits(agent: Agent, collector: Collector) -> None:
    collector.stop()
    agent.batch(AFTERNOON[:300])
    agent.restart()
    agent.batch(AFTERNOON[300:500])
    collector.start()
    agent.flush()
    exported = collector.export()
    check_delivery(AFTERNOON[:500], exported, agent.identity_key)
    assert {event.epoch for event in exported} == {1, 2}
    assert len({event.stream for event in exported}) == 1


def test_sequence_numbers_run_without_a_hole_over_all_lanes(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(AFTERNOON[:700])
    agent.flush()
    exported = collector.export()
    assert sorted(event.sequence for event in exported) == list(range(700))
    by_sequence = sorted(exported, key=lambda event: event.sequence)
    assert [event.message for event in by_sequence] == [e["messageId"] for e in AFTERNOON[:700]]


def test_an_event_is_exported_with_its_ids_and_its_own_text(
    agent: Agent, collector: Collector
) -> None:
    plain = '{"type":"track","event":"Poked","messageId":"m\\u002d1","b":1.50e+2,"a":[ ],"b":1}'
    nameless = '{"event":"Poked","properties":{"hard":true}}'
    with agent.ingest() as ingest:
        assert ingest.tell([plain.encode(), nameless.encode()]).stored == 2
    agent.flush()
    first, second = sorted(collector.export(), key=lambda event: event.sequence)
    assert first.text == (
        '{"type":"track","event":"Poked","messageId":"m-1","b":1.50e+2,"a":[],"b":1}'
    )
    assert (first.device, first.epoch, first.sequence) == ("kiosk-1", 1, 0)
    assert first.message == "m-1"
    assert (second.message, second.text) == (None, nameless)
    assert len(first.stream) == 32


def test_the_export_works_beside_a_running_collector_and_without_one(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(AFTERNOON[:50])
    agent.flush()
    running = collector.export()
    collector.stop()
    assert collector.export() == running
    assert len(running) == 50


def test_messages_are_told_apart_by_what_they_say(agent: Agent, collector: Collector) -> None:
    event = {"type": "track", "event": "Poked", "messageId": "same", "properties": {"n": 1}}
    again = event | {"sentAt": "2026-03-02T12:00:00Z", "retryCount": 3, "_metadata": {"x": 1}}
    other = event | {"properties": {"n": 2}}
    with agent.ingest() as ingest:
        said = ingest.tell(lines([event, event, again, other]))
    assert (said.stored, said.duplicate, said.refused) == (2, 2, [])
    agent.batch([event, other, again])
    agent.flush()
    held = collector.export()
    check_delivery([event, other], held, agent.identity_key)
    assert agent.status()["counters"]["message_id_reused"] == 1


def test_messages_are_remembered_over_kills_and_restarts(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(AFTERNOON[:40])
    agent.kill()
    agent.start()
    with agent.ingest() as ingest:
        assert ingest.tell(lines(AFTERNOON[:60])).duplicate == 40
    agent.restart()
    with agent.ingest() as ingest:
        assert ingest.tell(lines(AFTERNOON[:60])).duplicate == 60
    agent.flush()
    check_delivery(AFTERNOON[:60], collector.export(), agent.identity_key)
