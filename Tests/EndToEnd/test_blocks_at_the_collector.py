"""Blocks in every cut and order, straight at the collector: each event is held once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.collector import Collector
from harness.uploader import Device, numbers
from harness.wire import Closed

pytestmark = pytest.mark.centre


@pytest.fixture
def device(collector: Collector) -> Device:
    return Device(collector.port)


def check_held(collector: Collector, device: Device, count: int, epoch: int = 1) -> None:
    """The export holds the events 0..<count of an epoch, once each, in order."""
    held = [event for event in collector.export() if event.epoch == epoch]
    assert [event.sequence for event in held] == list(range(count))
    assert [event.text for event in held] == [device.event(n, epoch) for n in range(count)]


def test_a_block_is_taken_and_known_the_second_time(
    collector: Collector, device: Device
) -> None:
    data = device.block(list(range(10)))
    first = device.deliver(data)
    assert (first["new"], first["known"], first["ids"]) == (10, 0, [[0, 9]])
    second = device.deliver(data)
    assert (second["new"], second["known"], second["ids"]) == (0, 10, [[0, 9]])
    check_held(collector, device, 10)


def test_blocks_may_be_cut_differently_overlap_and_come_in_reverse(
    collector: Collector, device: Device
) -> None:
    for start in range(90, -1, -10):
        device.deliver(device.block(list(range(start, start + 10)), deflate=start % 20 == 0))
    for start in range(0, 100, 7):
        receipt = device.deliver(device.block(list(range(start, min(start + 25, 100)))))
        assert receipt["new"] == 0
    receipt = device.deliver(device.block([95, 97, 99, 100, 103]))
    assert (receipt["new"], receipt["known"]) == (2, 3)
    assert receipt["ids"] == [[95, 95], [97, 97], [99, 100], [103, 103]]
    device.deliver(device.block(list(range(98, 105))))
    check_held(collector, device, 105)


def test_lanes_share_one_row_of_numbers(collector: Collector, device: Device) -> None:
    device.deliver(device.block([1, 4, 7], lane="critical"))
    device.deliver(device.block([0, 2, 5, 8], lane="normal"))
    device.deliver(device.block([3, 6], lane="ambient"))
    check_held(collector, device, 9)


def test_random_cuts_from_many_hands_at_once(collector: Collector, device: Device) -> None:
    chance = random.Random(11)
    cuts = []
    for _ in range(60):
        numbers_ = sorted(chance.sample(range(300), chance.randrange(1, 60)))
        cuts.append(device.block(numbers_, deflate=chance.random() < 0.5))
    cuts += [device.block(list(range(start, start + 50))) for start in range(0, 300, 50)]
    chance.shuffle(cuts)
    failures: list[BaseException] = []

    def send(part: list[bytes]) -> None:
        try:
            for data in part:
                device.deliver(data)
        except BaseException as failure:
            failures.append(failure)
    hands = [threading.Thread(target=send, args=(cuts[n::4],)) for n in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert not failures, failures
    check_held(collector, device, 300)


def test_the_same_id_with_other_content_overwrites_nothing(
    collector: Collector, device: Device
) -> None:
    device.deliver(device.block(list(range(5))))
    other = device.block(
        list(range(3, 8)), text=lambda n: device.event(n, messageId=f"clone/{n}", other=True)
    )
    receipt = device.deliver(other)
    assert receipt["conflict"] == [[3, 4]]
    assert (receipt["ids"], receipt["new"]) == ([[5, 7]], 3)
    held = {event.sequence: event.text for event in collector.export()}
    assert held[3] == device.event(3) and held[4] == device.event(4)
    assert '"other":true' in held[5]
    assert "cloned or restored" in collector.command_line("report", "funnel").out


def test_epochs_and_streams_are_rows_of_their_own(
    collector: Collector, device: Device
) -> None:
    device.deliver(device.block([0, 1, 2], epoch=2, previous={"epoch": 1, "end": 2}))
    device.deliver(device.block([0, 1]))
    sibling = Device(collector.port, device.name, device.key)
    text = sibling.event(0, messageId="sibling/0")
    sibling.deliver(sibling.block([0], text=lambda n: text))
    check_held(collector, device, 3, epoch=2)
    first = [event for event in collector.export() if event.epoch == 1]
    assert len(first) == 3 and len({event.stream for event in first}) == 2


def test_a_message_sent_again_under_another_id_is_no_second_event(
    collector: Collector, device: Device
) -> None:
    device.deliver(device.block([0, 1]))
    text = {7: device.event(0, sentAt="2026-03-02T12:00:00Z"), 8: device.event(8)}
    receipt = device.deliver(device.block([7, 8], text=lambda n: text[n]))
    assert (receipt["new"], receipt["known"], receipt["ids"]) == (1, 1, [[7, 8]])
    assert [event.sequence for event in collector.export()] == [0, 1, 8]


def test_a_message_id_with_other_content_is_stored(
    collector: Collector, device: Device
) -> None:
    device.deliver(device.block([0]))
    receipt = device.deliver(device.block(
        [1], text=lambda n: device.event(0, properties={"n": "another"})
    ))
    assert receipt["new"] == 1
    held = collector.export()
    assert [event.message for event in held] == ["kiosk-9/1/0", "kiosk-9/1/0"]
    assert collector.funnel()["completeness"]["message_id_reused"] == 1


def test_tombstones_alone_are_recorded_and_shown(
    collector: Collector, device: Device
) -> None:
    gone = [{"stream": device.stream, "epoch": 1, "reason": "evicted", "ids": [[2, 3]]}]
    device.deliver(device.block([0, 1, 4]))
    assert collector.funnel()["completeness"]["missing"] == 2
    receipt = device.deliver(device.block([], tombstones=gone))
    assert (receipt["tombstones"], receipt["ids"], receipt["count"]) == (1, [], 0)
    assert device.deliver(device.block([], tombstones=gone))["tombstones"] == 1
    completeness = collector.funnel()["completeness"]
    assert completeness["missing"] == 0
    assert completeness["tombstoned"] == [{"reason": "evicted", "events": 2}]


def test_what_was_answered_survives_a_kill(collector: Collector, device: Device) -> None:
    for start in range(0, 60, 6):
        device.deliver(device.block(list(range(start, start + 6))))
        collector.kill()
        collector.start()
    check_held(collector, device, 60)


def test_a_kill_in_the_middle_of_uploads_doubles_nothing(
    collector: Collector, device: Device
) -> None:
    chance = random.Random(5)
    acknowledged: set[int] = set()
    for _ in range(8):
        timer = threading.Timer(chance.random() * 0.05, collector.process.kill)
        timer.start()
        try:
            for start in range(0, 400, 40):
                receipt = device.deliver(device.block(list(range(start, start + 40))))
                acknowledged.update(numbers(receipt["ids"]))
        except (OSError, Closed):
            collector.end(10)
        timer.join()
        collector.end(10)
        collector.start()
        held = [event.sequence for event in collector.export()]
        assert len(held) == len(set(held)) and acknowledged <= set(held)
    for start in range(0, 400, 40):
        device.deliver(device.block(list(range(start, start + 40))))
    check_held(collector, device, 400)


def test_keys_speak_for_their_device_alone(make_collector: Callable[..., Collector]) -> None:
    centre = make_collector(keys={"kiosk-9": "secret-9", "kiosk-8": "secret-8"})
    device = Device(centre.port)
    data = device.block([0])
    assert device.upload(data, {"Authorization": "Bearer nobody"}).status == 401
    assert device.upload(data, {"Authorization": "Basic c2VjcmV0LTk6"}).status == 401
    for answer in (
        device.upload(data, {"Authorization": "Bearer secret-8"}),
        Device(centre.port, "kiosk-8", "secret-8", device.stream).upload(data),
    ):
        assert answer.status == 403, answer
        assert "footfall-signature" not in answer.headers and answer.json["status"] == 403
    assert centre.export() == []
    device.deliver(data)
    assert len(centre.export()) == 1


def test_keys_are_stored_hashed(make_collector: Callable[..., Collector]) -> None:
    centre = make_collector(keys={"kiosk-9": "secret-9"})
    Device(centre.port).deliver(Device(centre.port).block([0]))
    centre.stop()
    for file in centre.data.rglob("*"):
        if file.is_file():
            assert b"secret-9" not in file.read_bytes(), file


def test_beyond_loopback_keys_are_a_must(collector: Collector, place: Path) -> None:
    command = [*collector.command[:2], "--listen", "0.0.0.0:0", "--data", str(place / "other")]
    probe = Collector(place / "probe")
    probe.command = command
    probe.spawn()
    assert probe.end(20) == 78
    assert "--keys" in probe.said()
