"""The shell's example: each sale of a till's file is at the collector, once and as it was sold."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.agent import Agent, Said
from harness.collector import Collector
from harness.examples import EXAMPLES, Event, arrived, beside, ends

pytestmark = pytest.mark.centre

KIOSK = EXAMPLES / "Shell" / "kiosk"


def sells(agent: Agent, place: Path, lines: str) -> Said:
    """Has the example hand over a till's file."""
    (place / "sales").write_text(lines, newline="")
    return ends([KIOSK, "sales"], place, beside(agent, place))


def sale(order: int, revenue: float, currency: str = "EUR") -> Event:
    """What arrives of one."""
    return ("Order Completed", {"order": order, "revenue": revenue, "currency": currency})


def test_a_file_that_is_sent_again_adds_no_sale(
    agent: Agent, collector: Collector, place: Path
) -> None:
    for _ in range(2):
        said = sells(agent, place, "1\t2.50\tEUR\n2\t3\tCHF\n3000000000\t0.05\tEUR")
        assert (said.code, said.err) == (0, ""), said
    agent.flush()
    assert arrived(collector) == [sale(1, 2.5), sale(2, 3, "CHF"), sale(3_000_000_000, 0.05)]


NO_SALES = [
    "A-12\t4\tEUR", "-1\t4\tEUR", "07\t4\tEUR", "\t4\tEUR", "1e3\t4\tEUR", "5\t3,\"x\":1\tEUR",
    "5\tnone\tEUR", "5\t4.\tEUR", "5\t04\tEUR", "5\t4\tE\"R", "5\t4\tEUR\r", "5\t4\tEUR\tx", "5\t4",
    "5", "", "5\t4\tEUR\",\"x\":\"y", "5\t4\tE\\R",
]


def test_a_line_that_is_no_sale_is_named_and_the_others_are_stored(
    agent: Agent, collector: Collector, place: Path
) -> None:
    said = sells(agent, place, "\n".join(["1\t2.5\tEUR", *NO_SALES, "2\t3\tEUR", ""]))
    named = [f"kiosk: line {number} is no sale\n" for number in range(2, len(NO_SALES) + 2)]
    assert (said.code, said.err) == (1, "".join(named)), said
    agent.flush()
    assert arrived(collector) == [sale(1, 2.5), sale(2, 3)]


def test_a_file_of_which_nothing_can_be_stored_is_a_failure(
    agent: Agent, place: Path
) -> None:
    assert sells(agent, place, "none\n").code == 1
    for missing in ("/nonexistent", place):
        said = ends([KIOSK, missing], place, beside(agent, place))
        assert said.code == 1 and said.err and not said.out, said
    agent.kill()
    assert sells(agent, place, "1\t2\tEUR\n").code == 3


def test_a_day_without_a_sale_is_none() -> None:
    assert ends([KIOSK, "/dev/null"], EXAMPLES, {"PATH": "/usr/bin:/bin"}) == Said(0, "", "")
