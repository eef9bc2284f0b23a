"""Bodies that are huge, packed, odd or hostile, by both doors."""

from __future__ import annotations

import gzip
import json
import random
import threading
import zlib
from collections.abc import Iterator

import pytest

from harness import wire
from harness.agent import Agent
from harness.audit import quarantined
from harness.canonical import compact
from harness.collector import Collector
from harness.ingest import Ingest
from harness.memory import MIB
from harness.ordeal import Ordeal

pytestmark = pytest.mark.core


def event(number: int, **more: object) -> str:
    return compact({"type": "track", "event": "Poked", "messageId": f"m{number}"} | more)


def stream(port: int, headers: dict[str, str], parts: Iterator[bytes]) -> tuple[wire.Answer, bool]:
    """Sends a body in parts while it waits for the answer; the answer, and whether it closed."""
    with wire.Connection(port, 60) as connection:
        connection.send(wire.head("POST", "/v1/batch", headers))
        over = threading.Event()

        def send() -> None:
            for part in parts:
                if over.is_set():
                    return
                connection.send(part)
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        try:
            return connection.answer(), connection.is_closed()
        finally:
            over.set()
            sender.join(10)


def test_a_body_of_100_mb_is_answered_200_counted_and_closed(
    agent: Agent, collector: Collector
) -> None:
    size = 100_000_000
    text = b'{"batch":[' + b",".join([event(1).encode()] * 1000)
    parts = (text if n == 0 else b" " * MIB for n in range(100))
    with Ordeal(agent, collector):
        answer, closed = stream(agent.port, {"Content-Length": str(size)}, parts)
        assert (answer.status, closed) == (200, True), answer
        assert quarantined(agent.status()) == {"too_big": 1}


def test_chunks_without_an_end_are_answered_200_counted_and_closed(
    agent: Agent, collector: Collector
) -> None:
    chunk = b"%x\r\n" % (1 << 16) + b" " * (1 << 16) + b"\r\n"
    with Ordeal(agent, collector):
        answer, closed = stream(
            agent.port, {"Transfer-Encoding": "chunked"}, (chunk for _ in range(2000))
        )
        assert (answer.status, closed) == (200, True), answer
        assert quarantined(agent.status()) == {"too_big": 1}


@pytest.mark.parametrize("megabytes", [5, 500])
def test_a_gzip_bomb_is_answered_200_and_counted(
    agent: Agent, collector: Collector, megabytes: int
) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(b'{"batch":[')
    for _ in range(megabytes):
        bomb += packer.compress(b" " * 1_000_000)
    bomb += packer.flush()
    with Ordeal(agent, collector):
        answer = agent.post("/v1/batch", bomb, {"Content-Encoding": "gzip"})
        assert answer.status == 200, answer
        assert quarantined(agent.status()) == {"too_big": 1}


@pytest.mark.parametrize("body", [
    b"not gzip", gzip.compress(b'{"batch":[]}')[:-4], gzip.compress(b'{"batch":[]}')[:12],
    gzip.compress(b'{"batch":[]}')[:-8] + bytes(8), b"",
], ids=["plain", "cut in the trailer", "cut in the stream", "wrong checksum", "empty"])
def test_gzip_that_is_none_is_400(agent: Agent, collector: Collector, body: bytes) -> None:
    with Ordeal(agent, collector):
        assert agent.post("/v1/batch", body, {"Content-Encoding": "gzip"}).status == 400


def test_an_unknown_content_coding_is_400(agent: Agent, collector: Collector) -> None:
    with Ordeal(agent, collector):
        answer = agent.post("/v1/batch", b'{"batch":[]}', {"Content-Encoding": "br"})
        assert answer.status == 400, answer


def test_the_largest_allowed_request_is_taken(agent: Agent, collector: Collector) -> None:
    events = [event(n, properties={"x": "y" * 340}) for n in range(9_900)]
    body = '{"batch":[' + ",".join(events) + "]}"
    assert 3.9 * MIB < len(body) <= 4 * MIB
    # No bad input: the text, its events and their rows may be in memory at once.
    with Ordeal(agent, collector, growth_bytes_max=3 * 4 * MIB) as ordeal:
        ordeal.stored += events
        assert agent.post("/v1/batch", body.encode(), packed=True).status == 200


def test_the_largest_allowed_event_is_taken_by_both_doors(
    agent: Agent, collector: Collector
) -> None:
    def largest(number: int) -> str:
        text = event(number, x="")
        return text[:-2] + "y" * ((1 << 20) - len(text)) + '"}'
    with Ordeal(agent, collector) as ordeal:
        ordeal.stored += [largest(1), largest(2)]
        assert agent.post("/v1/batch", f'{{"batch":[{largest(1)}]}}'.encode()).status == 200
        with agent.ingest() as ingest:
            assert ingest.tell([largest(2).encode()]).stored == 1
        assert quarantined(agent.status()) == {}


