"""Nobody's identity reaches a file, a log or the wire, wherever it is and however spelt.

Two thousand made-up people are scattered over events that come through every door; then all that
the agent wrote, said and sent is searched. With the guard off the same search must find them.
A second after the last answer its memory is searched too.
`make canary` does so with 50,000 events.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import block, examples, memory, tables
from harness.agent import Agent
from harness.canary import SPELLINGS, WHOLE, Canary, Search, draw, inflated
from harness.collector import Collector
from harness.dictionary import NO_DICTIONARY, Dictionary
from harness.gateway import Exchange
from harness.proxy import Fault, FaultProxy
from harness.waiting import eventually

EVENTS = int(os.environ.get("FOOTFALL_CANARY_EVENTS") or 6000)
PEOPLE = 2000
GROUP = 100
SECONDS_MAX = max(300, EVENTS // 20)
"""Past this a test hangs: most of its time goes into inflating what was stored, from each byte."""
KINDS = ["email", "phone", "userId", "loyalty", "firstName", "lastName", "street", "city"]
"""What is named of whom known fields tell."""
SHARED = """
import footfall, json, sys
with footfall.Footfall() as client:
    for line in open(sys.argv[1]):
        name, properties = json.loads(line)
        assert client.track(name, properties) == footfall.Status.OK
    assert client.flush(60) == footfall.Status.OK
"""


def escaped(text: str) -> str:
    """A JSON string with every character an escape."""
    return '"' + "".join(f"\\u{ord(each):04x}" for each in text) + '"'


def event(chance: random.Random, canary: Canary, number: int) -> str:
    """One event's JSON, a person somewhere in it."""
    value = chance.choice(canary.values)
    part = chance.choice(SPELLINGS)(value)
    whole = chance.choice(WHOLE)(value)
    track: dict[str, Any] = {"type": "track", "event": "Noted", "messageId": f"m-{number}"}
    match chance.randrange(12):
        case 0: track["properties"] = {"comment": f"Please write to {part}, thank you"}
        case 1: track["properties"] = {part: 1, "list": ["a", {"b": [part, part]}]}
        case 2: track["context"] = {"page": {"url": f"https://shop.example/q?a=1&c={part}&z=2"}}
        case 3: track["event"] = f"Asked {part}"
        case 4: track["properties"] = {"value": whole}
        case 5: track |= {"note": whole, "messageId": f"m-{number}-{canary.email}"}
        case 6: return json.dumps(track)[:-1] + f', "properties": {{"text": {escaped(value)}}}}}'
        case 7:
            inner = f'{{"x": [[{escaped(value)}]]}}'
            return json.dumps(track)[:-1] + f", {escaped(value)}: {inner}}}"
        case 8:
            inner = json.dumps({"inner": part, "deeper": json.dumps([part])})
            track["properties"] = {"raw": inner}
        case 9: track |= {"type": "identify", "userId": canary.email, "traits": canary.fields}
        case 10: track["context"] = {"traits": canary.fields, "referrer": f"//x/?c={part}"}
        case _: track |= {"type": "screen", "name": part, "properties": {"title": part}}
    return json.dumps(track, ensure_ascii=chance.random() < 0.5)


def spoilt(chance: random.Random, canary: Canary) -> str:
    """What is quarantined or refused, a person in it."""
    value = chance.choice(canary.values)
    match chance.randrange(5):
        case 0: return f'{{"type": "track", "event": "{value}", "properties": {{'
        case 1: return json.dumps({"type": "track", "properties": {"text": value}})
        case 2: return json.dumps({"type": "no such call", "event": value, value: value})
        case 3: return '{"event":"x","a":' * 70 + json.dumps(value) + "}" * 70
        case _: return json.dumps([value])


