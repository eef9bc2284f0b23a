"""Places, processes and their end, for every test."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from harness.agent import Agent, Settings
from harness.audit import check_audit
from harness.clock import Clock
from harness.collector import Collector
from harness.double import CollectorDouble
from harness.gateway import Gateway
from harness.proxy import FaultProxy
from harness.relay import FaultRelay

TEST_SECONDS_MAX = 300
"""Past this a test hangs; a report of that is worth more than waiting for the job's end."""

# Where these cannot run they do not exist; they are never counted as skipped.
collect_ignore = [] if os.environ.get("FOOTFALL_DATA") else ["test_large_input.py"]
if os.geteuid() != 0:
    collect_ignore += ["test_addresses.py", "test_full_disk.py", "test_permissions.py"]
if os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
    collect_ignore += ["test_deaf_files.py"]


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    """Ends a test that hangs, with a traceback of where."""
    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"the test took over {TEST_SECONDS_MAX} s")
    signal.signal(signal.SIGALRM, late)
    signal.alarm(TEST_SECONDS_MAX)
    yield
    signal.alarm(0)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a short path: a Unix socket's has 107 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix="footfall-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_collector(place: Path) -> Iterator[Callable[..., Collector]]:
    """Starts collectors, and kills them in the end."""
    made: list[Collector] = []

    def make(name: str = "centre", keys: dict[str, str] | None = None) -> Collector:
        made.append(Collector(place / name, keys))
        return made[-1].start()
    yield make
    for collector in made:
        collector.kill()


@pytest.fixture
def collector(make_collector: Callable[..., Collector]) -> Collector:
    """A running collector that takes any key."""
    return make_collector()


@pytest.fixture
def make_agent(place: Path) -> Iterator[Callable[..., Agent]]:
    """Makes agents in folders named for them; whatever happened, their books must balance."""
    made: list[Agent] = []

    def make(
        url: str, device: str = "kiosk-1", changes: Settings | None = None, start: bool = True,
        **more: Any,
    ) -> Agent:
        folder = more.pop("folder", device)
        made.append(Agent(place / folder, url, device, changes=changes, **more))
        return made[-1].start() if start else made[-1]
    yield make
    try:
        for agent in made:
            if agent.is_running:
                check_audit(agent.audit())
    finally:
        for agent in made:
            agent.kill()


@pytest.fixture
def agent(make_agent: Callable[..., Agent], collector: Collector) -> Agent:
    """A running agent that delivers to the running collector."""
    return make_agent(collector.url)


@pytest.fixture
def lone_agent(make_agent: Callable[..., Agent]) -> Agent:
    """A running agent whose collector is not there."""
    return make_agent("http://127.0.0.1:9")


def _gateways(kind: type[Gateway | FaultRelay]) -> Callable[[], Iterator[Callable[..., Any]]]:
    def fixture() -> Iterator[Callable[..., Any]]:
        made: list[Gateway | FaultRelay] = []

        def make(*arguments: Any, **more: Any) -> Gateway | FaultRelay:
            made.append(kind(*arguments, **more))
            return made[-1]
        yield make
        for gateway in made:
            gateway.close()
    return fixture


@pytest.fixture
def clock(place: Path) -> Clock:
    """A clock that was never set, for processes to be started by."""
    return Clock(place)


make_double = pytest.fixture(name="make_double")(_gateways(CollectorDouble))
make_proxy = pytest.fixture(name="make_proxy")(_gateways(FaultProxy))
make_relay = pytest.fixture(name="make_relay")(_gateways(FaultRelay))


@pytest.fixture
def double(make_double: Callable[..., CollectorDouble]) -> Iterator[CollectorDouble]:
    """A collector of the test's own; every upload to it must keep to the contract."""
    made = make_double()
    yield made
    assert not made.complaints, made.complaints
