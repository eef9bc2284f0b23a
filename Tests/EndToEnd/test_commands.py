"""The operator's verbs: what they say, to people and to programs, and what they end with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

import shop
from harness.agent import Agent
from harness.audit import sums
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.processes import device_command

EVENTS = shop.Kiosk("kiosk-1", seed=8).take(30)


def run(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [*device_command(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, **more)


@pytest.mark.core
@pytest.mark.parametrize("arguments", [
    ("dance",), ("status", "--loud"), ("queue",), ("queue", "jump"), ("flush", "--wait"),
    ("flush", "--wait", "soon"), ("send",), ("status", "now"), ("--json",),
])
def test_what_cannot_be_understood_is_usage(arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert said.returncode == 2 and said.stderr and not said.stdout, said


@pytest.mark.core
def test_help_and_version_need_no_configuration() -> None:
    asked = run("--help")
    assert asked.returncode == 0
    for verb in ("agent", "status", "send", "flush", "queue audit", "version"):
        assert verb in asked.stdout + asked.stderr
    said = run("version")
    assert said.returncode == 0 and said.stdout.startswith("footfall ")
    assert json.loads(run("version", "--json").stdout)["version"] in said.stdout


@pytest.mark.core
@pytest.mark.parametrize("verb", [
    ("status",), ("flush", "--wait", "1s"), ("queue", "audit"), ("send", "Poked"),
    # As long as 64 bits can say, to which the client adds its own patience.
    ("flush", "--wait", "9223372036854775807ms"),
])
def test_without_an_agent_every_verb_ends_with_3(
    make_agent: Callable[..., Agent], verb: tuple[str, ...]
) -> None:
    agent = make_agent("http://127.0.0.1:9", start=False)
    for arguments in (verb, (*verb, "--json")):
        said = agent.command_line(*arguments)
        assert said.code == 3 and said.err, said


@pytest.mark.core
def test_the_configuration_may_come_from_the_environment(agent: Agent) -> None:
    said = run("status", env={"FOOTFALL_CONFIG": str(agent.config)})
    assert said.returncode in (0, 1), said
    assert run("status", env={"FOOTFALL_CONFIG": "/nowhere"}).returncode == 78
    assert run("agent", "--config", "/nowhere").returncode == 78


@pytest.mark.core
def test_status_is_0_when_all_is_well_and_1_when_it_is_not(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(EVENTS)
    agent.flush()
    well = agent.command_line("status")
    assert well.code == 0 and "kiosk-1" in well.out, well
    assert max(map(len, well.out.splitlines())) <= 80 and well.out.isascii()
    collector.stop()
    agent.batch([{"event": "Poked"}])
    agent.command_line("flush", "--wait", "300ms")
    ill = agent.command_line("status")
    assert ill.code == 1, ill
    status = agent.status()
    assert status["schema"] == "status/1" and status["device"] == "kiosk-1"


@pytest.mark.core
def test_status_says_that_the_way_is_not_private(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    changes = {"collector": {"insecure": "yes"}}
    agent = make_agent(collector.url, changes=changes)
    assert "insecure" in agent.command_line("status").out


@pytest.mark.core
def test_send_hands_over_one_event(agent: Agent, collector: Collector) -> None:
    said = agent.command_line("send", "Door Opened", "side=left", "count:=3", "note=a=b ü")
    assert said.code == 0, said
    agent.flush()
    expected = '{"type":"track","event":"Door Opened","properties":' \
        '{"side":"left","count":3,"note":"a=b ü"}}'
    check_delivery([expected], collector.export(), agent.identity_key)


@pytest.mark.core
def test_send_takes_lines_from_standard_input(agent: Agent, collector: Collector) -> None:
    lines = "".join(json.dumps(event) + "\n" for event in EVENTS)
    said = agent.command_line("send", "--stdin", "--json", stdin=lines)
    assert said.code == 0 and said.json["stored"] == len(EVENTS), said
    again = agent.command_line("send", "--stdin", "--json", stdin=lines)
    assert again.json["duplicate"] == len(EVENTS), again
    bad = agent.command_line("send", "--stdin", "--json", stdin='{"event":"Poked"}\n{"event":\n')
    assert (bad.code, bad.json["stored"], bad.json["refused"]) == (1, 1, 1), bad
    assert "not_json" in bad.out + bad.err
    agent.flush()
    check_delivery([*EVENTS, '{"event":"Poked"}'], collector.export(), agent.identity_key)


@pytest.mark.core
def test_flush_says_0_75_and_1(agent: Agent, collector: Collector) -> None:
    agent.batch(EVENTS)
    done = agent.command_line("flush", "--wait", "20s", "--json")
    assert (done.code, done.json["waiting"]) == (0, 0), done
    collector.stop()
    agent.batch([{"event": "Poked", "messageId": f"late-{n}"} for n in range(7)])
    late = agent.command_line("flush", "--wait", "300ms")
    assert late.code == 75 and "7" in late.out + late.err, late
    collector.start()
    assert agent.command_line("flush", "--wait", "20s").code == 0


@pytest.mark.core
def test_flush_does_not_wait_for_what_comes_after_it(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(EVENTS)
    # Nothing waits, so the answer does not take the half minute that it may.
    agent.flush("30s")
    said = agent.command_line("flush", "--wait", "0s")
    assert said.code == 0, said


@pytest.mark.core
def test_queue_audit_adds_up_in_every_state(agent: Agent, collector: Collector) -> None:
    collector.stop()
    agent.batch(EVENTS)
    agent.batch([*EVENTS[:10], {"type": "gossip"}])
    agent.post("/v1/batch", b"{")
    numbers = sums(agent.audit())
    assert numbers["deduplicated"] == 10 and numbers["quarantined"] == 1
    assert (numbers["queued"], numbers["delivered"]) == (len(EVENTS), 0)
    assert numbers["accepted"] == len(EVENTS) + 1
    collector.start()
    agent.flush()
    agent.restart()
    numbers = sums(agent.audit())
    assert (numbers["queued"], numbers["delivered"]) == (0, len(EVENTS))
    text = agent.command_line("queue", "audit")
    assert text.code == 0, text
    for word in ("offered", "accepted", "delivered", "queued", "quarantined", "critical"):
        assert word in text.out, text.out


@pytest.mark.core
def test_sigterm_commits_and_leaves(agent: Agent, collector: Collector) -> None:
    collector.stop()
    agent.batch(EVENTS)
    assert agent.stop(seconds=5) == 0, agent.said()


@pytest.mark.core
def test_the_log_has_no_byte_of_a_producer(agent: Agent, collector: Collector) -> None:
    agent.batch([{"type": "track", "event": "Telltale Name", "properties": {"x": "telltale"}}])
    agent.post("/v1/batch", b'{"batch":[{"telltale":')
    with agent.ingest() as ingest:
        ingest.tell([b'{"telltale"'])
    agent.flush()
    agent.stop()
    assert "elltale" not in agent.log.read_text()
