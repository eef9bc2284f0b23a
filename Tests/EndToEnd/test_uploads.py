"""What the agent sends, and what it makes of every answer of a collector that the test plays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

import shop
from harness import double as doubles
from harness.agent import Agent
from harness.audit import quarantined
from harness.delivery import texts
from harness.double import CollectorDouble, Script, Upload, accept, receipt, signed
from harness.gateway import Reply
from harness.proxy import Fault, FaultProxy
from harness.pseudonyms import replace
from harness.waiting import eventually

EVENTS = shop.Kiosk("kiosk-1", seed=3).take(60)


def expected(agent: Agent, events: list[shop.Event] = EVENTS) -> list[str]:
    return sorted(replace(agent.identity_key, text) for text in texts(events))


def first_then(first: Script, then: Script = accept) -> Script:
    """Answers the first upload in one way and all others in another."""
    answered: list[Upload] = []

    def script(upload: Upload) -> Reply | None:
        answered.append(upload)
        return first(upload) if len(answered) == 1 else then(upload)
    return script


def wait_with(agent: Agent, double: CollectorDouble, events: list[shop.Event]) -> None:
    """Has the agent hold the events until it is told to flush: their first upload is put off."""
    double.script = lambda upload: Reply(429, b"", (("Retry-After", "3600"),))
    agent.batch(events)
    eventually(lambda: agent.status()["collector"]["failures"] == 1, "the delay to be heard of")


@pytest.mark.core
def test_uploads_keep_to_the_contract(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    agent = make_agent(double.url)
    agent.batch(EVENTS)
    agent.flush()
    assert sorted(double.held.values()) == expected(agent)
    for upload in double.uploads:
        assert upload.block.header["device"] == "kiosk-1"
        assert upload.block.header["epoch"] == 1 and "previous" not in upload.block.header
    lanes = {
        event["event"]["messageId"]: upload.block.header["lane"]
        for upload in double.uploads for event in upload.block.events
    }
    for event in EVENTS:
        lane = lanes[event["messageId"]]
        if event.get("event") in ("Order Completed", "Checkout Started", "Payment Info Entered"):
            assert lane == "critical", event
        if event.get("event") in ("Kiosk Heartbeat", "Promotion Viewed"):
            assert lane == "ambient", event
        if event.get("event") == "Product Viewed":
            assert lane == "normal", event


def test_the_next_epoch_says_where_the_one_before_ended(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    agent = make_agent(double.url)
    agent.batch(EVENTS[:7])
    agent.restart()
    agent.batch(EVENTS[7:])
    agent.flush()
    second = [upload for upload in double.uploads if upload.block.header["epoch"] == 2]
    assert second and second[0].block.header["previous"] == {"epoch": 1, "end": 7}
    assert sorted(double.held.values()) == expected(agent)


def refusal(upload: Upload, status: int) -> dict[str, object]:
    """What a collector says of a block that it will not take."""
    return {
        "status": status, "device": upload.block.header["device"], "nonce": upload.nonce,
        "sha256": hashlib.sha256(upload.exchange.body).hexdigest(), "reason": "bad",
    }


def without_signature(upload: Upload) -> Reply:
    return Reply(200, signed(upload.key, receipt(upload)).body)


def captive(upload: Upload) -> Reply:
    return Reply(200, b"<html>Welcome, guest</html>", (("Content-Type", "text/html"),))


def redirect(upload: Upload) -> Reply:
    return Reply(302, b"", (("Location", "http://127.0.0.1:9/login"),))


def wrong(**changes: object) -> Script:
    """A receipt that is signed, but not for this upload."""
    return lambda upload: signed(upload.key, receipt(upload, **changes))


def other_key(upload: Upload) -> Reply:
    return signed("another-key", receipt(upload))


def fewer(upload: Upload) -> Reply:
    """Leaves the last event of the block unmentioned."""
    held = doubles.ranges(upload.block.sequences[:-1])
    return signed(upload.key, receipt(upload, ids=held, count=len(upload.block.sequences) - 1))


def more(upload: Upload) -> Reply:
    """Acknowledges an event that was not in the block."""
    sequences = [*upload.block.sequences, upload.block.sequences[-1] + 1]
    ids, count = doubles.ranges(sequences), len(sequences)
    return signed(upload.key, receipt(upload, ids=ids, count=count, new=count))


@pytest.mark.parametrize("lie", [
    without_signature, captive, redirect, other_key, fewer, more,
    wrong(nonce="0" * 32), wrong(sha256="0" * 64), wrong(device="kiosk-2"), wrong(epoch=77),
    wrong(stream="0" * 32), wrong(count=0), lambda upload: Reply(200, b""),
    lambda upload: Reply(204), lambda upload: None,
], ids=[
    "no signature", "captive portal", "redirect", "another key", "fewer ids", "more ids",
    "nonce", "hash", "device", "epoch", "stream", "count", "empty", "no content", "cut",
])
def test_nothing_is_deleted_for_an_answer_that_is_no_receipt(
    make_agent: Callable[..., Agent], double: CollectorDouble, lie: Script
) -> None:
    # The lie is told for as long as the test looks; then the truth must find every event there.
    double.script = lie
    agent = make_agent(double.url)
    agent.batch(EVENTS[:10])
    eventually(lambda: double.uploads, "a first upload")
    said = agent.command_line("flush", "--wait", "1s")
    assert said.code in (69, 75), said
    double.held.clear()
    double.script = accept
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:10])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422])
def test_an_unsigned_refusal_drops_nothing(
    make_agent: Callable[..., Agent], double: CollectorDouble, status: int
) -> None:
    # But for the signature it is a refusal that the agent would act upon.
    double.script = lambda upload: Reply(status, signed(upload.key, refusal(upload, status)).body)
    agent = make_agent(double.url)
    agent.batch(EVENTS[:10])
    eventually(lambda: double.uploads, "a first upload")
    assert agent.command_line("flush", "--wait", "500ms").code in (69, 75)
    double.held.clear()
    double.script = accept
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:10])


def test_what_a_proxy_finds_too_large_goes_in_smaller_blocks(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    def narrow(upload: Upload) -> Reply:
        # A quarter of what was sent first, and what one event takes in any case.
        most = max(len(double.uploads[0].exchange.body) // 4, 700)
        return Reply(413, b"<html>") if len(upload.exchange.body) > most else accept(upload)
    double.script = narrow
    agent = make_agent(double.url)
    agent.batch(EVENTS[:100])
    agent.flush("120s")
    assert sorted(double.held.values()) == expected(agent, EVENTS[:100])
    assert len(double.uploads) > 4
    assert agent.status()["collector"]["state"] == "delivered"


@pytest.mark.parametrize(("reply", "state"), [
    (Reply(401), "unauthorised"), (Reply(403), "unauthorised"), (Reply(404), "misconfigured"),
    (Reply(302), "captive"), (Reply(200, b"<html>"), "captive"), (Reply(413), "too large"),
    (Reply(429), "rate-limited"), (Reply(408), "failing"), (Reply(425), "failing"),
    (Reply(500), "failing"), (Reply(503), "failing"),
], ids=lambda each: str(each.status) if isinstance(each, Reply) else each)
def test_status_names_what_is_wrong(
    make_agent: Callable[..., Agent], double: CollectorDouble, reply: Reply, state: str
) -> None:
    double.script = lambda upload: reply
    agent = make_agent(double.url)
    agent.batch(EVENTS[:1])
    eventually(lambda: agent.status()["collector"]["state"] == state, f"it is {state}")
    assert agent.command_line("status").code == 1


def test_a_moment_to_try_again_is_by_the_answers_own_clock(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    # An hour later, by a clock that is decades off the device's.
    double.script = lambda upload: Reply(503, b"", (
        ("Date", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("Retry-After", "Thu, 01 Jan 2099 01:00:00 GMT"),
    ))
    agent = make_agent(double.url)
    agent.batch(EVENTS[:1])
    eventually(lambda: (agent.status()["collector"]["nextAttemptMilliseconds"] or 0) > 3_500_000,
               "it waits for an hour")


def test_retry_after_is_honoured_and_new_events_do_not_defeat_it(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    agent = make_agent(double.url)
    wait_with(agent, double, EVENTS[:5])
    for event in EVENTS[5:10]:
        agent.batch([event])
    agent.status()
    assert len(double.uploads) == 1
    double.script = accept
    # A person's flush does not wait for the hour to pass.
    agent.flush()
    assert sorted(double.held.values()) == expected(agent, EVENTS[:10])


@pytest.mark.parametrize("fault", [
    Fault.LOST_ANSWER, Fault.UNAVAILABLE, Fault.CUT, Fault.TRUNCATED,
])
def test_a_faulty_network_repeats_but_never_loses(
    make_agent: Callable[..., Agent], double: CollectorDouble,
    make_proxy: Callable[..., FaultProxy], fault: Fault,
) -> None:
    proxy = make_proxy(double.port, lambda number: fault if number % 2 == 0 else Fault.NONE)
    agent = make_agent(proxy.url)
    for start in range(0, 60, 20):
        agent.batch(EVENTS[start:start + 20])
    agent.flush()
    assert proxy.faults[fault] > 0
    assert sorted(double.held.values()) == expected(agent)


def test_a_refused_event_is_quarantined_and_its_neighbours_are_delivered(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    def refuse(upload: Upload) -> Reply:
        bad, *good = upload.block.sequences
        return signed(upload.key, receipt(
            upload, ids=doubles.ranges(good), count=len(good), new=len(good),
            refused=[{"id": bad, "reason": "not_wanted"}],
        ))
    agent = make_agent(double.url)
    events = [event for event in EVENTS if event.get("event") == "Product Viewed"][:5]
    wait_with(agent, double, events)
    double.script = first_then(refuse)
    said = agent.command_line("flush", "--wait", "10s", "--json")
    assert said.code == 1, said
    assert agent.flush("1s").code == 0
    assert quarantined(agent.status()) == {"collector:not_wanted": 1}


def test_conflict_begins_a_new_stream_and_sends_again(
    make_agent: Callable[..., Agent], double: CollectorDouble
) -> None:
    def conflict(upload: Upload) -> Reply:
        held = doubles.ranges(upload.block.sequences)
        return signed(upload.key, receipt(upload, ids=[], count=0, new=0, conflict=held))
    double.script = first_then(conflict)
    agent = make_agent(double.url)
    agent.batch(EVENTS[:10])
    agent.flush()
    streams = {upload.id[0] for upload in double.uploads}
    assert len(streams) == 2
    first = double.uploads[0]
    taken = {text for key, text in double.held.items() if key[0] != first.id[0]}
    assert set(first.own) <= taken
    assert "cloned or restored" in agent.command_line("status").out


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_signed_refusal_of_a_block_opens_it_until_the_bad_event_is_alone(
    make_agent: Callable[..., Agent], double: CollectorDouble, status: int
) -> None:
    viewed = [event for event in EVENTS if event.get("event") == "Product Viewed"][:8]
    poison = viewed[5]["messageId"]

    def script(upload: Upload) -> Reply:
        if any(event["event"]["messageId"] == poison for event in upload.block.events):
            return signed(upload.key, refusal(upload, status), status)
        return accept(upload)
    agent = make_agent(double.url)
    wait_with(agent, double, viewed)
    double.script = script
    said = agent.command_line("flush", "--wait", "20s")
    assert said.code == 1, said
    rest = [event for event in viewed if event["messageId"] != poison]
    assert sorted(double.held.values()) == expected(agent, rest)
