"""The collector's funnel is the one that a plain script counts from what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import shop
from harness import oracle
from harness.agent import Agent
from harness.collector import Collector

FIXTURE = Path(__file__).parent / "fixtures"
FIELDS = ("visits", "people")


def check_report(report: dict[str, Any], expected: oracle.Numbers) -> None:
    """Fails unless every number of the report is the script's."""
    assert [row["stage"] for row in report["stages"]] == oracle.STAGES
    assert [row["visits"] for row in report["stages"]] == expected.visits
    assert [row["people"] for row in report["stages"]] == expected.people
    for level, row in enumerate(report["conversions"]):
        assert (row["from"], row["to"]) == (oracle.STAGES[level], oracle.STAGES[level + 1])
        assert row["visits"] == expected.gone_on[level], row
        assert row["of"] == expected.visits[level]
        assert row["drop_off"] == row["of"] - row["visits"]
    revenue = {row["currency"]: row["minor_units"] for row in report["revenue"]}
    assert revenue == expected.revenue
    orders = {row["currency"]: row["completed"] for row in report["revenue"]}
    assert orders == expected.orders


@pytest.mark.core
def test_the_funnel_of_three_kiosks(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    secret = bytes(range(32))
    by_kiosk = {f"kiosk-{n}": shop.Kiosk(f"kiosk-{n}", seed=21).take(700) for n in range(3)}
    agents = [
        make_agent(collector.url, kiosk, identity_key=secret) for kiosk in by_kiosk
    ]
    for agent in agents:
        events = by_kiosk[agent.device]
        for start in range(0, len(events), 100):
            agent.batch(events[start:start + 100])
    for agent in agents:
        agent.flush()
    expected = oracle.funnel(by_kiosk)
    assert min(expected.visits) > 5 and set(expected.revenue) > {"XXX", "JPY", "KWD"}
    check_report(collector.funnel(), expected)
    # The order in which lanes and kiosks were delivered is no matter; nor is the collector's life.
    collector.kill()
    check_report(collector.funnel(), expected)
    exported = [event.text for event in collector.export()]
    assert oracle.purchases(exported) == sum(expected.orders.values())


@pytest.mark.core
def test_the_fixture_gives_the_numbers_that_were_counted_by_hand(
    agent: Agent, collector: Collector
) -> None:
    lines = (FIXTURE / "visits.ndjson").read_text().splitlines()
    expected = json.loads((FIXTURE / "visits.expected.json").read_text())
    with agent.ingest() as ingest:
        assert ingest.tell([line.encode() for line in lines]).stored == len(lines)
    agent.flush()
    report = collector.funnel()
    events = [json.loads(line) for line in lines]
    numbers = oracle.funnel({"kiosk-1": events})
    check_report(report, numbers)
    assert vars(numbers) == expected
    text = collector.command_line("report", "funnel").out
    for word in (*oracle.STAGES, "XXX", "JPY", "-4.00"):
        assert word in text, text


def test_the_chart_fits_a_terminal_and_says_the_same(
    agent: Agent, collector: Collector
) -> None:
    agent.batch(shop.Kiosk("kiosk-1", seed=4).take(300))
    agent.flush()
    said = collector.command_line("report", "funnel")
    report = collector.funnel()
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80 and said.out.isascii()
    for row in report["stages"]:
        line = next(line for line in said.out.splitlines() if line.startswith(row["stage"]))
        assert line.split()[1:3] == [str(row["visits"]), str(row["people"])]


def test_an_empty_folder_has_an_empty_funnel(collector: Collector) -> None:
    report = collector.funnel()
    assert [row["visits"] for row in report["stages"]] == [0] * 5
    assert report["revenue"] == [] and collector.export() == []


def test_money_is_exact(agent: Agent, collector: Collector) -> None:
    def order(number: int, name: str = "Order Completed", **said: object) -> dict[str, object]:
        return {"type": "track", "event": name, "messageId": f"{number}", "properties": said}
    agent.batch([
        order(1, revenue=0.1, currency="EUR"), order(2, revenue="0.2", currency="eur"),
        order(3, total=10.005, currency="GBP"), order(4, revenue=2.5, total=99, currency="JPY"),
        order(5, revenue="1.2345", currency="KWD"), order(6, revenue=7),
        order(7, "Order Refunded", total=3.999, currency="GBP"),
        order(8, revenue=None, total=1, currency="EUR"), order(9, currency="EUR"),
        order(10, revenue="free", currency="EUR"), order(11, revenue=1, currency="EURO"),
        order(12, "Checkout Started", value=1000, currency="EUR"),
        order(13, revenue=-2.5, currency="JPY"), order(14, revenue=1e3, currency="JPY"),
    ])
    agent.flush()
    report = collector.funnel()
    assert {row["currency"]: row["minor_units"] for row in report["revenue"]} == {
        "EUR": 130, "GBP": 1001 - 400, "JPY": 3 - 3 + 1000, "KWD": 1235, "XXX": 700,
    }
    assert report["missing_amounts"] == 1 and report["unreadable_amounts"] == 2