def hand_over(agent: Agent, place: Path, chance: random.Random, people: list[Canary]) -> None:
    """Sends events through every door."""
    texts = [event(chance, people[number % PEOPLE], number) for number in range(EVENTS)]
    for start in range(0, EVENTS, GROUP):
        group = texts[start:start + GROUP]
        match start // GROUP % 4:
            case 0: post(agent, group, packed=False)
            case 1: post(agent, group, packed=True)
            case 2:
                with agent.ingest() as ingest:
                    ingest.tell([text.encode() for text in group])
            case _: share(agent, place, group)
    with agent.ingest() as ingest:
        ingest.tell([spoilt(chance, canary).encode() for canary in people[:EVENTS // 20]])
    too_big = json.dumps({"type": "track", "event": "Big", "x": [people[0].values] * 6000})
    agent.post("/v1/track", too_big.encode())
    for path in (f"/v1/{people[1].email}", f"/v1/track?email={people[2].email}"):
        agent.post(path, {"event": people[3].email, "properties": {people[4].card: people[5].iban}})


def post(agent: Agent, group: list[str], packed: bool) -> None:
    body = ('{"batch":[' + ",".join(group) + "]}").encode()
    answer = agent.post("/v1/batch", body, packed=packed)
    assert answer.status == 200, answer


def share(agent: Agent, place: Path, group: list[str]) -> None:
    """Hands events over in shared memory."""
    events = place / "shared.jsonl"
    with events.open("w") as file:
        for text in group:
            said = json.loads(text)
            name = said.pop("event", said.pop("name", "Noted"))
            # Below properties nothing is known by its place.
            said.pop("traits", None)
            said.get("context", {}).pop("traits", None)
            file.write(json.dumps([name, said.pop("properties", {}) | said]) + "\n")
    shell = examples.beside(agent, place) | {"PYTHONPATH": str(examples.EXAMPLES / "Python")}
    done = examples.ends(["python3", "-c", SHARED, events], place, shell)
    assert done.code == 0, done.err
    events.unlink()


def opened(seen: list[Exchange]) -> Iterator[bytes]:
    """All that somebody who opens the uploads can see."""
    dictionaries: dict[bytes, Dictionary] = {}
    for exchange in seen:
        yield json.dumps([exchange.path, dict(exchange.headers)]).encode()
        if exchange.method != "POST" or not exchange.body:
            continue
        earlier = dictionaries.get(block.dictionary_name(exchange.body), NO_DICTIONARY)
        yield block.contents(exchange.body, earlier)
        after = block.left(exchange.body, earlier)
        if after is not None:
            dictionaries[after.name] = after


def traces(
    agent: Agent, collector: Collector, proxy: FaultProxy, search: Search, place: Path
) -> dict[str, list[bytes]]:
    """What is found in each place; the agent had no collector until now."""
    waiting = {file.name: file.read_bytes() for file in agent.state.rglob("*") if file.is_file()}
    said = [json.dumps(agent.status()), json.dumps(agent.audit()), agent.command_line("status").out]
    said += [agent.command_line("quarantine", "list").out]
    agent.stop()
    kept = list(tables.values(agent.state))
    agent.start()
    proxy.choose = lambda number: Fault.NONE
    agent.flush("120s")
    agent.stop()
    files = {file.name: file.read_bytes() for file in agent.state.rglob("*") if file.is_file()}
    found = {
        "state": [hit for data in (waiting | files).values() for hit in search.hits(data)],
        "rows": [hit for data in kept for hit in search.hits(data)],
        "inflated": [
            hit for data in kept for text in inflated(data)
            for hit in search.hits(text)
        ],
        "log": search.hits(agent.log.read_bytes()),
        "reports": search.hits("\n".join(said).encode()),
        "wire": [hit for text in opened(proxy.seen) for hit in search.hits(text)],
        "collector": search.hits("\n".join(each.text for each in collector.export()).encode())
        + search.hits(collector.log.read_bytes()),
    }
    return found


def check_names(collector: Collector) -> None:
    """Whoever stood in known fields has come to the collector under seal, and has names there."""
    text = "\n".join(each.text for each in collector.export())
    for kind in KINDS:
        assert text.count(f'"{kind}:k1:n2:') > EVENTS // 20, kind
    keys = collector.command_line("keys", "list", "--json").json["keys"]
    assert [key["unopened"] for key in keys] == [0] and keys[0]["events"] > EVENTS // 10, keys


@pytest.mark.memory
def test_a_second_after_the_last_answer_nobody_is_left_in_memory(
    make_agent: Callable[..., Agent], collector: Collector, place: Path
) -> None:
    signal.alarm(SECONDS_MAX)
    chance, people = draw(10, PEOPLE)
    agent = make_agent(collector.url)
    hand_over(agent, place, chance, people)
    answered = time.monotonic()
    search = Search(people)
    eventually(lambda: time.monotonic() >= answered + 1, "a second is over")
    held = list(memory.contents(agent.pid))
    names = {name for name, _ in held}
    assert {"[heap]", "[stack]"} <= names and sum(len(data) for _, data in held) > memory.MIB
    found = {(name, hit) for name, data in held for hit in search.hits(data)}
    assert not found, sorted(found)[:10]
    # What the agent has to know is found there.
    assert any(agent.device.encode() in data for name, data in held if name == "[heap]")


@pytest.mark.parametrize("enabled", ["yes", "no"])
def test_no_trace_of_anybody_is_stored_logged_or_sent(
    make_agent: Callable[..., Agent], collector: Collector,
    make_proxy: Callable[..., FaultProxy], place: Path, enabled: str,
) -> None:
    signal.alarm(SECONDS_MAX)
    chance, people = draw(9, PEOPLE)
    proxy = make_proxy(collector.port, lambda number: Fault.CUT)
    agent = make_agent(proxy.url, changes={"guard": {"enabled": enabled}})
    hand_over(agent, place, chance, people)
    counters = agent.status()["counters"]
    found = traces(agent, collector, proxy, Search(people), place)
    if enabled == "yes":
        assert not any(found.values()), {name: hits[:5] for name, hits in found.items() if hits}
        for kind in ("email", "phone", "card", "iban"):
            assert counters[f"guard:{kind}"] > EVENTS // 40, counters
        check_names(collector)
        assert "identity_dropped" not in counters
    else:
        # What may be said of an event is nowhere in a log, guarded or not.
        assert not found.pop("log") and not found.pop("reports")
        assert all(found.values()), {name: len(hits) for name, hits in found.items()}
        assert not [name for name in counters if name.startswith("guard:")]
