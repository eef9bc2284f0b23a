"""Files whose file system does not answer, sent to the doors: collected where root runs the suite.

Whoever closes such a file waits for as long as its owner likes, and no signal ends that.
"""

from __future__ import annotations

import contextlib
import grp
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.sharing import SharingProducer
from harness.snares import DeafFile, send
from harness.waiting import eventually
from test_hostile_guests import and_leaves, check_served, connect

NOBODY = 65534


@pytest.fixture
def deaf(place: Path) -> Iterator[DeafFile]:
    """A file that whoever closes it waits for."""
    made = DeafFile(place / "deaf")
    yield made
    made.close()


@pytest.fixture
def shared_agent(
    place: Path, make_agent: Callable[..., Agent], collector: Collector
) -> Agent:
    """An agent that other users may hand events to."""
    place.chmod(0o755)
    group = grp.getgrgid(NOBODY).gr_name
    return make_agent(collector.url, changes={"agent": {"socket_group": group}})


def test_a_file_that_nobody_can_close_holds_up_its_owner_alone(
    shared_agent: Agent, collector: Collector, place: Path, deaf: DeafFile
) -> None:
    deaf.process = shared_agent.pid
    before = SharingProducer(shared_agent, place, records=50, pause=1000).start()
    eventually(lambda: shared_agent.status()["producers"], "a producer is attached")
    with connect(shared_agent, "ring") as guest:
        send(guest, b"FFRING1\0", [deaf.descriptor])
        assert guest.recv(100) == b"refused: the descriptor is no memory\n"
        eventually(lambda: deaf.is_flushing, "the agent is closing it")
        check_served(shared_agent)
        # The same user's next one waits; it is hung up in the end.
        with connect(shared_agent, "ring") as second:
            send(second, b"FFRING1\0", [deaf.descriptor])
            assert second.recv(100) == b"refused: no region came within 5 s\n"
        check_served(shared_agent)
    before.finish()
    assert hand_over_as_nobody(shared_agent) == 0
    shared_agent.flush()
    assert len(collector.export()) > 50


def hand_over_as_nobody(agent: Agent) -> int:
    """Another user's region; 0 once it is attached."""
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        from test_sharing import hand_over, region
        os._exit(0 if hand_over(agent, region()) == "attached\n" else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_files_that_nobody_can_close_are_not_received_by_other_doors(
    lone_agent: Agent, deaf: DeafFile
) -> None:
    deaf.process = lone_agent.pid
    for door in ("ingest", "control"):
        with connect(lone_agent, door) as guest:
            send(guest, b"FFRING1\0", [deaf.descriptor] * 253)
            with contextlib.suppress(ConnectionResetError):
                assert guest.recv(100) == b""
        with connect(lone_agent, door) as guest:
            and_leaves(guest, deaf.descriptor)
    with connect(lone_agent, "ring") as guest:
        send(guest, b"FFRING1\0", [deaf.descriptor] * 253)
        eventually(lambda: deaf.is_flushing, "the agent is closing one")
    check_served(lone_agent)
    assert deaf.asked.count(DeafFile.FLUSH) == 1


def test_the_next_agent_starts_though_the_last_one_cannot_close_a_file(
    lone_agent: Agent, deaf: DeafFile, place: Path
) -> None:
    deaf.process = lone_agent.pid
    with connect(lone_agent, "ring") as guest:
        send(guest, b"FFRING1\0", [deaf.descriptor])
        eventually(lambda: deaf.is_flushing, "the agent is closing it")
        last = lone_agent.process
        assert last is not None
        last.terminate()
        eventually(lambda: "stopped" in lone_agent.said(), "the agent has ended but for that")
        lone_agent.process = None
        lone_agent.start()
        check_served(lone_agent)
    deaf.close()
    assert last.wait(20) == 0
