"""When events were, as far as it can be known: an agent in 1970, and a collector that solves it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from pathlib import Path

from harness.agent import Agent
from harness.block import line
from harness.clock import in_1970
from harness.collector import Collector, Exported
from harness.uploader import Device

Span = tuple[float, float]


def captured(agent: Agent, *names: str, **more: object) -> Span:
    """Hands events over; answers between what moments that was, in milliseconds."""
    before = time.time() * 1000
    agent.batch([{"type": "track", "event": name, **more} for name in names])
    return before, time.time() * 1000


def by_name(collector: Collector) -> dict[str, Exported]:
    return {event.event["event"]: event for event in collector.export()}


def check(event: Exported, span: Span, width: float) -> None:
    """The bounds hold a moment of the span, and are no wider than that."""
    solved = event.time
    # The clocks are read to whole milliseconds.
    assert solved["lower"] <= span[1] + 1 and solved["upper"] >= span[0] - 1, (solved, span)
    assert solved["upper"] - solved["lower"] <= width, solved
    assert solved["lower"] <= solved["ms"] <= solved["upper"], solved


def test_an_agent_in_1970_has_the_times_of_its_events_solved(
    make_agent: Callable[..., Agent], make_collector: Callable[..., Collector], place: Path
) -> None:
    collector = make_collector()
    agent = make_agent(collector.url, start=False)
    agent.command = in_1970(place) + agent.command
    agent.start()
    asked = time.time() * 1000
    first = captured(agent, "First", "Second")
    agent.flush()
    # Nothing is known of its clock but that the event has come.
    held = by_name(collector)["First"]
    assert held.time["quality"] == "bounded" and held.time["upper"] >= first[0] - 1
    assert held.time["upper"] <= time.time() * 1000 + 1
    # Its producer reads the same clock: a second after the boot, in 1970.
    third = captured(agent, "Third", timestamp="1970-01-01T00:00:01Z")
    agent.flush()
    answered = time.time() * 1000
    events = by_name(collector)
    for name in ("First", "Second"):
        assert events[name].time["quality"] == "anchored"
        check(events[name], first, answered - asked)
    booted = (time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)) * 1000
    assert events["Third"].time["quality"] == "anchored"
    check(events["Third"], (booted + 1000, booted + 1000), answered - asked)
    assert third[0] > events["Third"].time["upper"]
    times = collector.funnel()["completeness"]["times"]
    assert times == {
        "synchronised": 0, "anchored": 3, "bounded": 0, "stated": 0, "unknown": 0,
    }


def test_what_was_learned_outlives_the_process_that_learned_it(
    make_agent: Callable[..., Agent], make_collector: Callable[..., Collector], place: Path
) -> None:
    collector = make_collector()
    agent = make_agent(collector.url, start=False)
    agent.command = in_1970(place) + agent.command
    agent.start()
    first = captured(agent, "First")
    agent.flush()
    collector.kill()
    second = captured(agent, "Second")
    agent.kill()
    collector.start()
    agent.start()
    agent.flush()
    events = by_name(collector)
    for name, span in (("First", first), ("Second", second)):
        assert events[name].time["quality"] == "anchored", events[name].time
        check(events[name], span, 60_000)


def test_a_boot_that_nobody_reached_lies_between_its_neighbours(collector: Collector) -> None:
    device = Device(collector.port)
    boots = [secrets.token_hex(16) for _ in range(3)]
    day = 86_400_000
    start = 1_772_000_000_000

    def alone(epoch: int, name: str) -> bytes:
        event = line(0, f'{{"event":"{name}"}}', mono=5000, wall=5000, quality="implausible")
        return device.block([0], epoch, boot=boots[epoch - 1], lines=[event])
    for epoch, boot in ((1, boots[0]), (3, boots[2])):
        # A clock that is a day further at each boot, known to 10 ms one minute after it.
        offset = start + (epoch - 1) * day
        fields = {"Footfall-Clock": f"{boot} answer 60000 {offset} {offset + 10}"}
        assert device.upload(alone(epoch, "Known"), fields).status == 200
    device.deliver(alone(2, "Lonely"))
    solved = by_name(collector)["Lonely"].time
    assert solved["quality"] == "bounded"
    # Behind the last moment that is known of the boot before, and 5 s of its own.
    assert solved["lower"] == start + 60_000 + 5000 - 1
    # Before the boot after it began: 10 ms, and what clocks part in a minute.
    assert solved["upper"] == start + 2 * day + 10 + 6
    said = collector.command_line("report", "funnel").out
    assert "1 events have times that are bounds only" in said


def test_a_header_that_cannot_be_read_refuses_nothing(collector: Collector) -> None:
    device = Device(collector.port)
    for number, text in enumerate(("", "x", "a" * 8000, f"{device.boot} answer 1 3 2")):
        answer = device.upload(device.block([number]), {"Footfall-Clock": text})
        assert answer.status == 200, text
    assert len(collector.export()) == 4
    assert collector.funnel()["completeness"]["clock_unreadable"] == 4
