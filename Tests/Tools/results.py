"""Adds up what every test run reported, and prints it as one line.

    results.py FOLDER RUN...

Each run leaves a JUnit file, RUN.xml, in the folder; one that is not named is counted as well. A
named run that left no file, a run that ran nothing, or one that skipped anything is a failure: a
test that does not run proves nothing, and must not look as if it did.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple


class Count(NamedTuple):
    """How the tests of one run ended."""

    passed: int
    failed: int
    skipped: int

    @property
    def line(self) -> str:
        """The summary as it is printed."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count(report: Path) -> Count:
    """Counts the test cases of one JUnit file, case by case: totals in attributes may disagree."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("skipped") is not None:
            skipped += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        else:
            passed += 1
    return Count(passed, failed, skipped)


def main(folder: Path, named: list[str]) -> int:
    """Prints a line for each run and the sum last; 0 only if everything ran and passed."""
    total = Count(0, 0, 0)
    complete = True
    found = {report.stem for report in folder.glob("*.xml")}
    for name in [*named, *sorted(found - set(named))]:
        if name not in found:
            print(f"{name}: did not report")
            complete = False
            continue
        try:
            run = count(folder / f"{name}.xml")
        except ElementTree.ParseError as error:
            print(f"{name}: the report cannot be read: {error}")
            complete = False
            continue
        print(f"{name}: {run.line}")
        complete = complete and sum(run) > 0
        total = Count(*(left + right for left, right in zip(total, run)))
    print(total.line)
    return 0 if complete and total.failed == 0 and total.skipped == 0 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