ODD = {
    "a lone surrogate": r'{"event":"P","messageId":"s","x":"\ud800\udbffA\uDC00"}',
    "a surrogate pair": r'{"event":"P","messageId":"s","x":"\ud83d\ude00"}',
    "duplicate keys": '{"event":"P","messageId":"s","event":"Q","x":1,"x":{"x":1,"x":2}}',
    "huge numbers": '{"event":"P","messageId":"s","x":[1e400,-1e-400,%s,0.%s1]}' % (
        "9" * 400, "0" * 300
    ),
    "an escaped NUL": r'{"event":"P","messageId":"s","x":"a\u0000b","\u0000":1}',
    "1970": '{"event":"P","messageId":"s","timestamp":"1970-01-01T00:00:00.000Z"}',
    "before 1970": '{"event":"P","messageId":"s","timestamp":"1901-12-13T20:45:51Z"}',
    "2106": '{"event":"P","messageId":"s","timestamp":"2106-02-07T06:28:16.000Z"}',
    "a time that is none": '{"event":"P","messageId":"s","timestamp":"yesterday"}',
    "64 levels": '{"event":"P","messageId":"s","x":' + "[" * 63 + "]" * 63 + "}",
    "every escape": r'{"event":"P","messageId":"s","x":"\"\\\/\b\f\n\r\té\u00e9\u2028"}',
    "names at their edge": '{"event":"%s","messageId":"%s"}' % ("N" * 5000, "m" * 5000),
    "white space everywhere": '\t{ "event" :\r "P" , "messageId":"s", "x" : [ 1 , 2 ] } ',
}


@pytest.mark.parametrize("name", ODD)
def test_odd_but_valid_json_is_stored_as_it_was_sent(
    agent: Agent, collector: Collector, name: str
) -> None:
    by_http = ODD[name]
    by_socket = by_http.replace('"messageId":"', '"messageId":"socket-')
    with Ordeal(agent, collector) as ordeal:
        ordeal.stored += [by_http, by_socket]
        assert agent.post("/v1/batch", f'{{"batch":[{by_http}]}}'.encode()).status == 200
        with agent.ingest() as ingest:
            said = ingest.tell([by_socket.encode()])
        assert (said.stored, said.refused) == (1, [])


def test_lines_without_an_end_on_the_socket(agent: Agent, collector: Collector) -> None:
    with Ordeal(agent, collector) as ordeal:
        ordeal.stored += [event(1), event(2)]
        with agent.ingest() as ingest:
            for _ in range(100):
                ingest.socket.sendall(b"x" * MIB)
            ingest.socket.sendall(b"\n" + event(1).encode() + b"\n")
            said = tally(ingest, 2)
            assert said["stored"] == 1 and said["refused"] == ["too_big"]
        # A last line that is cut off by the producer's end is a line.
        with agent.ingest() as ingest:
            ingest.socket.sendall(event(2).encode() + b'\n{"event":"P')
            ingest.socket.shutdown(1)
            said = tally(ingest, 2)
            assert said["stored"] == 1 and said["refused"] == ["not_json"]


def tally(ingest: Ingest, lines: int) -> dict[str, object]:
    """Answers added up until so many lines are answered."""
    answered, stored, refused = 0, 0, []
    while answered < lines:
        group = ingest.group()
        answered += group["lines"]
        stored += group["stored"]
        refused += [refusal["reason"] for refusal in group["refused"]]
    assert answered == lines
    return {"stored": stored, "refused": refused}


def test_bytes_of_chance_on_every_door(agent: Agent, collector: Collector) -> None:
    chance = random.Random(77)
    with Ordeal(agent, collector):
        for _ in range(40):
            noise = chance.randbytes(chance.randrange(1, 3000))
            with wire.Connection(agent.port) as connection:
                connection.send(noise)
            with agent.ingest() as ingest:
                ingest.socket.sendall(noise.replace(b"{", b"(") + b"\n")
            assert agent.post("/v1/batch", b'{"batch":[' + noise + b"]}").status == 400
        for name in ("ingest.sock", "control.sock"):
            with Ingest(agent.runtime / name) as door:
                door.socket.sendall(chance.randbytes(500).replace(b"{", b"(") + b"\n")
        assert json.loads(agent.command_line("status", "--json").out)
