"""Every fault of the network at once, restarts in between: the books balance at every look."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from harness.agent import Agent
from harness.audit import check_audit
from harness.collector import Collector
from harness.delivery import check_delivery
from harness.producers import ByHTTP, BySocket, draw_seed, finish
from harness.proxy import Fault, FaultProxy

LOOKS = 16


def test_the_books_balance_at_every_look(
    make_agent: Callable[..., Agent], collector: Collector,
    make_proxy: Callable[..., FaultProxy],
) -> None:
    seed = draw_seed()
    chance = random.Random(seed)
    faults = [Fault.NONE] * 3 + [fault for fault in Fault if fault is not Fault.NONE]
    proxy = make_proxy(collector.port, lambda number: chance.choice(faults))
    agent = make_agent(proxy.url, changes={"collector": {"backoff_cap": "200ms"}})
    producers = [kind(agent, seed + n) for n in range(2) for kind in (ByHTTP, BySocket)]
    for producer in producers:
        producer.start()
    for number in range(LOOKS):
        deadline = time.monotonic() + chance.random()
        while time.monotonic() < deadline:
            check_audit(agent.audit())
        if number % 6 == 5:
            agent.restart()
        if number % 8 == 3:
            collector.stop()
        if number % 8 == 5:
            collector.start()
    sent, _ = finish(producers)
    proxy.choose = lambda number: Fault.NONE
    agent.flush("60s")
    assert len(sent) > 1000 and min(proxy.faults.values()) > 0, (len(sent), proxy.faults)
    check_delivery(sent, collector.export(), agent.identity_key)
