"""A bad event harms none of its neighbours: it is put aside and counted, its id accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from harness.agent import Agent
from harness.audit import quarantined, sums
from harness.collector import Collector
from harness.delivery import check_delivery

GOOD = [{"type": "track", "event": "Poked", "messageId": f"good-{n}"} for n in range(4)]


def nested(levels: int) -> str:
    """An event that nests so deep, its own braces counted."""
    return '{"event":"Deep","properties":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


BAD: dict[str, tuple[str, str]] = {
    "no object": ("[1,2]", "not_object"),
    "a string": ('"Poked"', "not_object"),
    "null": ("null", "not_object"),
    "no type": ('{"properties":{}}', "unknown_type"),
    "an unknown type": ('{"type":"gossip","event":"Poked"}', "unknown_type"),
    "a type that is no string": ('{"type":7,"event":"Poked"}', "unknown_type"),
    "no name": ('{"type":"track"}', "no_event_name"),
    "an empty name": ('{"type":"track","event":""}', "no_event_name"),
    "a name that is no string": ('{"type":"track","event":{}}', "no_event_name"),
    "65 levels": (nested(65), "too_deep"),
    "10,000 levels": (nested(10_000), "too_deep"),
    "over 1 MiB": ('{"event":"Big","properties":{"x":"%s"}}' % ("x" * (1 << 20)), "too_big"),
}


@pytest.mark.core
@pytest.mark.parametrize("name", BAD)
def test_over_http_the_neighbours_are_stored(
    agent: Agent, collector: Collector, name: str
) -> None:
    text, reason = BAD[name]
    first, second, *_ = map(json.dumps, GOOD)
    answer = agent.post("/v1/batch", f'{{"batch":[{first},{text},{second}]}}'.encode())
    assert answer.status == 200, answer
    agent.flush()
    check_delivery(GOOD[:2], collector.export(), agent.identity_key)
    assert quarantined(agent.status()) == {reason: 1}
    numbers = sums(agent.audit())
    assert numbers | {"accepted": 3, "quarantined": 1, "delivered": 2} == numbers
    check_covered(agent, collector, reason)


@pytest.mark.core
@pytest.mark.parametrize("name", BAD)
def test_over_the_socket_the_line_is_named_and_the_neighbours_are_stored(
    agent: Agent, collector: Collector, name: str
) -> None:
    text, reason = BAD[name]
    first, second, *_ = map(json.dumps, GOOD)
    with agent.ingest() as ingest:
        said = ingest.tell([first.encode(), text.encode(), second.encode()])
    assert (said.stored, said.duplicate) == (2, 0)
    assert [(refusal["line"], refusal["reason"]) for refusal in said.refused] == [(2, reason)]
    agent.flush()
    check_delivery(GOOD[:2], collector.export(), agent.identity_key)
    assert quarantined(agent.status()) == {reason: 1}
    check_covered(agent, collector, reason)


def check_covered(agent: Agent, collector: Collector, reason: str) -> None:
    """The quarantined event's id is covered by a tombstone: at the centre nothing is missing."""
    completeness = collector.funnel()["completeness"]
    assert completeness["missing"] == 0, completeness
    assert completeness["tombstoned"] == [{"reason": f"quarantined:{reason}", "events": 1}]


NOT_JSON: dict[str, tuple[bytes, int]] = {
    "truncated": (b'{"event":"Po', 12),
    "wrong UTF-8": (b'{"event":"P\xff"}', 11),
    "a raw NUL": (b'{"event":"P\x00"}', 11),
    "NaN": (b'{"event":"P","x":NaN}', 17),
    "a UTF-8 surrogate": (b'{"event":"\xed\xa0\x80"}', 10),
    "an overlong form": (b'{"event":"\xc0\xaf"}', 10),
    "a trailing comma": (b'{"event":"P",}', 13),
    "single quotes": (b"{'event':'P'}", 1),
    "two texts": (b'{"event":"P"}{}', 13),
    "a leading zero": (b'{"event":"P","x":01}', 18),
}


@pytest.mark.core
@pytest.mark.parametrize("name", NOT_JSON)
def test_a_line_that_is_no_json_is_refused_by_name_and_offset(
    agent: Agent, collector: Collector, name: str
) -> None:
    line, offset = NOT_JSON[name]
    first, second, *_ = (json.dumps(event).encode() for event in GOOD)
    with agent.ingest() as ingest:
        said = ingest.tell([first, line, second])
    assert said.stored == 2
    assert said.refused == [{"line": 2, "reason": "not_json", "offset": offset}]
    agent.flush()
    check_delivery(GOOD[:2], collector.export(), agent.identity_key)


@pytest.mark.core
@pytest.mark.parametrize("name", NOT_JSON)
def test_a_body_that_is_no_json_is_refused_and_nothing_of_it_is_stored(
    agent: Agent, collector: Collector, name: str
) -> None:
    line, _ = NOT_JSON[name]
    good = json.dumps(GOOD[0]).encode()
    answer = agent.post("/v1/batch", b'{"batch":[' + good + b"," + line + b"]}")
    assert (answer.status, answer.json["code"]) == (400, 400)
    agent.batch(GOOD[1:2])
    agent.flush()
    check_delivery(GOOD[1:2], collector.export(), agent.identity_key)


def test_raw_identity_does_not_reach_the_quarantine(agent: Agent) -> None:
    agent.post("/v1/batch", {"batch": [
        {"type": "gossip", "traits": {"email": "secret.person@example.org"}},
        {"type": "track", "userId": "raw-user-7", "properties": {"phone": "+44 7700 900123"}},
    ]})
    with agent.ingest() as ingest:
        ingest.tell([b'{"type":"identify","userId":"raw-user-8","traits":{"email":"cut@exa'])
    agent.stop()
    files = b"".join(file.read_bytes() for file in agent.state.iterdir())
    for raw in (b"secret.person", b"raw-user-7", b"900123", b"raw-user-8", b"cut@exa"):
        assert raw not in files


def test_the_quarantine_is_bounded(make_agent: Callable[..., Agent], collector: Collector) -> None:
    agent = make_agent(collector.url, changes={"store": {"quota": "16MB"}})
    body = {"type": "gossip", "properties": {"x": "y" * 8000}}
    for _ in range(60):
        agent.batch([body] * 100)
    agent.batch(GOOD)
    agent.flush()
    check_delivery(GOOD, collector.export(), agent.identity_key)
    # An event whose row was evicted still counts as quarantined, for good.
    assert quarantined(agent.status()) == {"unknown_type": 6000}
    size = sum(file.stat().st_size for file in agent.state.iterdir())
    assert size <= 16_000_000, size
