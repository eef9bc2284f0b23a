"""Runs the simulation over a fixed list of seeds, its controls, and one seed twice.

    simulation.py SIMULATE [--junit FILE]

Ends with 1 if a promise was not kept, a planted fault was not caught, or two processes told of one
seed two stories.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

STEPS = 2000

SEEDS = (1, 2, 14, 62, *range(100, 106))
"""A seed that ever failed stays: 1 and 62 (a first start that a power cut broke off), 14 (the log
beyond the quota)."""

SECONDS_MAX = 120


def said(simulate: Path, *arguments: str) -> tuple[bool, str]:
    """Whether one run held, and all that it printed."""
    try:
        run = subprocess.run(
            [simulate, *arguments], capture_output=True, text=True, timeout=SECONDS_MAX
        )
    except subprocess.TimeoutExpired:
        return False, f"took over {SECONDS_MAX} s"
    return run.returncode == 0, run.stdout + run.stderr


def twice(simulate: Path) -> tuple[bool, str]:
    """Whether a seed is the same story in two processes, digest included."""
    arguments = ("--seed", "14", "--steps", str(STEPS))
    (first, left), (second, right) = said(simulate, *arguments), said(simulate, *arguments)
    return first and second and left == right and "digest" in left, left + right


def main(simulate: Path, report: Path | None) -> int:
    """Runs all, prints a line each, leaves a report."""
    suite = ElementTree.Element("testsuite", name="simulation")
    runs = {
        f"seed {seed} is survived": lambda seed=seed: said(
            simulate, "--seed", str(seed), "--steps", str(STEPS)
        ) for seed in SEEDS
    }
    runs["every planted fault is caught"] = lambda: said(simulate, "--controls")
    runs["power cuts one after the other are survived"] = lambda: said(
        simulate, "--cuts", "200", "--seed", "7"
    )
    runs["a seed tells the same story in every process"] = lambda: twice(simulate)
    failed = 0
    for name, run in runs.items():
        began = time.monotonic()
        holds, text = run()
        seconds = time.monotonic() - began
        case = ElementTree.SubElement(suite, "testcase", name=name, time=f"{seconds:.3f}")
        if not holds:
            failed += 1
            ElementTree.SubElement(case, "failure").text = text
        print(f"{'ok' if holds else 'FAILED'} {name} ({seconds:.1f} s)")
        if not holds:
            print(text)
    if report:
        ElementTree.ElementTree(suite).write(report)
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    options = sys.argv[1:]
    junit = Path(options[2]) if options[1:2] == ["--junit"] else None
    sys.exit(main(Path(options[0]), junit))
