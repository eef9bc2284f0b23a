"""When events were, as far as it can be known: an agent in 1970, and a collector that solves it."""

from __future__ import annotations

import ctypes
import errno
import secrets
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.block import line
from harness.clock import SYNCHRONISED, UNSET, WANDERING, Clock
from harness.collector import Collector, Exported
from harness.exposition import scrape
from harness.processes import free_port
from harness.serving import Serve, serving
from harness.uploader import Device
from harness.waiting import eventually

serve = pytest.fixture(serving)

Span = tuple[float, float]


@pytest.fixture
def collector(serve: Serve) -> Collector:
    """A collector that tells its time, whatever this machine's kernel knows of it."""
    return serve("--trust-clock")


@pytest.fixture
def kiosk(make_agent: Callable[..., Agent], collector: Collector, clock: Clock) -> Agent:
    """An agent in 1970 that delivers to the running collector."""
    return clock.start(make_agent(collector.url, start=False))


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
    kiosk: Agent, collector: Collector
) -> None:
    asked = time.time() * 1000
    first = captured(kiosk, "First", "Second")
    kiosk.flush()
    # Nothing is known of its clock but that the event has come.
    held = by_name(collector)["First"]
    assert held.time["quality"] == "bounded" and held.time["upper"] >= first[0] - 1
    assert held.time["upper"] <= time.time() * 1000 + 1
    # Its producer reads the same clock: a second after the boot, in 1970.
    third = captured(kiosk, "Third", timestamp="1970-01-01T00:00:01Z")
    kiosk.flush()
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
    kiosk: Agent, collector: Collector
) -> None:
    first = captured(kiosk, "First")
    kiosk.flush()
    collector.kill()
    second = captured(kiosk, "Second")
    kiosk.kill()
    collector.start()
    kiosk.start()
    kiosk.flush()
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
    minute = 60_000
    # Behind the last moment that is known of the boot before, and 5 s of its own.
    assert solved["lower"] == (start + minute) // minute * minute + 5000 - 1
    # Before the boot after it began: 10 ms, and what clocks part in a minute.
    assert solved["upper"] == (start + 2 * day + 10 + 6 + minute - 1) // minute * minute
    said = collector.command_line("report", "funnel").out
    assert "1 events have times that are bounds only" in said


def test_a_header_that_cannot_be_read_refuses_nothing(collector: Collector) -> None:
    device = Device(collector.port)
    for number, text in enumerate(("", "x", "a" * 8000, f"{device.boot} answer 1 3 2")):
        answer = device.upload(device.block([number]), {"Footfall-Clock": text})
        assert answer.status == 200, text
    assert len(collector.export()) == 4
    assert collector.funnel()["completeness"]["clock_unreadable"] == 4


def told(device: Device, number: int) -> int | None:
    """The time in a receipt."""
    time_told: int | None = device.deliver(device.block([number])).get("time")
    return time_told


def test_a_collector_that_does_not_know_the_time_tells_none(
    place: Path, clock: Clock
) -> None:
    port = free_port()
    collector = Collector(place / "centre")
    collector.command += ["--metrics", f"127.0.0.1:{port}"]
    try:
        clock.show(WANDERING)
        clock.start(collector)
        assert "add --trust-clock" in collector.said()
        device = Device(collector.port)
        assert told(device, 0) is None
        assert scrape(port)["footfall_clock_synchronised"] == 0
        clock.show(SYNCHRONISED)
        before = time.time() * 1000
        shown = told(device, 1)
        assert shown is not None and before - 1 <= shown <= time.time() * 1000
        assert scrape(port)["footfall_clock_synchronised"] == 1
        clock.show(UNSET)
        assert told(device, 2) is None
        assert scrape(port)["footfall_clock_synchronised"] == 0
    finally:
        collector.kill()


def test_its_agents_know_the_time_to_two_seconds(
    make_agent: Callable[..., Agent], place: Path, clock: Clock
) -> None:
    centre = Clock(place / "centre-clock")
    centre.show(WANDERING)
    collector = Collector(place / "centre")
    try:
        centre.start(collector)
        agent = clock.start(make_agent(collector.url, start=False))
        asked = time.time() * 1000
        first = captured(agent, "First")
        agent.flush()
        captured(agent, "Second")
        agent.flush()
        event = by_name(collector)["First"]
        assert event.time["quality"] == "anchored"
        # A server may make its date once a second.
        assert event.time["upper"] - event.time["lower"] >= 2000
        check(event, first, time.time() * 1000 - asked + 2001)
    finally:
        collector.kill()


