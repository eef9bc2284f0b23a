"""Promise 3 as arithmetic: nothing vanishes uncounted.

offered = accepted + deduplicated + refused, and accepted = delivered + queued + quarantined +
dropped, in every lane. The agent says whether they hold; this works it out anew.
"""

from __future__ import annotations

from typing import Any

LANES = ["critical", "normal", "ambient"]


def check_lane(lane: dict[str, Any]) -> None:
    """Fails unless both equations hold in one lane, and the agent says so."""
    offered = lane["accepted"] + lane["deduplicated"] + lane["refused"]
    accepted = lane["delivered"] + lane["queued"] + lane["quarantined"] + lane["dropped"]
    assert lane["offered"] == offered, f"offered is not what came of it: {lane}"
    assert lane["accepted"] == accepted, f"accepted is not what became of it: {lane}"
    assert min(value for name, value in lane.items() if name != "holds") >= 0, lane
    assert lane["holds"] is True, f"the agent says that it does not add up: {lane}"


def check_audit(audit: dict[str, Any]) -> None:
    """Fails unless every lane's books balance."""
    assert list(audit["lanes"]) == LANES, audit
    for lane in audit["lanes"].values():
        check_lane(lane)
    assert audit["holds"] is True, audit


def sums(audit: dict[str, Any]) -> dict[str, int]:
    """Each number over all lanes."""
    names = audit["lanes"][LANES[0]].keys() - {"holds"}
    return {name: sum(lane[name] for lane in audit["lanes"].values()) for name in names}


def quarantined(status: dict[str, Any]) -> dict[str, int]:
    """How many events were ever put aside, by reason."""
    prefix = "quarantined:"
    return {
        name.removeprefix(prefix): count for name, count in status["counters"].items()
        if name.startswith(prefix) and count
    }
