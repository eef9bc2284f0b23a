"""The simulation's fixed seeds, its controls, and the store's model: each in a process of its own.

`FOOTFALL_SIMULATE` names the executable; without it, it is the release build's. `FaultModel.md`
says what is simulated.
"""

from __future__ import annotations

import functools
import os
import re
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXECUTABLE = os.environ.get("FOOTFALL_SIMULATE", str(REPOSITORY / ".build/release/simulate"))

SEEDS = (1, 3, 10, 12, 13, 14, 16, 26, 36, 40, 41, 44, 46, 54, 55, 60, 62, 67, 71, 76, 83, 107, 154)
"""Each has failed once; a seed that ever failed stays."""

STEPS = 1500
CUTS = 300
MODEL_SEEDS = range(1, 6)


def simulate(*arguments: object) -> tuple[int, list[str]]:
    """Runs the executable; answers its exit code and its lines."""
    ended = subprocess.run(
        [EXECUTABLE, *map(str, arguments)], capture_output=True, text=True, timeout=300,
        check=False,
    )
    return ended.returncode, ended.stdout.splitlines()


POOL = ThreadPoolExecutor(os.cpu_count())


@functools.cache
def begun(*arguments: object) -> Future[tuple[int, list[str]]]:
    return POOL.submit(simulate, *arguments)


@pytest.fixture(autouse=True, scope="session")
def all_processors() -> None:
    """The long runs are side by side on what processors there are, the longest first."""
    begun("--controls")
    begun("--cuts", CUTS, "--seed", 1)
    for seed in MODEL_SEEDS:
        begun("--model", 400, "--seed", seed)
    for seed in SEEDS:
        begun("--seed", seed, "--steps", STEPS)


def digest(line: str) -> str:
    found = re.search(r"digest (\w+)$", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_promise_is_kept(seed: int) -> None:
    code, lines = begun("--seed", seed, "--steps", STEPS).result()
    assert lines[0].startswith(f"seed {seed}, {STEPS} steps: ")
    assert code == 0, "\n".join(lines)
    assert lines[-1].startswith(f"held: seed {seed}, ")


def test_one_seed_is_one_story_in_every_process() -> None:
    for seed in (2, 26):
        runs = [simulate("--seed", seed, "--steps", 400)[1][-1] for _ in range(2)]
        assert digest(runs[0]) == digest(runs[1])
    other = simulate("--seed", 3, "--steps", 400)[1][-1]
    assert digest(other) != digest(runs[0])


def test_every_checker_catches_the_fault_that_is_planted_for_it() -> None:
    code, lines = begun("--controls").result()
    assert code == 0, "\n".join(lines)
    assert lines and all(line.startswith("caught: ") for line in lines)
    caught = {line.rsplit(", ", 1)[1] for line in lines}
    checkers = REPOSITORY / "Tests/Simulation/Checkers/Violation.swift"
    for line in re.findall(r"^        case (.*)$", checkers.read_text(), re.MULTILINE):
        name = re.search(r'"(.*)"', line)
        assert (name[1] if name else line) in caught


def test_a_violation_is_said_on_the_last_line_and_by_the_exit_code() -> None:
    code, lines = simulate("--planted", "--steps", 300)
    assert code == 1
    assert re.fullmatch(r"FAILED: seed 1, step \d+, equation-offered: .+", lines[-1])


def test_power_cuts_at_any_call_lose_and_double_nothing() -> None:
    code, lines = begun("--cuts", CUTS, "--seed", 1).result()
    assert code == 0, "\n".join(lines)
    assert "0 acknowledged events lost, 0 doubled" in lines[-1]


@pytest.mark.parametrize("seed", MODEL_SEEDS)
def test_the_store_does_as_a_plain_model_of_it(seed: int) -> None:
    code, lines = begun("--model", 400, "--seed", seed).result()
    assert code == 0, "\n".join(lines)


def test_wrong_usage_is_told() -> None:
    assert simulate("--speed", 9)[0] == 2
    assert simulate("--seed", "x")[0] == 2
