"""The marketer's numbers, worked out by a plain script from what the producers sent.

It follows the definitions that the README gives and none of the product's code: a few loops over
lists in memory, exact decimals, nothing clever.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

STAGES = ["awareness", "consideration", "conversion", "loyalty", "advocacy"]
SYNONYMS = {"interest": "consideration", "intent": "consideration", "retention": "loyalty"}
BY_NAME = {
    "Promotion Viewed": 0, "Product List Viewed": 0, "Products Searched": 1, "Product Viewed": 1,
    "Product Added": 1, "Cart Viewed": 1, "Checkout Started": 1, "Payment Info Entered": 1,
    "Order Completed": 2, "Loyalty Joined": 3, "Product Shared": 4, "Product Reviewed": 4,
    "Referral Sent": 4,
}
MINOR_DIGITS = {"JPY": 0, "KWD": 3}
"""ISO 4217, for the currencies that the suite's inputs use; all others there have 2."""
IDLE_SECONDS = 90
"""So long after its last event a visit is over."""
STALE_KINDS = ("track", "page", "screen", "group")
"""The calls in which an SDK repeats who it last heard of."""

Event = dict[str, Any]


def stage(event: Event) -> int | None:
    """The stage: the producer's word, else the event's name, else a promoter's score."""
    name = event.get("event") if event["type"] == "track" else event.get("name")
    content = event.get("properties") or {}
    word = event.get("stage") or event.get("context", {}).get("stage") or content.get("stage")
    if word == "purchase":
        return 2 if name == "Order Completed" else 1
    word = SYNONYMS.get(word, word)
    if word in STAGES:
        return STAGES.index(word)
    if name in BY_NAME:
        return BY_NAME[name]
    if event["type"] == "screen" and name == "Attract":
        return 0
    return 4 if content.get("nps") in (9, 10) else None


def seconds(event: Event) -> float:
    """When the producer says that it happened."""
    return datetime.fromisoformat(event["timestamp"]).timestamp()


def money(event: Event) -> tuple[str, int] | None:
    """An order's currency and minor units; None where it names no amount."""
    content = event["properties"]
    said = content.get("revenue", content.get("total"))
    if said is None:
        return None
    currency = content.get("currency") or "XXX"
    scale = Decimal(10) ** MINOR_DIGITS.get(currency, 2)
    return currency, int((Decimal(str(said)) * scale).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Visit:
    """What one person did at one kiosk."""

    kiosk: str
    number: int
    events: list[Event] = field(default_factory=list)
    last: float = 0
    known: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @property
    def person(self) -> tuple[object, ...]:
        """Who it was: the user named in it, else this visit's."""
        named = [value for kind, value in self.known if kind == "user"]
        return ("user", named[-1]) if named else ("visit", self.kiosk, self.number)


@dataclass
class Numbers:
    """What the funnel report says."""

    visits: list[int]
    people: list[int]
    gone_on: list[int]
    revenue: dict[str, int]
    orders: dict[str, int]


def identities(event: Event) -> set[tuple[str, str]]:
    """Whom an event names; spellings of one address or number are one."""
    places = [event, event.get("traits") or {}, event.get("properties") or {}]
    found = {("user", str(place["userId"])) for place in places if place.get("userId")}
    found |= {("email", place["email"].strip().lower()) for place in places if place.get("email")}
    found |= {
        ("phone", re.sub(r"[^0-9+]", "", place["phone"]))
        for place in places if place.get("phone")
    }
    return found


def is_ambient(event: Event) -> bool:
    """Whether it happens by itself."""
    name = event.get("event") or event.get("name") or ""
    return name.endswith(("Heartbeat", "Impression", "Promotion Viewed"))


def visits_of(kiosk: str, events: list[Event]) -> list[Visit]:
    """One kiosk's visits, its events being of one producer and in the order of their times."""
    out: list[Visit] = []
    for event in events:
        now = seconds(event)
        visit = out[-1] if out and now <= out[-1].last + IDLE_SECONDS else None
        if is_ambient(event):
            if visit is not None:
                visit.events.append(event)
            continue
        said = identities(event)
        bound = visit.known if visit else set()
        if event["type"] in STALE_KINDS:
            said = {
                one for one in said
                if one in bound or not any(one in earlier.known for earlier in out)
            }
        name = event.get("anonymousId") or event.get("context", {}).get("sessionId")
        other = not said & bound and {one[0] for one in said} & {one[0] for one in bound}
        reset = (
            not said & bound and visit is not None and name and visit.names
            and not any(name in earlier.names for earlier in out)
        )
        if visit is None or other or reset or event.get("event") == "Visit Started":
            visit = Visit(kiosk, len(out))
            out.append(visit)
        visit.events.append(event)
        visit.last = now
        visit.known |= said
        visit.names |= {name} if name else set()
        if event.get("event") == "Visit Ended":
            visit.last = now - IDLE_SECONDS - 0.001
    return out


def visits(by_kiosk: dict[str, list[Event]]) -> list[Visit]:
    """All visits, each kiosk's events being in its order."""
    return [visit for kiosk, events in by_kiosk.items() for visit in visits_of(kiosk, events)]


def funnel(by_kiosk: dict[str, list[Event]]) -> Numbers:
    """The whole report."""
    revenue: dict[str, int] = defaultdict(int)
    orders: dict[str, int] = defaultdict(int)
    for events in by_kiosk.values():
        for event in events:
            name = event.get("event")
            if name in ("Order Completed", "Order Refunded") and (sum_ := money(event)):
                revenue[sum_[0]] += sum_[1] if name == "Order Completed" else -sum_[1]
                orders[sum_[0]] += name == "Order Completed"
    reached: list[int] = [0] * 5
    people: list[set[tuple[object, ...]]] = [set() for _ in STAGES]
    gone_on = [0] * 4
    ordered: set[tuple[object, ...]] = set()
    chronological = sorted(visits(by_kiosk), key=lambda visit: seconds(visit.events[0]))
    for visit in chronological:
        path: list[int] = []
        for event in visit.events:
            level = stage(event)
            path += [] if level is None else [level]
            if event.get("event") == "Order Completed":
                # A person's second order is loyalty, wherever the first was made.
                path += [3] if visit.person in ordered else []
                ordered.add(visit.person)
        for level in set(path):
            reached[level] += 1
            people[level].add(visit.person)
        for level in range(4):
            later = path[path.index(level):] if level in path else []
            gone_on[level] += level + 1 in later
    return Numbers(reached, [len(group) for group in people], gone_on, dict(revenue), dict(orders))


def purchases(texts: list[str]) -> int:
    """How many orders were completed, by nothing but the text."""
    return sum(bool(re.search(r'"event":"Order Completed"', text)) for text in texts)
