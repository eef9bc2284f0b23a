"""The local doors: who may come in, by which path, and what every answer looks like."""

from __future__ import annotations

import base64
import os
import socket
import stat
from collections.abc import Callable

import pytest

from harness import wire
from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.processes import Daemon

SUCCESS = b'{"success":true,"status":1,"code":200}'
EVENT = {"type": "track", "event": "Poked", "messageId": "m-1"}


def check_error(answer: wire.Answer, status: int) -> None:
    """The universal error body, which every SDK understands."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    body = answer.json
    assert list(body) == ["success", "status", "code", "error", "message", "detail"], body
    assert (body["success"], body["status"], body["code"]) == (False, 0, status)
    assert body["error"] and body["message"]


@pytest.mark.core
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_every_path_takes_its_call(agent: Agent, collector: Collector, packed: bool) -> None:
    calls = {
        "track": {"event": "Poked", "messageId": "1"},
        "identify": {"traits": {"plan": "gold"}, "messageId": "2"},
        "page": {"name": "Home", "messageId": "3"},
        "screen": {"name": "Attract", "messageId": "4"},
        "group": {"groupId": "club", "messageId": "5"},
        "alias": {"previousId": "", "messageId": "6"},
    }
    for kind, call in calls.items():
        answer = agent.post(f"/v1/{kind}", call, packed=packed)
        assert (answer.status, answer.body) == (200, SUCCESS), kind
        assert answer.headers["content-type"] == "application/json"
    answer = agent.post("/v1/batch", {"batch": [EVENT], "writeKey": "any"}, packed=packed)
    assert (answer.status, answer.body) == (200, SUCCESS)
    agent.flush()
    check_delivery([*calls.values(), EVENT], collector.export(), agent.identity_key)


@pytest.mark.core
def test_health_and_the_empty_batch(agent: Agent) -> None:
    assert wire.request(agent.port, "GET", "/health").status == 200
    assert agent.post("/v1/batch", {"batch": []}).body == SUCCESS


def test_chunked_bodies_and_text_plain_are_taken(agent: Agent, collector: Collector) -> None:
    with wire.Connection(agent.port) as connection:
        connection.send(wire.head("POST", "/v1/track", {
            "Transfer-Encoding": "chunked", "Content-Type": "text/plain",
        }))
        for part in (b'{"event":"Po', b'ked","message', b'Id":"m-1","type":"track"}'):
            connection.send(b"%x;x=y\r\n%s\r\n" % (len(part), part))
        connection.send(b"0\r\nTrailer: ignored\r\n\r\n")
        assert connection.answer().body == SUCCESS
    agent.flush()
    assert [event.message for event in collector.export()] == ["m-1"]


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/v1/batch", 405), ("PUT", "/v1/track", 405), ("DELETE", "/v1/track", 405),
    ("POST", "/health", 405), ("POST", "/v1/nothing", 404), ("POST", "/", 404),
    ("GET", "/metrics", 404),
])
def test_other_methods_and_paths(agent: Agent, method: str, path: str, status: int) -> None:
    check_error(wire.request(agent.port, method, path, b"{}"), status)


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"batch"', b'{"batch":{}}', b'{"events":[]}', b'{"batch":[{]}', b"nonsense",
])
def test_a_body_that_is_no_batch_is_refused_whole(
    agent: Agent, collector: Collector, body: bytes
) -> None:
    check_error(agent.post("/v1/batch", body), 400)
    agent.flush()
    assert collector.export() == []


def basic(key: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


@pytest.mark.core
def test_with_local_keys_nobody_else_comes_in(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    agent = make_agent(collector.url, changes={"agent": {"local_keys": "shop-app | till-app"}})
    for headers, body, status in [
        ({}, EVENT, 401), (basic("stranger"), EVENT, 401), (basic("shop-app"), EVENT, 200),
        ({"Authorization": "Bearer till-app"}, EVENT | {"messageId": "m-2"}, 200),
        ({}, EVENT | {"messageId": "m-3", "writeKey": "shop-app"}, 200),
        (basic("shop-ap"), EVENT, 401),
    ]:
        answer = agent.post("/v1/track", body, headers)
        assert answer.status == status, (headers, body, answer)
        if status == 401:
            check_error(answer, 401)
    assert agent.post("/v1/batch", {"batch": [EVENT], "writeKey": "till-app"}).status == 200
    agent.flush()
    # The same message id from two producers is two messages.
    assert sorted(event.message or "" for event in collector.export()) == [
        "m-1", "m-1", "m-2", "m-3"
    ]


@pytest.mark.parametrize("host", [
    "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example",
    "10.0.0.1", "[::2]", "",
])
def test_a_foreign_host_is_turned_away(agent: Agent, host: str) -> None:
    check_error(agent.post("/v1/track", EVENT, {"Host": host}), 403)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:4680", "127.0.0.1:99"])
def test_a_local_host_is_let_in(agent: Agent, host: str) -> None:
    assert agent.post("/v1/track", EVENT, {"Host": host}).status == 200


@pytest.mark.parametrize("origin", [
    "https://evil.example", "null", "http://shop.example", "https://shop.example:8443",
    "https://shop.example.evil.example",
])
def test_a_foreign_origin_is_turned_away(
    make_agent: Callable[..., Agent], collector: Collector, origin: str
) -> None:
    changes = {"agent": {"allowed_origins": "https://shop.example"}}
    agent = make_agent(collector.url, changes=changes)
    answer = agent.post("/v1/track", EVENT, {"Origin": origin})
    check_error(answer, 403)
    assert "access-control-allow-origin" not in answer.headers
    answer = wire.request(agent.port, "OPTIONS", "/v1/track", headers={"Origin": origin})
    assert answer.status == 403 and "access-control-allow-origin" not in answer.headers


def test_an_allowed_origin_may_ask_and_send(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    origin = "https://shop.example"
    agent = make_agent(collector.url, changes={"agent": {"allowed_origins": origin}})
    asked = wire.request(agent.port, "OPTIONS", "/v1/track", headers={
        "Origin": origin, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    })
    assert asked.status in (200, 204), asked
    assert asked.headers["access-control-allow-origin"] == origin
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert asked.headers["access-control-max-age"] == "3600"
    for name in ("authorization", "content-type", "x-retry-count"):
        assert name in asked.headers["access-control-allow-headers"].lower()
    sent = agent.post("/v1/track", EVENT, {"Origin": origin})
    assert sent.status == 200 and sent.headers["access-control-allow-origin"] == origin


@pytest.mark.core
def test_files_and_sockets_are_for_their_owner(agent: Agent) -> None:
    agent.batch([EVENT])
    assert stat.S_IMODE(agent.state.stat().st_mode) == 0o700
    names = set()
    for file in agent.state.iterdir():
        names.add(file.name)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert {"events.db", "lock", "ballast"} <= names
    for name in ("ingest.sock", "control.sock"):
        mode = (agent.runtime / name).stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660, name


@pytest.mark.core
def test_a_second_agent_on_a_state_directory_is_refused(agent: Agent) -> None:
    second = Daemon(agent.command, agent.folder / "second.log")
    second.spawn()
    assert second.end(20) not in (0, None)
    assert str(agent.state) in second.said()
    # The first one goes on, and its sockets are still its own.
    with agent.ingest() as ingest:
        assert ingest.tell([b'{"event":"Poked"}']).stored == 1


@pytest.mark.core
def test_a_stale_socket_is_taken_over(agent: Agent) -> None:
    agent.kill()
    path = agent.runtime / "ingest.sock"
    assert path.exists()
    agent.start()
    with agent.ingest() as ingest:
        assert ingest.tell([b'{"event":"Poked"}']).stored == 1
    assert agent.stop() == 0
    with socket.socket(socket.AF_UNIX) as probe:
        assert probe.connect_ex(os.fspath(path)) != 0
