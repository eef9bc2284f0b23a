"""Promise 3 as arithmetic: nothing vanishes uncounted.

offered = accepted + deduplicated + held + refused + dropped in the ring, and
accepted = delivered + queued + quarantined + dropped, in every lane. The agent says whether they
hold; this checks it anew, from the numbers.
"""

from __future__ import annotations

from typing import Any


def total(value: Any) -> int:
    """A count, or the sum of counts by reason."""
    return sum(map(total, value.values())) if isinstance(value, dict) else int(value or 0)


def check_lane(lane: dict[str, Any]) -> None:
    """Fails unless both equations hold in one lane, and the agent says so."""
    came = ("accepted", "deduplicated", "held", "refused", "dropped_in_ring")
    went = ("delivered", "queued", "quarantined", "dropped")
    offered = sum(total(lane.get(name)) for name in came)
    accepted = sum(total(lane.get(name)) for name in went)
    assert lane["offered"] == offered, f"offered is not what came of it: {lane}"
    assert lane["accepted"] == accepted, f"accepted is not what became of it: {lane}"
    assert lane["holds"] is True, f"the agent says that it does not add up: {lane}"


def check_audit(audit: dict[str, Any]) -> None:
    """Fails unless every lane's books balance."""
    assert audit["lanes"], audit
    for lane in audit["lanes"]:
        check_lane(lane)
    assert audit["holds"] is True, audit


def sums(audit: dict[str, Any]) -> dict[str, int]:
    """Each number over all lanes."""
    names = ("offered", "accepted", "deduplicated", "refused", "delivered", "queued",
             "quarantined", "dropped")
    return {name: sum(total(lane.get(name)) for lane in audit["lanes"]) for name in names}
