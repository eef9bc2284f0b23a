"""A check that cannot fail proves nothing: each checker of the suite is shown a planted fault."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import shop
from harness import block, canonical, oracle
from harness.audit import check_audit
from harness.collector import Exported, exported
from harness.delivery import check_delivery
from harness.ingest import Tally
from harness.pseudonyms import pseudonym, replace
from harness.uploader import Device
from tally import tally

pytestmark = pytest.mark.centre

KEY = bytes(range(32))
SENT = [json.dumps(event) for event in shop.Kiosk("k", seed=1).take(50)]


def honest() -> list[Exported]:
    return [
        Exported("k", "0" * 32, 1, number, None, replace(KEY, text))
        for number, text in enumerate(SENT)
    ]


def test_the_delivery_check_passes_what_is_right() -> None:
    check_delivery(SENT, honest(), KEY)
    check_delivery(SENT[:-1], honest(), KEY, perhaps=SENT[-1:])


@pytest.mark.parametrize("fault", ["lost", "doubled", "changed", "raw", "strange", "id twice"])
def test_the_delivery_check_catches(fault: str) -> None:
    held = honest()
    if fault == "lost":
        held.pop(7)
    elif fault == "doubled":
        held.append(Exported("k", "0" * 32, 1, 99, None, held[7].text))
    elif fault == "changed":
        held[7] = Exported(*held[7].id, None, held[7].text.replace("kiosk-app", "kiosk-apq"))
    elif fault == "raw":
        number = next(n for n, text in enumerate(SENT) if "identify" in text)
        held[number] = Exported(*held[number].id, None, canonical.canonical(SENT[number]))
    elif fault == "strange":
        held.append(Exported("k", "0" * 32, 1, 99, None, "{}"))
    else:
        held[8] = Exported(*held[7].id, None, held[8].text)
    with pytest.raises(AssertionError):
        check_delivery(SENT, held, KEY)


def test_an_event_without_an_answer_may_not_come_twice() -> None:
    held = [*honest(), Exported("k", "0" * 32, 1, 99, None, honest()[-1].text)]
    with pytest.raises(AssertionError):
        check_delivery(SENT[:-1], held, KEY, perhaps=SENT[-1:])


LANE = {
    "offered": 10, "accepted": 7, "deduplicated": 2, "refused": 1, "delivered": 3, "queued": 2,
    "quarantined": 1, "dropped": 1, "holds": True,
}
BOOKS: dict[str, Any] = {"holds": True, "lanes": {
    name: dict(LANE) for name in ("critical", "normal", "ambient")
}}


def test_the_books_that_balance_pass() -> None:
    check_audit(BOOKS)


@pytest.mark.parametrize("name", [
    "offered", "accepted", "deduplicated", "refused", "delivered", "queued", "quarantined",
    "dropped", "holds",
])
def test_a_wrong_number_in_the_books_is_caught(name: str) -> None:
    books = copy.deepcopy(BOOKS)
    lane = books["lanes"]["normal"]
    lane[name] = False if name == "holds" else lane[name] + 1
    with pytest.raises(AssertionError):
        check_audit(books)


def ids(count: int) -> list[str]:
    return [f"m{number}" for number in range(count)]


def test_the_demo_is_content_with_what_is_right() -> None:
    result = tally(ids(2000), ids(2000))
    assert result.is_good
    assert result.line == "demo: sent=2000 stored=2000 lost=0 duplicated=0"


@pytest.mark.parametrize(("sent", "stored", "line"), [
    (ids(2000), ids(1999), "demo: sent=2000 stored=1999 lost=1 duplicated=0"),
    (ids(2000), [*ids(2000), "m5"], "demo: sent=2000 stored=2001 lost=0 duplicated=1"),
    (ids(2000), [*ids(1999), "m5"], "demo: sent=2000 stored=2000 lost=1 duplicated=1"),
    (ids(2000), [*ids(1999), "x"], "demo: sent=2000 stored=2000 lost=1 duplicated=0"),
    (ids(2000), [*ids(2000), None], "demo: sent=2000 stored=2001 lost=0 duplicated=0"),
    (ids(1999), ids(1999), "demo: sent=1999 stored=1999 lost=0 duplicated=0"),
    ([], [], "demo: sent=0 stored=0 lost=0 duplicated=0"),
])
def test_the_demo_catches(sent: list[str], stored: list[str | None], line: str) -> None:
    result = tally(sent, stored)
    assert result.line == line and not result.is_good


def test_the_block_decoder_catches_every_flipped_bit() -> None:
    device = Device(0)
    for deflate in (False, True):
        data = device.block([0, 3], deflate=deflate)
        assert block.decode(data).sequences == [0, 3]
        for index in range(len(data)):
            changed = bytearray(data)
            changed[index] ^= 1
            with pytest.raises(block.Malformed):
                block.decode(bytes(changed))


def test_the_line_counter_catches_a_group_that_does_not_add_up() -> None:
    with pytest.raises(AssertionError):
        Tally().add({"lines": 3, "stored": 1, "duplicate": 1, "refused": []})


def test_the_export_reader_insists_on_its_members() -> None:
    line = (
        '{"device":"k","stream":"s","epoch":1,"seq":2,"messageId":"a\\",\\"event\\":{}",'
        '"time":{"ms":3,"lower":2,"upper":null,"quality":"bounded"},"event":{"x":1}}'
    )
    assert exported(line).text == '{"x":1}'
    for member, other in (("seq", "sequence"), ("lower", "least")):
        with pytest.raises(AssertionError):
            exported(line.replace(f'"{member}"', f'"{other}"'))


def test_canonical_text_by_its_rules() -> None:
    text = '{"b" : 1.50e+2 , "a" : [ -0 , "\\u00e9\\/\\u001F\\ud800\\uD83D\\uDE00" ] ,"b": null } '
    assert canonical.canonical(text) == '{"b":1.50e+2,"a":[-0,"é/\\u001f\\ud800😀"],"b":null}'


def test_pseudonyms_by_a_vector_of_another_program() -> None:
    # printf 'email\0user@example.com' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
    digest = "YwTTbIDzTZRfDGW0iPZJfl4DfpjLXpTaLlcU5TReAeQ"
    assert pseudonym(KEY, "email", " User@Example.COM ") == f"email:k1:n2:{digest}"


def test_the_oracle_sees_a_funnel_that_goes_wrong() -> None:
    by_kiosk = {"k": shop.Kiosk("k", seed=2).take(200)}
    right = oracle.funnel(by_kiosk)
    kept = [event for event in by_kiosk["k"] if event.get("event") != "Order Completed"]
    assert oracle.funnel({"k": kept}) != right