SECOND_LAYOUT = """
    DROP INDEX event_sealed;
    ALTER TABLE event DROP COLUMN visit; ALTER TABLE event DROP COLUMN actor;
    ALTER TABLE event DROP COLUMN sealed; ALTER TABLE event DROP COLUMN sealed_origin;
    ALTER TABLE event DROP COLUMN is_opened;
    UPDATE event SET time = coalesce(producer_time, wall);
    DROP TABLE clock; DROP INDEX epoch_boot; DROP INDEX event_unsynchronised;
    DROP TABLE unsolved; DROP INDEX event_untimed;
    ALTER TABLE stream DROP COLUMN is_shared; ALTER TABLE event DROP COLUMN boot;
    ALTER TABLE epoch DROP COLUMN earliest; ALTER TABLE epoch DROP COLUMN latest;
    ALTER TABLE event DROP COLUMN producer_time; ALTER TABLE event DROP COLUMN arrival;
    ALTER TABLE event DROP COLUMN time_lower; ALTER TABLE event DROP COLUMN time_upper;
    ALTER TABLE event DROP COLUMN time_quality;
    PRAGMA user_version = 2;
"""


def test_an_earlier_archive_is_solved_beside_the_blocks_and_across_kills(
    collector: Collector
) -> None:
    device = Device(collector.port)
    boot, offset, count = device.boot, 1_772_000_000_000, 6000
    for start in range(0, count, 1000):
        numbers = list(range(start, start + 1000))
        device.deliver(device.block(numbers, lines=[
            line(n, '{"event":"Old"}', mono=n, wall=n, quality="implausible") for n in numbers]))
    known = line(count, '{"event":"Known"}', mono=9000, wall=offset + 9000)
    device.deliver(device.block([count], lines=[known]))
    collector.stop()
    archive = sqlite3.connect(collector.data / "collector.db")
    archive.executescript(SECOND_LAYOUT)
    archive.close()

    def waiting() -> int:
        return collector.funnel()["completeness"]["times_waiting"]
    # Nobody solves anything yet.
    assert waiting() == 0
    assert collector.funnel()["completeness"]["times"]["unknown"] == count + 1
    for _ in range(3):
        collector.start()
        device.deliver(device.block([0], epoch=1, boot=boot, lines=[
            line(0, '{"event":"Old"}', mono=0, wall=0, quality="implausible")]))
        collector.kill()
    collector.start()
    eventually(lambda: waiting() == 0, "all times are solved")
    for event in collector.export():
        if event.event["event"] == "Old":
            truth = offset + event.sequence
            assert event.time["quality"] == "anchored", event
            check(event, (truth, truth), 2002)


def test_reports_say_that_times_are_still_being_solved(collector: Collector) -> None:
    device = Device(collector.port)
    numbers = list(range(1200))
    device.deliver(device.block(numbers, lines=[
        line(n, '{"event":"Early"}', mono=n, wall=n, quality="implausible") for n in numbers]))
    collector.stop()
    archive = sqlite3.connect(collector.data / "collector.db")
    archive.execute("INSERT INTO unsolved SELECT stream, epoch, 99, id, 2000 FROM event"
                    " WHERE mono = 99")
    archive.commit()
    sentence = "1100 times are still being solved; run again"
    said = collector.command_line("report", "funnel")
    assert f"WARNING        {sentence}\n" in said.out, said.out
    assert collector.funnel()["completeness"]["times_waiting"] == 1100
    said = collector.command_line("export")
    assert said.err == f"{sentence}\n" and said.out.count("\n") == 1200
    archive.execute("DELETE FROM unsolved")
    archive.commit()
    assert "WARNING" not in collector.command_line("report", "funnel").out
    assert collector.command_line("export").err == ""


def test_the_clock_of_a_test_leaves_a_failure_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(tmp_path / "machine")
    library = ctypes.CDLL(str(tmp_path / "machine/clock.so"), use_errno=True)
    clock.set()
    monkeypatch.setenv("CLOCK_STATE", str(clock.file))
    ctypes.set_errno(errno.EAGAIN)
    library.clock_gettime(time.CLOCK_REALTIME, ctypes.create_string_buffer(16))
    assert ctypes.get_errno() == errno.EAGAIN
