"""A device that sends too fast is asked to wait, and delivers everything all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness import wire
from harness.agent import Agent
from harness.processes import Daemon, collector_command
from harness.serving import Serve, serving
from harness.uploader import Device
from harness.waiting import eventually

pytestmark = pytest.mark.centre

serve = pytest.fixture(serving)


def test_an_agent_waits_and_says_why(serve: Serve, make_agent: Callable[..., Agent]) -> None:
    collector = serve("--rate-limit", "0.2")
    agent = make_agent(collector.url)
    count = 0

    def is_limited() -> bool:
        nonlocal count
        if agent.status()["queued"] == 0:
            agent.batch([{"type": "track", "event": "E", "messageId": f"m{count}"}])
            count += 1
        return agent.status()["collector"]["state"] == "rate-limited"
    eventually(is_limited, "the agent is asked to wait")
    assert count > 2, "a burst is taken"
    assert "rate-limited" in agent.command_line("status").out
    agent.batch([{"type": "track", "event": "E", "messageId": f"late{n}"} for n in range(50)])
    eventually(lambda: agent.status()["queued"] == 0, "everything is delivered", seconds=60)
    assert agent.status()["collector"]["state"] == "delivered"
    messages = [line.message for line in collector.export()]
    assert sorted(messages) == sorted(
        [f"m{n}" for n in range(count)] + [f"late{n}" for n in range(50)])


def test_what_is_refused_is_unsigned_and_leaves_the_connection_in_order(serve: Serve) -> None:
    collector = serve("--rate-limit", "0.001", keys={"kiosk-9": "secret-9", "kiosk-8": "secret-8"})
    device, other = Device(collector.port), Device(collector.port, "kiosk-8", "secret-8")
    # Who is not let in takes nothing of the device's.
    assert Device(collector.port, key="wrong").upload(device.block([0])).status == 401
    assert Device(collector.port, key="secret-8").upload(device.block([0])).status == 403
    device.deliver(device.block([0]))
    answer = device.upload(device.block([1]))
    assert answer.status == 429 and answer.json["reason"] == "too_many_blocks", answer
    assert 990 <= int(answer.headers["retry-after"]) <= 1000
    assert "footfall-signature" not in answer.headers
    other.deliver(other.block([0]))
    fields = {
        "Authorization": f"Bearer {device.key}", "Footfall-Device": device.name,
        "Footfall-Nonce": "0" * 32, "Content-Type": "application/vnd.footfall.block",
        "Content-Length": str(4 << 20),
    }
    with wire.Connection(collector.port) as connection:
        connection.send(wire.head("POST", "/v1/blocks", fields) + bytes(4 << 20))
        assert connection.answer().status == 429
        connection.send(wire.head("GET", "/health"))
        assert connection.answer().status == 200
    assert [line.device for line in collector.export()] == ["kiosk-8", "kiosk-9"]


def test_no_limit_can_be_asked_for(serve: Serve) -> None:
    device = Device(serve("--rate-limit", "0").port)
    for number in range(20):
        device.deliver(device.block([number]))


@pytest.mark.parametrize("rate", ["-1", "0.0001", "1e7", "nan", "many"])
def test_a_limit_that_is_none_is_usage(place: Path, rate: str) -> None:
    daemon = Daemon(
        [*collector_command(), "serve", "--listen", "127.0.0.1:0", "--data", str(place / "data"),
         f"--rate-limit={rate}"], place / "serve.log")
    daemon.spawn()
    assert daemon.end(20) == 2
    assert "rate-limit" in daemon.said()
