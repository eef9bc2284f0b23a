"""Visits: a day at a shared kiosk is told as it was, and an operator marks and sees visits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.agent import Agent
from harness.collector import Collector
from shop import iso

SETTINGS = {"visits": {"start_events": "Person Detected", "end_events": "Order Completed | Gone"}}
BADGE = "staff-0815"
SHOPPERS = 500
RESTARTED = 260
"""The kiosk is switched off and on before this shopper; its page begins anew."""


@dataclass
class Day:
    """A script of who came when: what the kiosk's app says at once, and what a second program
    says late.

    Shoppers whom nothing tells apart leave more than the idle timeout between them.
    """

    seed: int
    web: list[list[dict[str, Any]]] = field(default_factory=list)
    late: list[list[dict[str, Any]]] = field(default_factory=list)
    staff: set[int] = field(default_factory=set)
    _cookie: str | None = None
    _now: float = 0

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self._now = time.time() - 86_000
        is_apart, was_named = True, False
        for index in range(SHOPPERS):
            if index == RESTARTED:
                self._cookie = None
            is_named = chance.random() < 0.5
            is_staff = not is_named and chance.random() < 0.1
            self._come(index, chance, is_named, is_staff, is_apart or (is_named and was_named))
            end = chance.random()
            if end < 0.4:
                self._say(index, "track", chance.choice(["Order Completed", "Gone"]))
            # Whoever follows at once is detected, or says who they are after one who did.
            is_apart = end < 0.4 or end > 0.7
            self._now += 20 if end < 0.7 else 91 + 60 * chance.random()
            was_named = is_named

    def _say(self, index: int, kind: str, name: str, **more: Any) -> None:
        events = self.web if kind != "late" else self.late
        while len(events) <= index:
            events.append([])
        event = {
            "type": kind if kind != "late" else "track",
            "anonymousId": f"never-reset-{kind == 'late'}",
            "timestamp": iso(int(self._now * 1000)), "event": name, "properties": {},
            "messageId": f"{index}/{kind}/{len(events[index])}",
        }
        events[index].append(event | more)

    def _come(
        self, index: int, chance: random.Random, is_named: bool, is_staff: bool, is_apart: bool,
    ) -> None:
        if not is_apart or chance.random() < 0.2:
            self._say(index, "track", "Person Detected")
        if is_staff:
            self.staff.add(index)
            self._say(index, "track", "Card Read", properties={"loyaltyNumber": BADGE})
        if is_named:
            self._cookie = f"user-{index}"
            self._say(
                index, "identify", "", userId=self._cookie,
                traits={"email": f"Shopper{index}@Example.org"})
        for _ in range(chance.randrange(3, 8)):
            self._now += 3 + chance.random() * 40
            more = {"userId": self._cookie} if self._cookie and chance.random() < 0.5 else {}
            self._say(index, "track", "Product Viewed", **more)
            if chance.random() < 0.3:
                self._say(index, "late", "Offer Shown")
        self._now += 1

    def shopper(self, message: str) -> int:
        """Whose doing it was."""
        return int(message.split("/")[0])


def tell(agent: Agent, key: str, events: list[dict[str, Any]]) -> None:
    """Posts events of one program."""
    answer = agent.post("/v1/batch", {"writeKey": key, "batch": events})
    assert answer.status == 200, answer


@pytest.mark.core
def test_a_day_at_a_shared_kiosk(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    day = Day(seed=7)
    agent = make_agent(collector.url, changes=SETTINGS, start=False)
    badges = agent.folder / "badges"
    badges.write_text(f"# the floor's\n{BADGE}\n")
    agent.settings["visits"]["staff_badges_file"] = str(badges)
    agent.write_configuration()
    agent.start()
    for start in range(0, SHOPPERS, 10):
        # Two of each ten by themselves, so that a visit is told in several requests.
        for events in day.web[start:start + 2]:
            for event in events:
                tell(agent, "web", [event])
        tell(agent, "web", [event for one in day.web[start + 2:start + 10] for event in one])
        late = [event for one in day.late[start:start + 10] for event in one]
        random.Random(start).shuffle(late)
        tell(agent, "tablet", late)
        if start + 10 == RESTARTED:
            agent.kill()
            agent.start()
    agent.flush()
    exported = collector.export()
    assert len(exported) == sum(map(len, day.web)) + sum(map(len, day.late))
    visits_of: dict[int, set[tuple[int, int | None]]] = {}
    for event in exported:
        shopper = day.shopper(event.message or "")
        visits_of.setdefault(shopper, set()).add((event.epoch, event.visit))
    assert {shopper: len(visits) for shopper, visits in visits_of.items()} == {
        shopper: 1 for shopper in range(SHOPPERS)
    }
    visits = set.union(*visits_of.values())
    assert len(visits) == SHOPPERS and all(visit for _, visit in visits)
    staff = {
        day.shopper(event.message or "") for event in exported if event.actor == "staff"
    }
    assert staff == day.staff and len(staff) > 10
    report = collector.funnel()
    assert report["visits"] == SHOPPERS - len(staff)
    assert (report["staff_visits_left_out"], report["test_visits_left_out"]) == (len(staff), 0)
    # Whom an app's SDK still believes to be there is not who is: each visit has its own person.
    looked = report["stages"][1]
    assert looked["people"] == looked["visits"] == report["visits"]
    assert collector.funnel("--all-actors")["visits"] == SHOPPERS
    assert f"({len(staff)} visits of staff and 0 tests left out" in (
        collector.command_line("report", "funnel").out)


def test_an_operator_marks_visits_and_sees_them(agent: Agent, collector: Collector) -> None:
    nothing = agent.command_line("visit", "show")
    assert nothing.code == 0 and nothing.out.startswith("no visit now\n")
    started = agent.command_line("visit", "start", "--actor", "test", "--json")
    assert started.code == 0 and started.json["schema"] == "visit/1"
    agent.batch([
        {"type": "identify", "userId": "ada", "traits": {"email": "ada@example.org"}},
        {"type": "track", "event": "Product Viewed"},
    ])
    shown = agent.command_line("visit", "show", "--json").json
    assert shown["visit"] == started.json["started"] and shown["actor"] == "test"
    assert sorted(shown["identified"]) == ["email", "userId"]
    assert shown["visits24h"] == 1 and shown["shared"] == 0
    words = agent.command_line("visit", "show")
    assert "known by   email, userId" in words.out and "ada" not in words.out
    assert max(map(len, words.out.splitlines())) <= 80
    ended = agent.command_line("visit", "end")
    assert ended.out == f"visit {shown['visit']} ended\n"
    assert agent.command_line("visit", "show", "--json").json["visit"] is None
    # The next is another's, and is no test.
    agent.batch([{"type": "track", "event": "Product Viewed"}])
    agent.flush()
    assert [(event.event.get("event"), event.actor) for event in collector.export()] == [
        ("Visit Started", "test"), (None, "test"), ("Product Viewed", "test"),
        ("Visit Ended", "test"), ("Product Viewed", "shopper"),
    ]
    report = collector.funnel()
    assert (report["visits"], report["test_visits_left_out"]) == (1, 1)


@pytest.mark.parametrize(
    "words", [["visit"], ["visit", "begin"], ["visit", "start", "now"],
              ["visit", "start", "--actor", "robot"], ["visit", "end", "--actor", "staff"],
              ["status", "--actor", "staff"]])
def test_a_visit_is_asked_for_as_it_is_written(agent: Agent, words: list[str]) -> None:
    said = agent.command_line(*words)
    assert said.code == 2 and said.out == "", said


def test_an_identity_that_many_share_is_shown_by_type_alone(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    agent = make_agent(collector.url, changes={"visits": {"shared_identity_visits": "3"}})
    for visit in range(6):
        agent.batch([
            {"type": "track", "event": "Visit Started", "properties": {}},
            {"type": "identify", "userId": f"user-{visit}",
             "traits": {"email": "till@shop.example"}},
        ])
    shown = agent.command_line("visit", "show", "--json").json
    assert (shown["shared"], shown["sharedTypes"]) == (1, ["email"])
    assert shown["identified"] == ["userId"]
    assert "shared by too many to tell anything: 1 (email)" in (
        agent.command_line("visit", "show").out)
    agent.flush()
    emails = [
        event.event["traits"]["email"] for event in collector.export()
        if event.event["type"] == "identify"
    ]
    assert len(set(emails[:3])) == 1 and set(emails[3:]) == {"[email]"}


BAD_BADGES = {
    "a missing file": (None, "cannot be read"),
    "too many": ("".join(f"{n}\n" for n in range(501)), "500"),
}


@pytest.mark.parametrize("name", BAD_BADGES)
def test_a_bad_list_of_badges_is_named(make_agent: Callable[..., Agent], name: str) -> None:
    text, words = BAD_BADGES[name]
    agent = make_agent("http://127.0.0.1:9", start=False, changes={"visits": {}})
    file = agent.folder / "badges"
    if text is not None:
        file.write_text(text)
    agent.settings["visits"]["staff_badges_file"] = str(file)
    agent.write_configuration()
    agent.spawn()
    assert agent.end(20) == 78, agent.said()
    assert str(file) in agent.said() and words in agent.said()
