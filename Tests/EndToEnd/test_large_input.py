"""Twenty thousand events of another author's generator, from real baskets and visits.

Collected only where FOOTFALL_DATA names the folder; a file missing there is a failure.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery

COUNT = 20_000
PART = 250


@pytest.fixture(scope="module")
def stream() -> list[str]:
    """The events, as the lines that the generator wrote."""
    folder = Path(os.environ["FOOTFALL_DATA"])
    made = subprocess.run(
        [sys.executable, folder / "tools" / "make_events.py", "-n", str(COUNT)],
        capture_output=True, text=True, check=True,
    )
    lines = made.stdout.splitlines()
    assert len(lines) == COUNT
    return lines


def test_twenty_thousand_events_arrive_once_each(
    stream: list[str], agent: Agent, collector: Collector
) -> None:
    # The odd parts go by HTTP, the even ones by the socket; the middle third meets no collector.
    with agent.ingest() as ingest:
        for number, start in enumerate(range(0, COUNT, PART)):
            if start == COUNT * 3 // 10:
                collector.stop()
            if start == COUNT * 6 // 10:
                collector.start()
            part = stream[start:start + PART]
            if number % 2:
                body = '{"batch":[' + ",".join(part) + "]}"
                assert agent.post("/v1/batch", body.encode(), packed=number % 4 == 1).status == 200
            else:
                said = ingest.tell([line.encode() for line in part])
                assert (said.stored, said.refused) == (PART, [])
    agent.flush("120s")
    check_delivery(stream, collector.export(), agent.identity_key)
    check_revenue(stream, collector)


def check_revenue(stream: list[str], collector: Collector) -> None:
    """Purchases and revenue by currency, by a plain script over the input."""
    orders, pence = 0, 0
    for line in stream:
        event = json.loads(line, parse_float=Decimal)
        if event.get("event") == "Order Completed":
            assert event["properties"]["currency"] == "GBP"
            orders += 1
            exact = Decimal(event["properties"]["revenue"]) * 100
            pence += int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert orders > 100
    rows = collector.funnel()["revenue"]
    assert [(row["currency"], row["completed"], row["minor_units"]) for row in rows] == [
        ("GBP", orders, pence)
    ]
