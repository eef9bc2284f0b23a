"""What the agent adds to an event: taken off, and the names put where the markers are.

Written from the page; nothing of it is the product's.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from harness.canonical import Members, parse, write
from harness.pseudonyms import visited
from harness.seals import CENTRE, SealKey

_WORDS = [
    "email", "phone", "userId", "loyalty", "card", "firstName", "lastName", "street", "city",
    "state", "postalCode", "country", "birthDate", "gender", "emailSHA256", "emailSHA1",
    "emailMD5", "phoneSHA256", "phoneSHA1", "phoneMD5", "name", "externalId",
]
"""Types of claims, by number."""


@dataclass(frozen=True)
class Claim:
    """What is sealed of one identity: its keys by rule."""

    kind: str
    versions: str
    keys: dict[int, bytes]

    @property
    def name(self) -> str:
        """What stands for it in reports; empty without a graph key."""
        graph = self.keys.get(1)
        if graph is None:
            return ""
        text = base64.urlsafe_b64encode(graph).decode().rstrip("=")
        return f"{self.kind}:{self.versions}:{text}"


def claims(plain: bytes) -> list[Claim]:
    """Reads what was sealed."""
    assert plain[0] == 1, plain[:3]
    versions = f"k{plain[1]}:n{plain[2]}"
    out, index = [], 3
    while index < len(plain):
        kind, count = plain[index], plain[index + 1]
        index += 2
        keys = {}
        for _ in range(count):
            keys[plain[index]] = plain[index + 1:index + 33]
            index += 33
        out.append(Claim(_WORDS[kind], versions, keys))
    return out


@dataclass(frozen=True)
class Opened:
    """An event without its envelope."""

    text: str
    envelope: dict[str, Any]
    claims: list[Claim]


def opened(
    text: str, device: str, stream: str, epoch: int, sequence: int, key: SealKey = CENTRE
) -> Opened:
    """Takes an event apart; an error where the agent put no envelope on it."""
    event = parse(text)
    name, envelope = event.pop()
    assert name == "footfall" and isinstance(envelope, Members), text
    said: list[Claim] = []
    sealed = envelope.last("sealed")
    if sealed is not None:
        origin = envelope.last("origin")
        if origin is not None:
            stream, first, second = origin.split("-")
            epoch, sequence = int(first), int(second)
        said = claims(key.open(sealed, device, stream, epoch, sequence))
    names = iter([claim.name for claim in said])
    restored = visited(lambda kind, value: next(names, "") or value, event)
    return Opened(write(restored), dict(envelope), said)
