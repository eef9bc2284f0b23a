"""Shared memory where the kernel has neither `membarrier` nor `SO_PEERPIDFD`."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.refusal import old_kernel
from harness.sharing import SharingProducer, check_sharing
from harness.waiting import eventually


@pytest.mark.parametrize("agent_is_old", [True, False])
@pytest.mark.parametrize("producer_is_old", [True, False])
def test_records_come_once_and_wake_the_agent(
    agent: Agent, collector: Collector, place: Path, agent_is_old: bool, producer_is_old: bool
) -> None:
    if agent_is_old:
        agent.stop()
        agent.begin = old_kernel()
        agent.start()
    producer = SharingProducer(
        agent, place, threads=2, records=60, critical=7, pause=20_000)
    if producer_is_old:
        producer.begin = old_kernel()
    producer.start().finish()
    agent.flush()
    assert check_sharing([producer], collector.export(), 100) == 120


def test_a_producer_that_dies_is_read_to_the_end(
    agent: Agent, collector: Collector, place: Path
) -> None:
    agent.stop()
    agent.begin = old_kernel()
    agent.start()
    producer = SharingProducer(agent, place, records=30_000, pause=300).start()
    eventually(lambda: agent.status()["producers"], "the producer is attached")
    eventually(lambda: len(producer.fates()) > 20, "the producer has written some records")
    producer.kill()
    eventually(lambda: not agent.status()["producers"], "it is read to the end")
    agent.flush()
    assert check_sharing([producer], collector.export(), 100, killed=True) > 10
