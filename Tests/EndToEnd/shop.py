"""A seeded afternoon in a shop: what three kiosks' apps would hand to their agents.

Shoppers come, look, put things into the basket, say who they are or do not, pay or leave, come
back, tell others; kiosks beat. Same seed, same events: only `random()` and `getrandbits()` of the
generator are drawn, and no clock is read.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]

NOON_MILLISECONDS = 1_772_452_800_000
"""2026-03-02T12:00:00Z."""

PRODUCTS = [
    ("mug-red", "Red Mug", 850), ("tea-tin", "Tea Tin", 1295), ("wool-cap", "Wool Cap", 2400),
    ("lamp-s", "Small Lamp", 4999), ("café-press", "Café Press", 3450), ("pen", "Pen", 175),
]
CURRENCIES = [("GBP", 2), ("GBP", 2), ("GBP", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), (None, 2)]
NAMES = ["ada", "bo", "chen", "dora", "émile", "farah", "goran", "hana", "ines", "jörg"]
INTERESTS = ["Products Searched", "Product Viewed", "Product Viewed", "Product List Viewed"]


@dataclass
class Shopper:
    """A person who may come back: who they are, and the cookie they carry."""

    anonymous: str
    user: str
    email: str
    phone: str
    visits: int = 0


def iso(milliseconds: int) -> str:
    """A time as SDKs write it."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{milliseconds % 1000:03d}Z"


def amount(minor_units: int, digits: int) -> float | int:
    """A price as an app would put it into JSON."""
    return minor_units if digits == 0 else round(minor_units / 10**digits, digits)


@dataclass
class Kiosk:
    """One kiosk's app, and the afternoon before it."""

    name: str
    seed: int
    now: int = NOON_MILLISECONDS
    regulars: list[Shopper] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(f"{self.seed}/{self.name}")
        self._beat = self.now

    def events(self) -> Iterator[Event]:
        """The afternoon, event by event, without an end."""
        while True:
            self.now += int(20_000 + 90_000 * self._random.random())
            while self._beat < self.now:
                yield self._event("track", "Kiosk Heartbeat", {"uptime_s": self._beat // 1000})
                self._beat += 60_000
            yield from self._visit(self._shopper())

    def take(self, count: int) -> list[Event]:
        """The first `count` events."""
        events = self.events()
        return [next(events) for _ in range(count)]

    def _pick(self, options: list[Any]) -> Any:
        return options[int(self._random.random() * len(options))]

    def _hex(self, bits: int) -> str:
        return f"{self._random.getrandbits(bits):0{bits // 4}x}"

    def _shopper(self) -> Shopper:
        if self.regulars and self._random.random() < 0.3:
            return self._pick(self.regulars)
        name, number = self._pick(NAMES), self._hex(24)
        shopper = Shopper(
            anonymous=f"anon-{self._hex(48)}", user=f"shopper-{number}",
            email=f" {name.title()}.{number}@Example.org ",
            phone=f"+44 7700 {int(number, 16) % 1_000_000:06d}",
        )
        self.regulars = [*self.regulars, shopper][-40:]
        return shopper

    def _event(
        self, kind: str, name: str | None, content: Event, shopper: Shopper | None = None,
        **more: Any,
    ) -> Event:
        event: Event = {"type": kind, "messageId": f"{self.name}-{self._hex(64)}"}
        if shopper:
            event["anonymousId"] = shopper.anonymous
        event["timestamp"] = iso(self.now)
        if name is not None:
            event["event" if kind == "track" else "name"] = name
        event["traits" if kind in ("identify", "group") else "properties"] = content
        event["context"] = {"library": {"name": "kiosk-app", "version": "1.4"}}
        return event | more

    def _step(self, seconds: float) -> None:
        self.now += 200 + int(2000 * seconds * self._random.random())

    def _visit(self, shopper: Shopper) -> Iterator[Event]:
        shopper.visits += 1
        who: Event = {}
        yield self._event("screen", "Attract", {"entry": self._pick(["touch", "qr"])}, shopper)
        if self._random.random() < 0.4:
            self._step(3)
            yield self._event(
                "track", "Promotion Viewed", {"promotion_id": "spring", "position": "top"}, shopper
            )
        for _ in range(1 + int(self._random.random() * 6)):
            self._step(8)
            sku, title, _ = self._pick(PRODUCTS)
            name = self._pick(INTERESTS)
            content: Event = {"query": title.lower()} if name == "Products Searched" else {
                "sku": sku, "name": title, "position": int(self._random.random() * 24)
            }
            yield self._event("track", name, content, shopper, **who)
        if shopper.visits > 1 or self._random.random() < 0.35:
            self._step(5)
            who = {"userId": shopper.user}
            yield self._event(
                "identify", None, {"email": shopper.email, "phone": shopper.phone, "tier": "gold"},
                shopper, **who,
            )
        if self._random.random() < 0.6:
            yield from self._order(shopper, who)
        # Who comes back talks more, and better, of the shop.
        if self._random.random() < (0.15 if shopper.visits == 1 else 0.5):
            yield from self._advocacy(shopper, who)

    def _order(self, shopper: Shopper, who: Event) -> Iterator[Event]:
        currency, digits = self._pick(CURRENCIES)
        money: Event = {"currency": currency} if currency else {}
        number, total, lines = f"{self.name}/{self._hex(32)}", 0, []
        for _ in range(1 + int(self._random.random() * 3)):
            self._step(6)
            sku, _, price = self._pick(PRODUCTS)
            total += price
            lines.append({"sku": sku, "quantity": 1, "price": amount(price, digits)})
            yield self._event("track", "Product Added", lines[-1] | money, shopper, **who)
        self._step(10)
        order = {"order_id": number} | money
        yield self._event(
            "track", "Checkout Started", order | {"value": amount(total, digits)}, shopper, **who
        )
        if self._random.random() < 0.3:
            return
        self._step(15)
        yield self._event(
            "track", "Payment Info Entered", {"order_id": number, "method": "card"}, shopper,
            stage="purchase", **who,
        )
        self._step(5)
        # Some tills say revenue, some only the total, some write numbers as text.
        said: Event = {"revenue": amount(total, digits), "total": amount(total + 99, digits)}
        if self._random.random() < 0.3:
            said = {"total": str(amount(total, digits))}
        yield self._event(
            "track", "Order Completed", order | said | {"products": lines}, shopper, **who
        )
        if self._random.random() < 0.1:
            self._step(60)
            yield self._event(
                "track", "Order Refunded", order | {"total": amount(total, digits)}, shopper, **who
            )
        if who and self._random.random() < 0.3:
            self._step(4)
            yield self._event("track", "Loyalty Joined", {"programme": "club"}, shopper, **who)

    def _advocacy(self, shopper: Shopper, who: Event) -> Iterator[Event]:
        self._step(10)
        if self._random.random() < 0.5:
            score = 5 + int(self._random.random() * 6)
            yield self._event("track", "Survey Answered", {"nps": score}, shopper, **who)
        else:
            sku, _, _ = self._pick(PRODUCTS)
            yield self._event(
                "track", "Product Shared", {"sku": sku, "via": "qr"}, shopper, **who
            )
