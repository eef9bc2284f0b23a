"""The collector is up: what an event costs from its request to its receipt."""

from __future__ import annotations

from pathlib import Path

from bed import TRANSPORTS, Bed, require_whole
from figures import Figure
from fluent_bit import FluentBit
from tools import BATCH_EVENTS, loaded

BATCHED_CPU_MOST = 6.0
FLOORS_MOST = 3.0
SINGLE_CPU_MOST = 20.0
FLOOR_EVENTS = 2000
"""What the floor of single events takes."""
CONNECTIONS = 16
"""Apps that have one request each under way."""


def batched(bed: Bed) -> None:
    """Requests of a hundred events; each round the floor, the agent, and the agent with TLS."""
    events = bed.scale.events // 5 // BATCH_EVENTS * BATCH_EVENTS
    costs: dict[str, list[float]] = {name: [] for name, _ in TRANSPORTS}
    rates: dict[str, list[float]] = {name: [] for name, _ in TRANSPORTS}
    floors: list[float] = []
    peers: list[float] = []
    for _ in range(bed.scale.rounds):
        floors.append(bed.tools.floor(events, bed.disk).batched)
        for name, has_tls in TRANSPORTS:
            cost, rate = _sent(bed, bed.tools.batches(events), "/v1/batch", events, has_tls)
            costs[name].append(cost)
            rates[name].append(rate)
        if bed.fluent_bit is not None:
            peers.append(_peer(bed, bed.fluent_bit, events, BATCH_EVENTS))
    show = bed.output.show
    show(Figure.median("up-batched-floor", floors, "CPU s/M events"))
    for name, _ in TRANSPORTS:
        show(Figure.median(
            f"up-batched{name}", costs[name], "CPU s/M events", BATCHED_CPU_MOST))
        ratios = [cost / floor for cost, floor in zip(costs[name], floors)]
        show(Figure.median(f"up-batched{name}-to-floor", ratios, "of the floor", FLOORS_MOST))
        show(Figure.median(f"up-batched{name}-rate", rates[name], "events/s", digits=0))
    _compare(bed, "up-batched", costs[""], peers)


def single(bed: Bed) -> None:
    """Requests of one event: one after the other, and of several apps at once."""
    events = bed.scale.events // 50
    for connections in (1, CONNECTIONS):
        name = "up-single" if connections == 1 else f"up-single-{connections}-apps"
        costs: dict[str, list[float]] = {suffix: [] for suffix, _ in TRANSPORTS}
        rates: dict[str, list[float]] = {suffix: [] for suffix, _ in TRANSPORTS}
        floors: list[float] = []
        peers: list[float] = []
        for _ in range(bed.scale.rounds):
            floors.append(bed.tools.floor(FLOOR_EVENTS, bed.disk).single)
            for suffix, has_tls in TRANSPORTS:
                cost, rate = _sent(
                    bed, bed.tools.tracks(events), "/v1/track", events, has_tls, connections)
                costs[suffix].append(cost)
                rates[suffix].append(rate)
            if bed.fluent_bit is not None and connections == 1:
                peers.append(_peer(bed, bed.fluent_bit, events, 1))
        for suffix, _ in TRANSPORTS:
            bed.output.show(Figure.median(
                f"{name}{suffix}", costs[suffix], "CPU s/M events", SINGLE_CPU_MOST))
            bed.output.show(Figure.median(
                f"{name}{suffix}-rate", rates[suffix], "events/s", digits=0))
        if connections == 1:
            bed.output.show(Figure.median(f"{name}-floor", floors, "CPU s/M events"))
            _compare(bed, name, costs[""], peers)


def _sent(
    bed: Bed, file: Path, path: str, events: int, has_tls: bool, connections: int = 1
) -> tuple[float, float]:
    """CPU seconds for a million events, and how many a second were acknowledged."""
    with bed.sink(has_tls) as sink, bed.device(sink, has_tls) as device:
        before = device.cpu_seconds
        lines = events // BATCH_EVENTS if path == "/v1/batch" else events
        each = lines // connections
        loaders = [
            bed.tools.loader(device.agent.port, file, path, number * each, each)
            for number in range(connections)
        ]
        ends = [loaded(loader) for loader in loaders]
        taken = sum(end.acknowledged for end in ends)
        if taken != each * connections:
            raise ValueError(f"{taken} of {lines} requests were acknowledged")
        device.agent.flush("120s")
        cost = device.cpu_seconds - before
        sent = taken * (events // lines)
        require_whole(sink, sent)
        return cost / sent * 1e6, sent / max(end.seconds for end in ends)


def _peer(bed: Bed, executable: Path, events: int, batch: int) -> float:
    with FluentBit(executable, bed.disk / "peer", bed.tools, events) as peer:
        before = peer.cpu_seconds
        peer.load(events, batch)
        peer.wait_delivered(events)
        return (peer.cpu_seconds - before) / events * 1e6


def _compare(bed: Bed, name: str, own: list[float], peers: list[float]) -> None:
    if not peers:
        return
    bed.output.show(Figure.median(f"{name}-fluent-bit", peers, "CPU s/M events"))
    ratios = [cost / peer for cost, peer in zip(own, peers)]
    bed.output.show(Figure.median(f"{name}-to-fluent-bit", ratios, "of Fluent Bit's"))
