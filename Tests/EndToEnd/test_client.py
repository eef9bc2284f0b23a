"""The client library from C: what a program hands over is at the collector, and no misuse harms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import programs
from harness.agent import Agent
from harness.audit import quarantined
from harness.collector import Collector
from harness.waiting import eventually

pytestmark = pytest.mark.core
both = pytest.mark.parametrize("link", programs.LINKS)


def said(collector: Collector, name: str) -> list[dict[str, object]]:
    """The properties of all events of one name that the collector holds, as they came."""
    return [each.event.get("properties", {}) for each in collector.export()
            if each.event.get("event") == name]


@both
def test_every_misuse_is_a_status(link: str) -> None:
    assert programs.run("misuse", link) == ""


@both
def test_what_is_handed_over_arrives_once_and_in_order(
    agent: Agent, collector: Collector, link: str
) -> None:
    programs.run("say", link, agent.runtime, "Hello \"you\"\n\x01", 500)
    agent.flush()
    assert said(collector, "Hello \"you\"\n\x01") == [{"number": i} for i in range(500)]


def test_a_name_arrives_as_it_is_wherever_something_is_to_be_escaped(
    agent: Agent, collector: Collector
) -> None:
    programs.run("names", "shared", agent.runtime, 20)
    agent.flush()
    names = ["a" * place + kind + "a" * (length - place - 1)
             for length in range(1, 21) for place in range(length)
             for kind in "\x01\x1f !\"#[\\]\x7f"]
    assert [each.event["event"] for each in collector.export()] == names


def test_the_environment_names_the_folder_where_the_program_does_not(
    agent: Agent, collector: Collector
) -> None:
    named = {"FOOTFALL_RUNTIME_DIRECTORY": str(agent.runtime)}
    programs.run("say", "shared", "", "By Environment", 3, environment=named)
    wrong = {"FOOTFALL_RUNTIME_DIRECTORY": "/nonexistent"}
    programs.run("say", "shared", agent.runtime, "By Program", 3, environment=wrong)
    agent.flush()
    assert len(said(collector, "By Environment")) == len(said(collector, "By Program")) == 3


@both
def test_an_event_that_was_built_has_what_was_put_into_it(
    agent: Agent, collector: Collector, link: str
) -> None:
    programs.run("say", link, agent.runtime, "Built", 3, "-")
    agent.flush()
    assert said(collector, "Built") == [{
        "number": i, "least": -2**63, "price": 0.1 + i, "new": bool(i % 2),
        "text": "\"\\\x01 ü\n", "tags": [1, None],
    } for i in range(3)]


@pytest.mark.parametrize(("text", "reason"), [
    ('{"sku":', "not_json"), ('{"sku":"\udcff"}', "not_json"), ("nothing", "not_json"),
])
def test_bad_text_is_quarantined_by_the_agent_and_harms_no_other(
    agent: Agent, collector: Collector, text: str, reason: str
) -> None:
    programs.run("say", "shared", agent.runtime, "Bad", 3, text)
    programs.run("say", "shared", agent.runtime, "Good", 3)
    agent.flush()
    assert len(said(collector, "Good")) == 3 and not said(collector, "Bad")
    assert quarantined(agent.status()) == {reason: 3}


@both
def test_a_handler_that_interrupts_a_call_closes_nothing(place: Path, link: str) -> None:
    programs.run("interrupted", link, place)


@both
def test_a_flush_finds_the_agent_for_a_client_without_a_thread(
    agent: Agent, collector: Collector, link: str
) -> None:
    programs.run("alone", link, agent.runtime, 50)
    agent.flush()
    assert said(collector, "Alone") == [{"number": i} for i in range(50)]


@both
def test_an_hour_without_an_agent_costs_few_looks(link: str) -> None:
    assert 100 < int(programs.run("absent", link)) < 800


def test_a_program_may_be_there_before_its_agent(
    make_agent: Callable[..., Agent], collector: Collector, place: Path
) -> None:
    agent = make_agent(collector.url, start=False)
    early = programs.start("say", "shared", place / "say.log", agent.runtime, "Early", 200)
    eventually(lambda: early.is_running, "it runs")
    agent.start()
    assert early.end(60) == 0, early.said()
    agent.flush()
    assert said(collector, "Early") == [{"number": i} for i in range(200)]


@both
def test_threads_without_number_lose_nothing(
    agent: Agent, collector: Collector, link: str
) -> None:
    handed = int(programs.run("threads", link, agent.runtime, 64, 60, 8))
    assert handed == 2 * 64 * 60
    agent.flush()
    held = Counter((each["thread"], each["number"]) for each in said(collector, "Thread"))
    assert held == Counter({(t, n): 1 for t in range(128) for n in range(60)})


def test_a_thread_with_a_tiny_stack_is_enough(agent: Agent, collector: Collector) -> None:
    programs.run("threads", "shared", agent.runtime, 4, 100, 4, "least")
    agent.flush()
    assert len(said(collector, "Thread")) == 800


@both
def test_a_forked_child_has_no_client_and_may_open_one(
    agent: Agent, collector: Collector, link: str
) -> None:
    programs.run("fork", link, agent.runtime)
    agent.flush()
    assert sorted(each["child"] for each in said(collector, "Child")) == list(range(10))
    parents = [(each["thread"], each["number"]) for each in said(collector, "Parent")
               if each["thread"] != 9]
    for thread in range(3):
        numbers = sorted(number for owner, number in parents if owner == thread)
        assert numbers and numbers == list(range(len(numbers)))


@both
def test_clients_are_closed_while_other_threads_use_them(agent: Agent, link: str) -> None:
    programs.run("closing", link, agent.runtime)
    eventually(lambda: not agent.status()["producers"], "all regions are let go of")


@both
@pytest.mark.parametrize("way", ["exit", "return", "exec"])
def test_a_program_may_end_in_the_middle(agent: Agent, link: str, way: str) -> None:
    programs.run("leaving", link, agent.runtime, way)
    eventually(lambda: not agent.status()["producers"], "the region is let go of")


def test_a_library_that_is_let_go_of_harms_nobody(agent: Agent, collector: Collector) -> None:
    library = programs.library_folder() / "lib" / "libfootfall.so.1"
    programs.run("loading", "static", agent.runtime, library)
    agent.flush()
    assert len(said(collector, "Loaded")) == 3


def test_two_libraries_in_one_process_do_not_disturb_each_other(
    agent: Agent, collector: Collector
) -> None:
    library = programs.library_folder() / "lib" / "libfootfall.so.1"
    programs.run("both", "static", agent.runtime, library)
    agent.flush()
    assert len(said(collector, "First")) == 100 and len(said(collector, "Second")) == 101


@both
def test_an_agent_that_rests_while_it_answers_is_woken(place: Path, link: str) -> None:
    programs.run("waking", link, place)


def test_an_agent_may_be_replaced_under_a_program(
    agent: Agent, collector: Collector, place: Path
) -> None:
    talker = programs.start("say", "shared", place / "say.log", agent.runtime, "Long", 200_000)
    for _ in range(3):
        eventually(lambda: agent.status()["counters"].get("offered", 0) > 1000, "it is heard")
        agent.restart()
    agent.kill()
    agent.start()
    assert talker.end(100) == 0, talker.said()
    agent.flush("60s")
    numbers = Counter(each["number"] for each in said(collector, "Long"))
    assert numbers == Counter(range(200_000))


def test_what_says_who_somebody_is_does_not_stay_in_memory(
    agent: Agent, collector: Collector, place: Path
) -> None:
    talker = programs.start("whisper", "shared", place / "whisper.log", agent.runtime)
    assert talker.end(60) == 0, talker.said()
    agent.flush()
    kinds = Counter(each.event["type"] for each in collector.export())
    assert kinds["identify"] == 1
    assert "someone@example.org" not in json.dumps([each.text for each in collector.export()])
