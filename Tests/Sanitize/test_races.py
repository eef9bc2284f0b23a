"""A lane between two threads under ThreadSanitizer: clean, and a race with any order relaxed."""

from __future__ import annotations

import pytest

from instrumented import Instrumented, Mutation, run

THREADS = Instrumented(".build-tsan", ["--sanitize=thread", "-Xcc", "-fsanitize=thread"], "races")

# Swift's runtime of the sanitizer looks away from what memmove and memcpy touch, unless told.
OPTIONS = "ignore_interceptors_accesses=0:halt_on_error=1:exitcode=66"

WRITER = "Sources/Ring/LaneWriter.swift"
READER = "Sources/Ring/LaneReader.swift"

MUTATIONS = [
    Mutation("tail-store", WRITER, "func commit(", "ordering: .releasing", "ordering: .relaxed"),
    Mutation("tail-load", READER, "func look(", "ordering: .acquiring", "ordering: .relaxed"),
    Mutation(
        "head-store", READER, "func release(",
        "headOffset).pointee.store(position, ordering: .releasing)",
        "headOffset).pointee.store(position, ordering: .relaxed)"),
    Mutation("head-load", WRITER, "func claim(", "ordering: .acquiring", "ordering: .relaxed"),
]

RUNS = 10
"""Of each change: what is caught now and then is not caught."""


def test_a_lane_between_two_threads_has_no_race() -> None:
    code, output = run(THREADS.build(), TSAN_OPTIONS=OPTIONS)
    assert code == 0, output
    assert output == "250000 records came in order and intact\n"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_an_order_that_is_relaxed_is_a_race(mutation: Mutation) -> None:
    executable = THREADS.build(mutation)
    for _ in range(RUNS):
        code, output = run(executable, TSAN_OPTIONS=OPTIONS)
        assert code == 66, output
        assert "WARNING: ThreadSanitizer: data race" in output
        # The two that race are the lane's own, and not what drives them.
        assert "4Ring10LaneWriter" in output and "4Ring10LaneReader" in output, output


def test_a_change_that_does_not_fit_is_refused() -> None:
    text = "struct A {\n    func a() {\n        b\n    }\n    func c() {\n        b\n    }\n}\n"
    fitting = Mutation("fitting", "A.swift", "func a(", "b", "d")
    assert fitting.applied(text) == text.replace("        b", "        d", 1)
    for old, function in [("e", "func a("), ("    ", "func a("), ("b", "func ")]:
        with pytest.raises(AssertionError):
            Mutation("wrong", "A.swift", function, old, "d").applied(text)
    with pytest.raises(ValueError):
        Mutation("wrong", "A.swift", "func f(", "b", "d").applied(text)
