"""The suite's first question: is what producers were promised at the centre, once, unchanged?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from harness.canonical import compact
from harness.collector import Exported
from harness.pseudonyms import replace


def texts(events: Iterable[Any]) -> list[str]:
    """Events as the JSON texts that a producer would send."""
    return [event if isinstance(event, str) else compact(event) for event in events]


def check_delivery(
    sent: Iterable[Any], exported: list[Exported], identity_key: bytes,
    perhaps: Iterable[Any] = (),
) -> None:
    """Fails unless the export holds each acknowledged event exactly once, byte for byte.

    Equal events are counted. Events of `perhaps` got no answer: each may be there once or not.
    """
    wanted = Counter(replace(identity_key, text) for text in texts(sent))
    allowed = Counter(replace(identity_key, text) for text in texts(perhaps))
    held = Counter(event.text for event in exported)
    lost = wanted - held
    extra = held - wanted - allowed
    ids = Counter(event.id for event in exported)
    twice = [id_ for id_, count in ids.items() if count > 1]
    assert not lost and not extra and not twice, (
        f"{lost.total()} lost, {extra.total()} too many, {len(twice)} ids twice of "
        f"{wanted.total()}; for example lost {next(iter(lost), None)} "
        f"too many {next(iter(extra), None)}"
    )
