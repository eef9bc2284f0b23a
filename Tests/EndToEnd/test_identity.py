"""Who a shopper is never reaches a file or the wire; the same shopper stays the same hash."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import block
from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.proxy import FaultProxy
from harness.pseudonyms import pseudonym

RAW = ["ada.lovelace", "Ada.Lovelace", "7700900123", "7700 900123", "user-ada", "user-old"]

EVENTS = [
    {
        "type": "identify", "messageId": "1", "userId": "user-ada",
        "traits": {"email": " Ada.Lovelace@Example.org ", "phone": "+44 7700 900123", "age": 36},
        "context": {"traits": {"email": "ada.lovelace@example.org"}, "ip": "127.0.0.1"},
    },
    {
        "type": "track", "event": "Poked", "messageId": "2", "email": "ada.lovelace@example.org",
        "phone": "447700900123", "properties": {
            "userId": "user-ada", "previousId": "user-old", "phone": "+44 (7700) 900123",
            "email": ["ada.lovelace@example.org", {"work": "Ada.Lovelace@Example.Org"}],
        },
    },
    {"type": "alias", "messageId": "3", "userId": "user-ada", "previousId": "user-old"},
    {"type": "track", "event": "Poked", "messageId": "4", "userId": 447700900123,
     "properties": {"email": "", "phone": None, "userId": True}},
]


def files(*folders: Path) -> dict[Path, bytes]:
    return {
        file: file.read_bytes() for folder in folders for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink()
    }


def files_of(*paths: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in paths}


@pytest.mark.core
def test_no_raw_identity_at_rest_in_a_log_or_on_the_wire(
    make_agent: Callable[..., Agent], collector: Collector,
    make_proxy: Callable[..., FaultProxy], place: Path,
) -> None:
    proxy = make_proxy(collector.port)
    agent = make_agent(proxy.url)
    agent.batch(EVENTS[:2])
    with agent.ingest() as ingest:
        assert ingest.tell([json.dumps(event).encode() for event in EVENTS[2:]]).stored == 2
    before = files(agent.state)
    agent.flush()
    agent.status()
    uploads = [block.contents(seen.body) for seen in proxy.seen]
    assert sum(len(block.decode(seen.body).events) for seen in proxy.seen) == len(EVENTS)
    # What is there is found: an event's name in the texts and in a section of its own.
    assert sum(upload.count(b"Poked") for upload in uploads) > 2
    agent.stop()
    found = files(agent.state, agent.runtime, collector.folder) | files_of(agent.log)
    assert len(found) > 4
    for raw in RAW:
        text = raw.encode()
        assert not [path for path, data in (found | before).items() if text in data], raw
        assert not any(text in upload for upload in uploads), raw


@pytest.mark.core
def test_hashes_are_those_of_the_published_rule(agent: Agent, collector: Collector) -> None:
    agent.batch(EVENTS)
    agent.flush()
    exported = collector.export()
    check_delivery(EVENTS, exported, agent.identity_key)
    first = next(event.event for event in exported if event.message == "1")
    email = pseudonym(agent.identity_key, "email", "ada.lovelace@example.org")
    assert first["traits"]["email"] == first["context"]["traits"]["email"] == email
    assert first["traits"]["age"] == 36 and first["context"]["ip"] == "127.0.0.1"
    alias = next(event.event for event in exported if event.message == "3")
    assert alias["previousId"] == pseudonym(agent.identity_key, "userId", "user-old")


def test_a_known_key_gives_a_known_hash(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    agent = make_agent(collector.url, identity_key=bytes(range(32)))
    agent.batch([{"type": "track", "event": "Poked", "email": " User@Example.COM"}])
    agent.flush()
    # printf 'email\0user@example.com' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
    assert collector.export()[0].event["email"] == (
        "email:k1:n2:YwTTbIDzTZRfDGW0iPZJfl4DfpjLXpTaLlcU5TReAeQ"
    )


def test_two_devices_with_one_key_agree_and_with_two_keys_do_not(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    shared = bytes(range(32))
    for device, key in (("kiosk-1", shared), ("kiosk-2", shared), ("kiosk-3", bytes(32))):
        agent = make_agent(collector.url, device, identity_key=key)
        agent.batch([{"type": "track", "event": "Poked", "userId": "ada"}])
        agent.flush()
    users = {event.device: event.event["userId"] for event in collector.export()}
    assert users["kiosk-1"] == users["kiosk-2"] != users["kiosk-3"]
