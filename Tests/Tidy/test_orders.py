"""The ring's memory orders are those that its models were run against."""

from __future__ import annotations

import difflib

import pytest

import orders

TEXT = """\
public struct Lane {
    /// Hands over.
    mutating func commit(_ count: Int, kind: UInt16) {
        // Release: the partner of the acquire.
        unsafe shared.word(Layout.tail).pointee.store(tail, ordering: .releasing)
        platform_compiler_barrier()
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard unsafe shared.word(Layout.level).pointee.load(ordering: .relaxed) > 0 else { return }
    }

    var waiting: UInt64 {
        unsafe tails[0].word(Layout.tail).pointee.load(ordering: .acquiring)
    }

    func sleep() { _ = platform_membarrier() }
}
"""
STORE = "        unsafe shared.word(Layout.tail).pointee.store(tail, ordering: .releasing)\n"


def listed(text: str) -> list[str]:
    return orders.listing([("Lane.swift", text)], "hash")


def test_the_models_were_run_against_these_orders() -> None:
    before = orders.LISTING.read_text().splitlines()
    changes = difflib.unified_diff(before, orders.present(), "as modelled", "now", "", "", 0, "")
    told = "\n".join(changes)
    assert not told, (
        f"The ring's memory orders, or its models, have changed:\n{told}\n"
        "Bring the models of Tests/Models in line, then run Tests/Models/run: it lists them anew."
    )


def test_orders_are_listed_with_their_function_and_call() -> None:
    assert listed(TEXT)[2:] == [
        "Lane.swift  commit(_:kind:)  shared.word(Layout.tail).pointee"
        ".store(tail, ordering: .releasing)",
        "Lane.swift  commit(_:kind:)  platform_compiler_barrier()",
        "Lane.swift  commit(_:kind:)  atomicMemoryFence(ordering: .sequentiallyConsistent)",
        "Lane.swift  commit(_:kind:)  shared.word(Layout.level).pointee.load(ordering: .relaxed)",
        "Lane.swift  waiting  tails[0].word(Layout.tail).pointee.load(ordering: .acquiring)",
        "Lane.swift  sleep()  platform_membarrier()",
    ]


FAULTS = {
    "another order": TEXT.replace(".releasing", ".relaxed"),
    "another word": TEXT.replace("Layout.level", "Layout.head"),
    "moved to another function": TEXT.replace(STORE, "").replace(
        "    func sleep() {", f"    func sleep() {{\n{STORE}"
    ),
    "behind its fence": TEXT.replace(STORE, "").replace(
        "sequentiallyConsistent)\n", f"sequentiallyConsistent)\n{STORE}"
    ),
    "a function renamed": TEXT.replace("kind:", "ofKind:"),
    "no barrier": TEXT.replace("        platform_compiler_barrier()\n", ""),
    "no fence": TEXT.replace("        atomicMemoryFence(ordering: .sequentiallyConsistent)\n", ""),
    "no membarrier": TEXT.replace("platform_membarrier()", "0"),
    "one more": TEXT.replace(STORE, STORE * 2),
    "in a comment": TEXT.replace("        platform_comp", "        // platform_comp"),
}


@pytest.mark.parametrize("text", FAULTS.values(), ids=FAULTS)
def test_a_changed_order_shows(text: str) -> None:
    assert text != TEXT
    assert listed(text) != listed(TEXT)


REWRITTEN = {
    "comments": TEXT.replace("the partner of the acquire", "ordering: .relaxed, or membarrier"),
    "lines": TEXT.replace(".store(tail, ", "\n            .store(\n                tail,\n  "),
    "white space": TEXT.replace("    ", "\t"),
    "other code": TEXT.replace("mutating func commit", "@inline(__always)\n    func commit"),
}


@pytest.mark.parametrize("text", REWRITTEN.values(), ids=REWRITTEN)
def test_what_is_no_order_does_not_show(text: str) -> None:
    assert text != TEXT
    assert listed(text) == listed(TEXT)


def test_a_changed_model_shows() -> None:
    assert orders.listing([("Lane.swift", TEXT)], "other") != listed(TEXT)
