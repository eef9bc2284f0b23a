"""The collector is away: what is taken meanwhile, what waiting costs, how the backlog leaves."""

from __future__ import annotations

import time
from collections import defaultdict

from bed import TRANSPORTS, Bed, require_whole
from device import Device, Peak
from figures import Figure, Output
from fluent_bit import FluentBit
from harness.waiting import eventually
from tools import BATCH_EVENTS, loaded

AFTER_RESTS = 3
"""Memory is looked at a minute after the last event, if a rest is 20 s."""
IDLE_PERCENT_MOST = 0.1
DRAIN_CPU_MOST = 1.3
DRAIN_RATE_LEAST = 100_000
MEGABYTES_MOST = 5.0
PEAK_MEGABYTES_MOST = 15.0
DELIVERY_SECONDS = 300

Rounds = dict[str, list[float]]


def run(bed: Bed) -> None:
    """Each round the whole outage, without and with TLS, then Fluent Bit's."""
    events = bed.scale.events // BATCH_EVENTS * BATCH_EVENTS
    own: dict[str, Rounds] = {name: defaultdict(list) for name, _ in TRANSPORTS}
    peer: Rounds = defaultdict(list)
    for _ in range(bed.scale.rounds):
        for name, has_tls in TRANSPORTS:
            _round(bed, events, has_tls, own[name])
        if bed.fluent_bit is not None:
            _peer(bed, events, peer)
    for name, _ in TRANSPORTS:
        _show(bed.output, name, own[name], bed.scale.idle_seconds)
    for key, values in peer.items():
        bed.output.show(Figure.median(f"fluent-bit-{key}", values, UNITS[key]))


UNITS = {
    "outage": "CPU s/M events", "drain": "CPU s/M events", "drain-rate": "events/s",
    "idle-down": "% of a core", "memory-backlog": "MB PSS",
}


def _round(bed: Bed, events: int, has_tls: bool, rounds: Rounds) -> None:
    with bed.sink(has_tls, is_up=False) as sink, bed.device(sink, has_tls) as device:
        _rest(bed)
        rounds["memory-before"].append(device.pss_megabytes)
        rounds["memory-before-rss"].append(device.rss_megabytes)
        before = device.cpu_seconds
        with Peak(device.agent.pid) as peak:
            end = loaded(bed.tools.loader(
                device.agent.port, bed.tools.batches(events), "/v1/batch"))
            if end.acknowledged * BATCH_EVENTS != events:
                raise ValueError(f"{end.acknowledged} requests were acknowledged")
            device.settle_backoff()
            rounds["outage"].append((device.cpu_seconds - before) / events * 1e6)
            rounds["outage-rate"].append(events / end.seconds)
            rounds["idle-down"].append(_idle_percent(bed, device))
            rounds["memory-backlog"].append(device.pss_megabytes)
            before, begun = device.cpu_seconds, time.monotonic()
            sink.up()
            eventually(lambda: sink.count >= events, "the backlog is delivered", DELIVERY_SECONDS)
            device.agent.flush("60s")
            rounds["drain"].append((device.cpu_seconds - before) / events * 1e6)
        assert sink.first_taken is not None
        rounds["drain-rate"].append(events / (sink.last_taken - sink.first_taken))
        rounds["return"].append(sink.first_taken - begun)
        rounds["wire"].append(sink.wire_bytes / events)
        rounds["memory-peak"].append(peak.megabytes)
        require_whole(sink, events)
        for _ in range(AFTER_RESTS):
            _rest(bed)
        rounds["memory-after"].append(device.pss_megabytes)
        rounds["memory-after-rss"].append(device.rss_megabytes)


def _rest(bed: Bed) -> None:
    time.sleep(bed.scale.idle_seconds)


def _idle_percent(bed: Bed, device: Device | FluentBit) -> float:
    before, begun = device.cpu_seconds, time.monotonic()
    _rest(bed)
    return (device.cpu_seconds - before) / (time.monotonic() - begun) * 100


def _show(output: Output, name: str, rounds: Rounds, seconds: float) -> None:
    median, most, show = Figure.median, Figure.most, output.show
    show(median(f"outage{name}", rounds["outage"], "CPU s/M events"))
    show(median(f"outage{name}-rate", rounds["outage-rate"], "events/s", digits=0))
    show(median(
        f"idle-down{name}", rounds["idle-down"], f"% of a core, {seconds:.0f} s",
        IDLE_PERCENT_MOST, digits=3))
    show(median(f"drain{name}", rounds["drain"], "CPU s/M events", DRAIN_CPU_MOST))
    show(median(
        f"drain{name}-rate", rounds["drain-rate"], "events/s", DRAIN_RATE_LEAST, ">=", digits=0))
    show(median(f"drain{name}-wire", rounds["wire"], "bytes/event"))
    show(median(f"drain{name}-first", rounds["return"], "s"))
    show(most(f"memory-before{name}", rounds["memory-before"], "MB PSS", MEGABYTES_MOST))
    show(most(f"memory-backlog{name}", rounds["memory-backlog"], "MB PSS", PEAK_MEGABYTES_MOST))
    show(most(f"memory-peak{name}", rounds["memory-peak"], "MB PSS", PEAK_MEGABYTES_MOST))
    show(most(
        f"memory-after{name}", rounds["memory-after"],
        f"MB PSS, after {AFTER_RESTS * seconds:.0f} s",
        MEGABYTES_MOST))
    for moment in ("before", "after"):
        show(most(f"memory-{moment}{name}-rss", rounds[f"memory-{moment}-rss"], "MB RSS"))


def _peer(bed: Bed, events: int, rounds: Rounds) -> None:
    assert bed.fluent_bit is not None
    with FluentBit(bed.fluent_bit, bed.disk / "peer", bed.tools, events) as peer:
        peer.tell("down")
        before = peer.cpu_seconds
        peer.load(events, BATCH_EVENTS)
        rounds["outage"].append((peer.cpu_seconds - before) / events * 1e6)
        _rest(bed)
        rounds["idle-down"].append(_idle_percent(bed, peer))
        rounds["memory-backlog"].append(peer.pss_megabytes)
        before = peer.cpu_seconds
        peer.tell("up")
        peer.wait_delivered(events)
        rounds["drain"].append((peer.cpu_seconds - before) / events * 1e6)
        rounds["drain-rate"].append(events / peer.delivery_seconds)
