"""Hostile writers under AddressSanitizer, and C under the one for undefined behaviour.

Nothing is found; each check that is taken out of the ring is missed at once.
"""

from __future__ import annotations

import re

import pytest

from instrumented import Instrumented, Mutation, run

ADDRESSES = Instrumented(
    ".build-asan",
    ["--sanitize=address", "-Xcc", "-fsanitize=undefined", "-Xcc", "-fsanitize-trap=undefined"],
    "hostile")

READER = "Sources/Ring/LaneReader.swift"

OUTSIDE = r"AddressSanitizer: (?:heap-buffer-overflow|SEGV|BUS)"

MUTATIONS = [
    (Mutation(
        "lane-end", READER, "func record(", "bytes <= capacity &- UInt64(offset(place))",
        "true"),
     OUTSIDE),
    (Mutation(
        "read-twice", READER, "func record(", "count: Int(head.count)",
        "count: Int(shared.recordHead(offset(place)).count)"),
     OUTSIDE + "|a record of \\d+ bytes"),
    (Mutation("longest", READER, "func record(", "head.count <= payloadMost", "true"),
     r"a record of \d+ bytes"),
    (Mutation(
        "tail-ahead", READER, "func look(",
        "tail &- released <= capacity, tail &- position <= capacity", "true"),
     "more than a lane holds was read"),
    (Mutation(
        "region-length", "Sources/Ring/Region.swift", "init(taking ",
        "guard geometry.bytes == Int(bytes) else", "guard geometry.bytes > 0 else"),
     r"a region of \d+ bytes|AddressSanitizer"),
    (Mutation(
        "overflow-in-c", "Sources/CPlatform/CPlatform.c", "int64_t platform_memory_bytes(",
        "status.st_size : -1", "status.st_size + INT64_MAX : -1"),
     r"(?s)\A(?!.*Fatal error)"),
]
"""Each with what must be said of it: of an overflow in C nothing, it ends the process at once."""


def test_no_writer_gets_the_reader_out_of_its_lane() -> None:
    code, output = run(ADDRESSES.build())
    assert code == 0, output
    found = re.fullmatch(
        r"between reads: (\d+) records, (\d+) faults\nduring reads: (\d+) records, (\d+) faults\n"
        r"regions: (\d+) taken, (\d+) refused\n", output)
    assert found, output
    counts = [int(count) for count in found.groups()]
    assert counts[0] >= 1_000_000 and counts[1] >= 100_000
    assert counts[2] >= 100_000 and counts[3] >= 100_000
    assert counts[4] >= 1000 and counts[5] >= 1000


@pytest.mark.parametrize(("mutation", "said"), MUTATIONS, ids=lambda it: getattr(it, "name", ""))
def test_a_check_that_is_missing_is_missed(mutation: Mutation, said: str) -> None:
    code, output = run(ADDRESSES.build(mutation))
    assert code != 0, output
    assert re.search(said, output), output
