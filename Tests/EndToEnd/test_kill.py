"""SIGKILL at random moments under load: what was acknowledged is at the centre, once."""

from __future__ import annotations

import os
import random
import signal
import threading

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.producers import ByHTTP, BySocket, WithoutIDs, draw_seed, finish

pytestmark = pytest.mark.core

KILLS = int(os.environ.get("FOOTFALL_KILLS") or 50)
SECONDS_MAX = 240 + KILLS


def test_kills_under_load_lose_and_double_nothing(
    agent: Agent, collector: Collector
) -> None:
    signal.alarm(SECONDS_MAX)
    seed = draw_seed()
    chance = random.Random(seed)
    producers = [kind(agent, seed) for kind in (ByHTTP, BySocket, WithoutIDs)]
    for producer in producers:
        producer.start()
    moments = threading.Event()
    for number in range(KILLS):
        moments.wait(chance.random() ** 2 * 0.4)
        if number % 10 == 3:
            collector.kill()
        if number % 10 == 7:
            collector.start()
        agent.kill()
        agent.start()
    sent, perhaps = finish(producers)
    agent.flush("60s")
    assert len(sent) > 5 * KILLS
    check_delivery(sent, collector.export(), agent.identity_key, perhaps)
