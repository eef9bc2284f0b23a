"""The database deleted, damaged, copied, restored: nothing lost, nothing swallowed, all said."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import shop
from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.waiting import eventually

EVENTS = shop.Kiosk("kiosk-1", seed=5).take(900)


def remove(state: Path) -> None:
    for file in state.glob("events.db*"):
        file.unlink()


def streams(collector: Collector) -> set[str]:
    return {event.stream for event in collector.export()}


@pytest.mark.core
def test_a_deleted_database_begins_a_new_stream_and_doubles_nothing(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(EVENTS[:100])
    agent.flush()
    agent.stop()
    remove(agent.state)
    agent.start()
    # An app that never got its answer sends again; the device has forgotten, the centre has not.
    agent.batch(EVENTS[50:200])
    agent.flush()
    check_delivery(EVENTS[:200], collector.export(), agent.identity_key)
    assert len(streams(collector)) == 2


@pytest.mark.core
def test_a_restored_older_database_loses_and_swallows_nothing(
    agent: Agent, collector: Collector, place: Path
) -> None:
    agent.batch(EVENTS[:100])
    agent.flush()
    agent.stop()
    shutil.copytree(agent.state, place / "backup")
    agent.start()
    agent.batch(EVENTS[100:200])
    agent.flush()
    agent.stop()
    shutil.rmtree(agent.state)
    shutil.copytree(place / "backup", agent.state)
    agent.start()
    # The same epoch and the same numbers as the second run's, for other events.
    agent.batch(EVENTS[200:350])
    agent.flush()
    check_delivery(EVENTS[:350], collector.export(), agent.identity_key)
    assert len(streams(collector)) == 2
    assert "cloned or restored" in agent.command_line("status").out
    assert "cloned or restored" in collector.command_line("report", "funnel").out


@pytest.mark.core
def test_a_restored_queue_is_sent_again_and_known(
    agent: Agent, collector: Collector, place: Path
) -> None:
    collector.stop()
    agent.batch(EVENTS[:100])
    agent.stop()
    shutil.copytree(agent.state, place / "backup")
    agent.start()
    collector.start()
    agent.flush()
    agent.stop()
    shutil.rmtree(agent.state)
    shutil.copytree(place / "backup", agent.state)
    agent.start()
    agent.flush()
    check_delivery(EVENTS[:100], collector.export(), agent.identity_key)
    assert len(streams(collector)) == 1


@pytest.mark.core
def test_a_copied_state_directory_goes_its_own_way(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    first = make_agent(collector.url)
    first.batch(EVENTS[:50])
    first.flush()
    collector.stop()
    first.batch(EVENTS[50:100])
    first.stop()
    second = make_agent(
        collector.url, folder="twin", identity_key=first.identity_key, start=False
    )
    shutil.rmtree(second.state)
    shutil.copytree(first.state, second.state)
    first.start()
    second.start()
    # Both have the queue, the name, the key, the stream and the next epoch in common.
    for start in range(100, 500, 20):
        first.batch(EVENTS[start:start + 10])
        second.batch(EVENTS[start + 10:start + 20])
    collector.start()
    first.flush()
    second.flush()
    check_delivery(EVENTS[:500], collector.export(), first.identity_key)
    shown = [agent.command_line("status").out for agent in (first, second)]
    assert any("cloned or restored" in text for text in shown), shown
    assert "cloned or restored" in collector.command_line("report", "funnel").out


def overwrite(file: Path, start: int, count: int) -> None:
    chance = random.Random(start)
    with file.open("r+b") as database:
        database.seek(start)
        database.write(chance.randbytes(count))


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the header overwritten": lambda file: overwrite(file, 0, 512),
    "every page overwritten": lambda file: overwrite(file, 0, file.stat().st_size),
    "cut to nothing": lambda file: file.write_bytes(b""),
    "cut in the middle": lambda file: file.write_bytes(file.read_bytes()[:5000]),
    "another file": lambda file: file.write_text("not a database\n" * 1000),
    "a directory": lambda file: (file.unlink(), file.mkdir()) and None,
}


@pytest.mark.core
@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_database_is_set_aside_and_said(
    agent: Agent, collector: Collector, name: str
) -> None:
    agent.batch(EVENTS[:100])
    agent.flush()
    agent.stop()
    for file in agent.state.glob("events.db-*"):
        file.unlink()
    DAMAGE[name](agent.state / "events.db")
    agent.start()
    agent.batch(EVENTS[50:200])
    agent.flush()
    check_delivery(EVENTS[:200], collector.export(), agent.identity_key)
    assert len(streams(collector)) == 2
    if name != "cut to nothing":
        # An empty file is what a new database begins as; nothing of ours was in it.
        assert "damaged" in agent.command_line("status").out
        assert (agent.state / "events.db.damaged").exists()


@pytest.mark.core
def test_the_queue_in_a_damaged_database_is_saved_or_its_loss_is_said(
    agent: Agent, collector: Collector
) -> None:
    collector.stop()
    for start in range(0, 900, 50):
        agent.batch(EVENTS[start:start + 50])
    agent.stop()
    overwrite(agent.state / "events.db", 0, 100)
    agent.start()
    agent.batch(EVENTS[:1])
    collector.start()
    agent.flush()
    eventually(lambda: collector.export(), "something arrives")
    sent = {event["messageId"] for event in EVENTS}
    held = [event.message for event in collector.export()]
    assert len(held) == len(set(held)) and set(held) <= sent
    # The log may still hold every page that was overwritten: then nothing is lost or to be said.
    if set(held) != {event["messageId"] for event in EVENTS[:900]}:
        assert "damaged" in agent.command_line("status").out


@pytest.mark.core
def test_a_missing_state_directory_is_made(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    agent = make_agent(collector.url, start=False)
    agent.state.rmdir()
    agent.start()
    assert agent.state.stat().st_mode & 0o777 == 0o700


@pytest.mark.core
def test_a_wal_without_its_database_and_foreign_files_do_no_harm(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(EVENTS[:20])
    agent.flush()
    agent.kill()
    (agent.state / "events.db").unlink()
    (agent.state / "notes.txt").write_text("not ours\n")
    agent.start()
    agent.batch(EVENTS[20:60])
    agent.flush()
    check_delivery(EVENTS[:60], collector.export(), agent.identity_key)
    assert (agent.state / "notes.txt").exists()
