"""Who may ask what of an agent: collected where the suite runs as root, and can be somebody else.

Reading verbs are for the socket's group; verbs that change something are for root and the agent's
own user.
"""

from __future__ import annotations

import grp
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.processes import device_command

pytestmark = pytest.mark.core

NOBODY = 65534


def as_nobody(agent: Agent, group: int, *verb: str) -> subprocess.CompletedProcess[str]:
    """Runs a verb as a user who is neither root nor the agent's."""
    # The executable may lie where nobody else may look.
    *runner, executable = device_command()
    copy = Path(shutil.copy(executable, agent.folder / "footfall"))
    copy.chmod(0o755)
    agent.config.chmod(0o644)
    return subprocess.run(
        ["setpriv", "--reuid", str(NOBODY), "--regid", str(group), "--clear-groups",
         *runner, str(copy), *verb, "--config", str(agent.config)],
        capture_output=True, text=True, timeout=60,
    )


@pytest.fixture
def open_place(place: Path) -> Path:
    """A folder that others may enter; what is in it guards itself."""
    place.chmod(0o755)
    return place


VERBS = {
    "status": ("status",), "audit": ("queue", "audit"), "flush": ("flush", "--wait", "1s"),
    "send": ("send", "Poked"),
}


@pytest.mark.parametrize("name", VERBS)
def test_strangers_are_turned_away(open_place: Path, agent: Agent, name: str) -> None:
    said = as_nobody(agent, NOBODY, *VERBS[name])
    assert said.returncode == 77 and said.stderr, said


@pytest.mark.parametrize(("name", "code"), [
    ("status", 0), ("audit", 0), ("flush", 77), ("send", 77),
])
def test_the_group_may_read(
    open_place: Path, make_agent: Callable[..., Agent], collector: Collector, name: str, code: int
) -> None:
    group = grp.getgrgid(NOBODY).gr_name
    agent = make_agent(collector.url, changes={"agent": {"socket_group": group}})
    said = as_nobody(agent, NOBODY, *VERBS[name])
    assert said.returncode == code, said
    assert agent.audit()["lanes"]["normal"]["offered"] == 0


@pytest.mark.parametrize(("is_member", "gets_in"), [(True, True), (False, False)])
def test_the_group_may_hand_events_over(
    open_place: Path, make_agent: Callable[..., Agent], collector: Collector, is_member: bool,
    gets_in: bool,
) -> None:
    group = grp.getgrgid(NOBODY if is_member else 1).gr_name
    agent = make_agent(collector.url, changes={"agent": {"socket_group": group}})
    child = os.fork()
    if child == 0:
        os._exit(hand_over(agent))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (0 if gets_in else 13)
    assert agent.audit()["lanes"]["normal"]["accepted"] == gets_in


def hand_over(agent: Agent) -> int:
    """Becomes nobody and hands one event over; 0, or the error's number."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    try:
        with agent.ingest() as ingest:
            return 0 if ingest.tell([b'{"event":"Poked"}']).stored == 1 else 1
    except OSError as error:
        return error.errno or 1
