"""A lane's writer killed, and stopped, at every instruction, and its reader killed: what
`ring-crash` counts.

`FOOTFALL_RING_CRASH` names the executable; without it, it is the release build's. Every planted
mistake of a writer or a reader must be caught, in each mode that can show it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import struct
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXECUTABLE = os.environ.get("FOOTFALL_RING_CRASH", str(REPOSITORY / ".build/release/ring-crash"))

POINTS_LEAST = 50_000
"""Fewer instructions than this are not all of the writes'."""

PTRACE = {"x86_64": 101, "aarch64": 117}
"""The system call's number."""


def crash(*arguments: str, before=None) -> tuple[int, list[str]]:
    """Runs the executable; answers its exit code and its lines."""
    ended = subprocess.run(
        [EXECUTABLE, *arguments], capture_output=True, text=True, timeout=300, check=False,
        preexec_fn=before,
    )
    return ended.returncode, ended.stdout.splitlines()


def without_ptrace() -> None:
    """Has the kernel answer to ptrace that it knows no such call, as an emulator does."""
    filters = b"".join(
        struct.pack("HBBI", *row)
        for row in [
            (0x20, 0, 0, 0),  # load the call's number
            (0x15, 0, 1, PTRACE[platform.machine()]),  # another: skip one
            (0x06, 0, 0, 0x0005_0000 | 38),  # ENOSYS
            (0x06, 0, 0, 0x7FFF_0000),  # allow
        ]
    )
    kept = ctypes.create_string_buffer(filters)
    program = struct.pack("HxxxxxxP", len(filters) // 8, ctypes.addressof(kept))
    library = ctypes.CDLL(None, use_errno=True)
    assert library.prctl(38, 1, 0, 0, 0) == 0  # no new privileges
    assert library.prctl(22, 2, program, 0, 0) == 0  # a filter of system calls


def test_at_no_instruction_is_a_lane_wedged_corrupt_or_short_of_a_record() -> None:
    code, lines = crash()
    assert code == 0, "\n".join(lines)
    found = [re.match(r"(\w+): (\d+) points, (\d+) wedged, (\d+) corrupt, (\d+) lost;", line)
             for line in lines]
    assert [match and match[1] for match in found] == ["crash", "stop", "reader"], "\n".join(lines)
    for match in found:
        assert match and match.groups()[2:] == ("0", "0", "0")
        assert int(match[2]) > POINTS_LEAST


def test_every_mistake_of_a_writer_and_of_a_reader_is_caught() -> None:
    code, lines = crash("--planted")
    assert code == 0, "\n".join(lines)
    caught = [re.match(r"caught: (\w+), (crash|stop|reader), (wedged|corrupt|lost): ", line)
              for line in lines]
    assert all(caught), "\n".join(lines)
    for mode, source in [("crash", "Planted.swift"), ("reader", "PlantedReader.swift")]:
        assert {match[1] for match in caught if match and match[2] == mode} == mistakes(source)
    ways = {(match[2], match[3]) for match in caught if match}
    assert ways == {
        (mode, fault)
        for mode in ("crash", "stop", "reader") for fault in ("wedged", "corrupt", "lost")
    }


def mistakes(source: str) -> set[str]:
    """The names of the mistakes that a source plants: its first declarations of cases."""
    text = (REPOSITORY / "Tests/Crash" / source).read_text()
    return set(re.findall(
        r"\w+", " ".join(re.findall(r"^    case ([\w, ]+)$", text, re.MULTILINE))))


def test_where_nothing_can_be_stepped_that_is_said_and_is_no_success() -> None:
    code, lines = crash(before=without_ptrace)
    assert code == 69
    assert len(lines) == 1 and lines[0].startswith("NOT CHECKED: "), lines


def test_wrong_usage_is_told() -> None:
    assert crash("--fast")[0] == 2
