"""The worked examples: compiled as their first lines say, and run beside an agent."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from harness.agent import Agent, Said
from harness.collector import Collector, Exported
from harness.processes import REPOSITORY, device_command
from harness.programs import library_folder

EXAMPLES = REPOSITORY / "Examples"
BUILD_SECONDS = 240
"""What Swift may take for a package on a machine that has more to do."""

Event = tuple[str, object]


def environment(folder: Path, **more: object) -> dict[str, str]:
    """What a developer's shell has: the built `footfall` on PATH and the library where it is."""
    commands = folder / "bin"
    if not commands.exists():
        commands.mkdir()
        (commands / "footfall").symlink_to(device_command()[0])
    return {
        "PATH": f"{commands}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PKG_CONFIG_PATH": str(library_folder() / "lib" / "pkgconfig"),
        "LD_LIBRARY_PATH": str(library_folder() / "lib"),
        **{name: str(value) for name, value in more.items()},
    }


def beside(agent: Agent, folder: Path) -> dict[str, str]:
    """The same where an agent runs in folders of its own."""
    return environment(
        folder, FOOTFALL_RUNTIME_DIRECTORY=agent.runtime, FOOTFALL_CONFIG=agent.config
    )


def ends(
    command: Sequence[object], where: Path, environment: dict[str, str], seconds: float = 120
) -> Said:
    """Runs a command to its end."""
    done = subprocess.run(
        [str(each) for each in command], cwd=where, env=environment, capture_output=True,
        text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def compiles(command: str, where: Path, environment: dict[str, str]) -> None:
    """Has a shell run a compiler, which must have nothing to say against what it reads."""
    said = ends(["bash", "-euc", command], where, environment, BUILD_SECONDS)
    assert said.code == 0 and not said.err, (command, said)


def told(records: Sequence[Exported]) -> list[Event]:
    """Name and properties of events that a collector exported, in the order of their ids."""
    events = [each.event for each in sorted(records, key=lambda each: each.id)]
    return [(each["event"], each.get("properties")) for each in events]


def arrived(collector: Collector) -> list[Event]:
    """The same of all events that a collector holds."""
    return told(collector.export())
