"""HTTP that is broken, late, too large or merely unusual: the answer that the design gives."""

from __future__ import annotations

import threading

import pytest

from harness import wire
from harness.agent import Agent
from harness.canonical import compact
from harness.collector import Collector
from harness.ordeal import Ordeal

pytestmark = pytest.mark.core

EVENT = compact({"type": "track", "event": "Poked", "messageId": "never"}).encode()
LENGTH = str(len(EVENT))
HOST = "Host: 127.0.0.1\r\n"


def post(headers: str, body: bytes = EVENT, first: str = "POST /v1/track HTTP/1.1") -> bytes:
    """A request whose headers are written out."""
    return f"{first}\r\n{HOST}{headers}\r\n".encode("latin-1") + body


CHUNKED = "Transfer-Encoding: chunked\r\n"
BROKEN: dict[str, bytes] = {
    "two lengths": post(f"Content-Length: {LENGTH}\r\nContent-Length: 5\r\n"),
    "two lengths in one": post(f"Content-Length: {LENGTH}, 5\r\n"),
    "length with chunked": post(f"Content-Length: {LENGTH}\r\n{CHUNKED}", b"0\r\n\r\n"),
    "a negative length": post("Content-Length: -1\r\n"),
    "a length with a sign": post(f"Content-Length: +{LENGTH}\r\n"),
    "a length that is no number": post("Content-Length: many\r\n"),
    "a length beyond all numbers": post(f"Content-Length: {'9' * 40}\r\n"),
    "an unknown coding": post("Transfer-Encoding: gzip\r\n"),
    "chunked twice": post("Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "a chunk size that is none": post(CHUNKED, b"zz\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk size": post(CHUNKED, b"-5\r\n{}\r\n0\r\n\r\n"),
    "a chunk size beyond all numbers": post(CHUNKED, b"F" * 40 + b"\r\n"),
    "an empty chunk size": post(CHUNKED, b"\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than said": post(CHUNKED, b"2\r\n{}xx\r\n0\r\n\r\n"),
    "a chunk ended by a bare LF": post(CHUNKED, b"2\n{}\n0\n\n"),
    "a bare LF in the head": f"POST /v1/track HTTP/1.1\n{HOST}Content-Length: 2\n\n{{}}".encode(),
    "a bare LF after one header": b"POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\nA: b\r\n\r\n",
    "a bare CR in a header": post("A: b\rc\r\n"),
    "a folded header": post("A: b\r\n c\r\n"),
    "a blank before the colon": post(f"Content-Length : {LENGTH}\r\n"),
    "a header without a colon": post("nonsense\r\n"),
    "a header without a name": post(": nothing\r\n"),
    "a NUL in a header": post("A: b\x00c\r\n"),
    "no version": f"POST /v1/track\r\n{HOST}\r\n".encode(),
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_framing_is_400_and_closed(
    agent: Agent, collector: Collector, name: str
) -> None:
    with Ordeal(agent, collector), wire.Connection(agent.port) as connection:
        connection.send(BROKEN[name])
        answer = connection.answer()
        assert answer.status == 400, answer
        assert answer.json["code"] == 400
        assert connection.is_closed()


TOO_LARGE: dict[str, bytes] = {
    "one long header": post(f"A: {'b' * 17_000}\r\n"),
    "a long path": post("", first=f"POST /{'v' * 17_000} HTTP/1.1"),
    "10,000 headers": post("".join(f"A{n}: b\r\n" for n in range(10_000))),
    "a head without an end": b"POST /v1/track HTTP/1.1\r\n" + b"A: b\r\n" * 100_000,
    "a line without an end": b"P" * 1_000_000,
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_head_over_its_limit_is_431_and_closed(
    agent: Agent, collector: Collector, name: str
) -> None:
    with Ordeal(agent, collector), wire.Connection(agent.port) as connection:
        sender = threading.Thread(target=connection.send, args=(TOO_LARGE[name],))
        sender.start()
        answer = connection.answer()
        assert answer.status == 431, answer
        assert connection.is_closed()
        sender.join(10)


def drip(port: int, first: bytes, drop: bytes, seconds: float) -> tuple[int, bool]:
    """Sends `first`, then `drop` twice a second until an answer comes; the answer, and the end."""
    pause = threading.Event()
    with wire.Connection(port, seconds) as connection:
        connection.send(first)
        over = threading.Event()

        def send() -> None:
            while not over.is_set():
                connection.send(drop)
                pause.wait(0.5)
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        try:
            return connection.answer().status, connection.is_closed()
        finally:
            over.set()
            pause.set()
            sender.join(5)


def test_slow_heads_and_slow_bodies_are_408_and_closed(
    agent: Agent, collector: Collector
) -> None:
    head = post("Content-Length: 100000\r\n", b"")
    drips = {
        "slow head": (b"POST /v1/track HTTP/1.1\r\n", b"A: b\r\n"),
        "silent head": (b"POST /v1/tra", b""),
        "slow body": (head, b"x" * 20),
        "silent body": (head, b""),
        "slow chunks": (post(CHUNKED, b""), b"1\r\nx\r\n"),
    }
    answers: dict[str, tuple[int, bool]] = {}
    failures: list[BaseException] = []

    def run(name: str) -> None:
        try:
            answers[name] = drip(agent.port, *drips[name], seconds=40)
        except BaseException as failure:
            failures.append(failure)
    with Ordeal(agent, collector):
        threads = [threading.Thread(target=run, args=(name,)) for name in drips]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
        assert answers == {name: (408, True) for name in drips}


def test_expect_pipelining_old_versions_and_absolute_targets_are_served(
    agent: Agent, collector: Collector
) -> None:
    def event(number: int) -> bytes:
        return compact({"type": "track", "event": "Poked", "messageId": f"m{number}"}).encode()
    with Ordeal(agent, collector) as ordeal:
        ordeal.stored += [event(number).decode() for number in range(8)]
        with wire.Connection(agent.port) as connection:
            expecting = f"Expect: 100-continue\r\nContent-Length: {len(event(0))}\r\n"
            connection.send(post(expecting, b""))
            while b"\r\n\r\n" not in connection.buffer:
                connection.buffer += connection.socket.recv(4096)
            assert connection.buffer.startswith(b"HTTP/1.1 100 ")
            connection.send(event(0))
            assert connection.answer().status == 200
            # Four requests in one go, the last in two halves.
            many = b"".join(
                post(f"Content-Length: {len(event(n))}\r\n", event(n)) for n in range(1, 5)
            )
            connection.send(many[:-9])
            for _ in range(3):
                assert connection.answer().status == 200
            connection.send(many[-9:])
            assert connection.answer().status == 200
        for number, first in enumerate((
            "POST /v1/track HTTP/1.0",
            f"POST http://127.0.0.1:{agent.port}/v1/track HTTP/1.1",
            "POST http://localhost/v1/track?source=kiosk HTTP/1.1",
        ), 5):
            body = event(number)
            with wire.Connection(agent.port) as connection:
                connection.send(post(f"Content-Length: {len(body)}\r\n", body, first))
                assert connection.answer().status == 200, first
                if first.endswith("1.0"):
                    assert connection.is_closed()


def test_a_foreign_absolute_target_is_turned_away(agent: Agent, collector: Collector) -> None:
    with Ordeal(agent, collector), wire.Connection(agent.port) as connection:
        first = "POST http://evil.example/v1/track HTTP/1.1"
        connection.send(post(f"Content-Length: {LENGTH}\r\n", EVENT, first))
        assert connection.answer().status == 403


def test_another_version_of_http_is_turned_away(agent: Agent, collector: Collector) -> None:
    with Ordeal(agent, collector), wire.Connection(agent.port) as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert connection.answer().status == 505
        assert connection.is_closed()


def test_nothing_follows_broken_framing_on_its_connection(
    agent: Agent, collector: Collector
) -> None:
    # What stands behind a broken request must not be taken for a request: it may be smuggled.
    smuggled = post(f"Content-Length: {LENGTH}\r\n")
    with Ordeal(agent, collector), wire.Connection(agent.port) as connection:
        connection.send(BROKEN["length with chunked"] + smuggled)
        assert connection.answer().status == 400
        assert connection.is_closed()
