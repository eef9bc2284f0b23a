"""The collector's figures for Prometheus: what they count, what they cost, who may see them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import wire
from harness.agent import Agent
from harness.block import line
from harness.clock import SYNCHRONISED, Clock
from harness.collector import Collector
from harness.exposition import Samples, scrape
from harness.processes import Daemon, collector_command, free_port
from harness.serving import Serve, serving
from harness.uploader import Device
from harness.waiting import eventually

pytestmark = pytest.mark.centre

serve = pytest.fixture(serving)


def with_metrics(serve: Serve, **more: object) -> tuple[Collector, int]:
    """A collector, and the port of its figures."""
    port = free_port()
    return serve("--metrics", f"127.0.0.1:{port}", **more), port


def surveyed(port: int) -> Samples:
    """The figures with those of the whole archive, which the first scrape begins to count."""
    return eventually(
        lambda: (samples := scrape(port)).get("footfall_devices") is not None and samples,
        "the archive is surveyed")


def test_what_agents_deliver_is_counted(
    serve: Serve, make_agent: Callable[..., Agent], clock: Clock
) -> None:
    collector, port = with_metrics(serve)
    begun = time.time()
    clock.show(SYNCHRONISED)
    agent = clock.start(make_agent(collector.url, start=False))
    for start in range(0, 60, 20):
        agent.batch([{"type": "track", "event": "E", "messageId": f"m{start + n}"}
                     for n in range(20)])
        agent.flush()
    samples = surveyed(port)
    assert samples["footfall_events_ingested_total"] == 60
    assert samples["footfall_events_known_total"] == 0
    assert samples["footfall_devices"] == 1
    assert samples["footfall_events_missing"] == 0
    posts = samples['footfall_requests_total{path="/v1/blocks",status="200"}']
    assert posts >= 3
    assert begun - 1 <= samples["footfall_latest_block_timestamp_seconds"] <= time.time() + 1
    assert samples["footfall_event_lag_seconds_count"] == 60
    assert samples['footfall_event_lag_seconds_bucket{le="+Inf"}'] == 60
    assert samples["footfall_event_lag_seconds_sum"] <= 60 * (time.time() - begun)


def test_how_late_events_are_is_told_by_clocks_that_know(serve: Serve) -> None:
    collector, port = with_metrics(serve)
    device = Device(collector.port)
    now = int(time.time() * 1000)
    begun = time.monotonic()

    def event(number: int, late: int, quality: str) -> str:
        return line(
            number, '{"event":"E"}', mono=number, wall=now - late * 1000, quality=quality)
    device.deliver(device.block([0, 1, 2], lines=[
        event(0, 3000, "synchronised"), event(1, 100_000, "synchronised"),
        event(2, 5, "unsynchronised")]))
    samples = scrape(port)
    took = time.monotonic() - begun
    counts = [samples[f'footfall_event_lag_seconds_bucket{{le="{bound}"}}']
              for bound in ("900", "3600", "86400", "604800", "+Inf")]
    assert counts == [0, 1, 1, 2, 2]
    assert 103_000 - 1 <= samples["footfall_event_lag_seconds_sum"] <= 103_000 + 2 * took + 1


def test_each_kind_of_trouble_has_its_figure(serve: Serve) -> None:
    collector, port = with_metrics(serve, keys={"kiosk-9": "secret-9", "kiosk-8": "secret-8"})
    device, other = Device(collector.port), Device(collector.port, "kiosk-8", "secret-8")
    whole = device.block([0, 1, 5])
    device.deliver(whole)
    device.deliver(whole)
    device.deliver(device.block([1, 2], text=lambda n: '{"event":"Else"}'))
    device.deliver(device.block([7], text=lambda n: device.event(0)))
    other.deliver(other.block([3]))
    assert device.upload(b"nonsense").status == 400
    assert Device(collector.port, key="wrong").upload(whole).status == 401
    assert wire.request(collector.port, "GET", "/secret/path").status == 404
    samples = surveyed(port)
    expected = {
        "footfall_events_ingested_total": 5, "footfall_events_known_total": 4,
        "footfall_events_conflicting_total": 1,
        'footfall_blocks_refused_total{reason="unknown_key"}': 1,
        'footfall_requests_total{path="/v1/blocks",status="200"}': 5,
        'footfall_requests_total{path="/v1/blocks",status="400"}': 1,
        'footfall_requests_total{path="other",status="404"}': 1,
        "footfall_devices": 2, "footfall_duplicates": 1, "footfall_conflicts": 1,
        "footfall_events_missing": 6, 'footfall_device_events_missing{device="kiosk-9"}': 3,
        'footfall_device_events_missing{device="kiosk-8"}': 3,
    }
    assert {name: samples.get(name) for name in expected} == expected
    reported = collector.command_line("report", "gaps", "--json").json
    assert reported["missing"] == samples["footfall_events_missing"]
    assert not any("secret" in name for name in samples)


def test_who_cannot_reach_them_cannot_see_them(serve: Serve) -> None:
    collector, port = with_metrics(serve)
    assert wire.request(collector.port, "GET", "/metrics").status == 404
    assert wire.request(port, "POST", "/metrics").status == 405
    assert wire.request(port, "GET", "/v1/blocks").status == 404


@pytest.mark.parametrize(("address", "code"), [
    ("0.0.0.0:0", 78), ("[::]:0", 78), ("4691", 78), ("taken", 69),
])
def test_an_address_that_is_not_to_be_had_is_said(
    collector: Collector, place: Path, address: str, code: int
) -> None:
    if address == "taken":
        address = f"127.0.0.1:{collector.port}"
    daemon = Daemon(
        [*collector_command(), "serve", "--listen", "127.0.0.1:0", "--data", str(place / "other"),
         "--metrics", address], place / "serve.log")
    daemon.spawn()
    assert daemon.end(20) == code
    assert f"--metrics {address}" in daemon.said()
