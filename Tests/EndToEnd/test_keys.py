"""The keys that identities are sealed to: made, listed, changed under way, and retired."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import tables
from harness.agent import Agent, Said
from harness.canary import inflated
from harness.collector import Collector
from harness.processes import Daemon, collector_command
from harness.pseudonyms import pseudonym
from harness.seals import CENTRE

MEMBERS = ["name", "state", "key", "created", "retired", "events", "unopened", "latestMilliseconds"]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
ADA = {
    "type": "identify", "userId": "QX7WADA09",
    "traits": {"email": "Zkada.Vlovqx@Example.org", "phone": "+44 7911 842637"},
}
NORMAL = [("userId", "QX7WADA09"), ("email", "zkada.vlovqx@example.org"),
          ("phone", "+447911842637")]
RAW = ["qx7wada09", "zkada.vlovqx", "7911842637", "7911 842637"]
"""As they stand in a lower-case text; nothing of them is in the dictionary of common texts."""
MARKED = {"userId": "[userId]", "traits": {"email": "[email]", "phone": "[phone]"}}


def name_of(key: str) -> str:
    """A key's name, of the text that devices are given."""
    assert re.fullmatch(r"x25519:[A-Za-z0-9_-]{43}", key), key
    public = base64.urlsafe_b64decode(key.removeprefix("x25519:") + "=")
    return hashlib.sha256(public).hexdigest()[:16]


def new(collector: Collector) -> str:
    """`keys new`: the public half."""
    said = collector.command_line("keys", "new")
    assert said.code == 0 and not said.err, said
    return re.fullmatch(r"collector_key = (.+)\n", said.out)[1]


def listed(collector: Collector) -> dict[str, dict[str, Any]]:
    """`keys list --json`, by name."""
    said = collector.command_line("keys", "list", "--json")
    assert said.code == 0 and said.json["schema"] == "keys/1", said
    assert all(list(key) == MEMBERS for key in said.json["keys"]), said
    return {key["name"]: key for key in said.json["keys"]}


def retire(collector: Collector, key: str, *more: str) -> Said:
    return collector.command_line("keys", "retire", name_of(key), *more)


def apart(folder: Path) -> Collector:
    """A collector that never ran, without keys."""
    collector = Collector(folder)
    (collector.data / "seal.keys").unlink()
    collector.data.rmdir()
    return collector


@pytest.mark.centre
def test_a_key_is_made_listed_and_retired(place: Path) -> None:
    collector = apart(place / "centre")
    assert listed(collector) == {}
    said = collector.command_line("keys", "list")
    assert (said.code, said.out) == (0, "no keys; make one with `keys new`\n"), said
    first = new(collector)
    file = collector.data / "seal.keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(collector.data.stat().st_mode) == 0o700
    second = new(collector)
    assert first != second and list(listed(collector)) == [name_of(first), name_of(second)]
    secret = file.read_text().split()[2]
    said = retire(collector, first)
    assert (said.code, said.err) == (0, ""), said
    assert secret not in file.read_text() and not list(collector.data.glob("*.new"))
    keys = listed(collector)
    one, other = keys[name_of(first)], keys[name_of(second)]
    assert (one["state"], one["key"], other["state"]) == ("retired", first, "active")
    assert re.fullmatch(TIME, one["created"]) and re.fullmatch(TIME, one["retired"])
    assert other["retired"] is None and other["latestMilliseconds"] is None
    assert (other["events"], other["unopened"]) == (0, 0)
    text = collector.command_line("keys", "list").out
    assert re.fullmatch(
        rf"{name_of(first)}  retired, since {TIME}\n  {first}\n"
        rf"  events 0, unopened 0, last never\n"
        rf"{name_of(second)}  active, since {TIME}\n  {second}\n"
        rf"  events 0, unopened 0, last never\n", text), text
    assert file.read_text().split()[-1] not in text


@pytest.mark.centre
def test_the_only_key_is_retired_by_force_alone(place: Path) -> None:
    collector = apart(place / "centre")
    key = new(collector)
    said = retire(collector, key)
    assert said.code == 78 and name_of(key) in said.err and "--force" in said.err, said
    assert listed(collector)[name_of(key)]["state"] == "active"
    assert retire(collector, key, "--force").code == 0
    assert listed(collector)[name_of(key)]["state"] == "retired"
    # It is retired, so there is nothing more to be forced.
    said = retire(collector, key, "--force")
    assert said.code == 78 and "no active key" in said.err, said


@pytest.mark.centre
def test_keys_made_at_once_are_all_kept(place: Path) -> None:
    collector = apart(place / "centre")
    # One first, so that none has to make the folder.
    keys = [new(collector)]
    command = [*collector_command(), "keys", "new", "--data", str(collector.data)]
    for _ in range(5):
        made = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        said = [process.communicate(timeout=60)[0] for process in made]
        assert [process.returncode for process in made] == [0] * 4
        keys += [text.removeprefix("collector_key = ").strip() for text in said]
    assert {key["key"] for key in listed(collector).values()} == set(keys)


@pytest.mark.centre
def test_a_name_that_no_key_has_is_said(place: Path) -> None:
    collector = apart(place / "centre")
    key = new(collector)
    before = (collector.data / "seal.keys").read_bytes()
    said = collector.command_line("keys", "retire", "0123456789abcdef")
    assert said.code == 78 and "0123456789abcdef: no active key" in said.err, said
    for name in ("x", name_of(key)[:15], name_of(key) + "0", key):
        said = collector.command_line("keys", "retire", name)
        assert said.code == 2 and "16 hexadecimal digits" in said.err, said
    assert collector.command_line("keys", "retire").code == 2
    assert (collector.data / "seal.keys").read_bytes() == before


@pytest.mark.centre
@pytest.mark.parametrize(("text", "mode", "what"), [
    ("active 2026-01-01T00:00:00Z 00\n", 0o600, "seal.keys:1: no key pair"),
    ("\n\nactive\n", 0o600, "seal.keys:3: no key pair"),
    ("", 0o640, "chmod 600"), ("", 0o604, "chmod 600"),
])
def test_a_file_of_keys_that_is_open_or_broken_is_refused(
    place: Path, text: str, mode: int, what: str
) -> None:
    collector = Collector(place / "centre")
    file = collector.data / "seal.keys"
    file.write_text(text or file.read_text())
    file.chmod(mode)
    before = file.read_bytes()
    for verb in (["list"], ["list", "--json"], ["new"], ["retire", name_of(CENTRE.text)]):
        said = collector.command_line("keys", *verb)
        assert said.code == 78 and what in said.err and not said.out, said
        assert CENTRE.secret.hex() not in said.err
    serving = Daemon(
        [*collector_command(), "serve", "--listen", "127.0.0.1:0", "--data", str(collector.data)],
        place / "serve.log")
    serving.spawn()
    assert serving.end(20) == 78
    assert what in serving.said() and CENTRE.secret.hex() not in serving.said()
    assert file.read_bytes() == before


def say(agent: Agent, message: str) -> None:
    """Ada comes by; her event is acknowledged by the centre."""
    agent.batch([ADA | {"messageId": message}])
    agent.flush()


def seen(collector: Collector, message: str) -> dict[str, Any]:
    """Whom an event names at the centre."""
    found = [event.event for event in collector.export() if event.message == message]
    assert len(found) == 1, found
    return {name: found[0][name] for name in MARKED}


def named(agent: Agent) -> dict[str, Any]:
    """Ada, by the names that the agent's tenant has for her."""
    user, email, phone = (pseudonym(agent.identity_key, *each) for each in NORMAL)
    return {"userId": user, "traits": {"email": email, "phone": phone}}


@pytest.mark.core
def test_keys_change_while_devices_deliver(make_agent: MakeAgent, collector: Collector) -> None:
    tenant = bytes(range(32))
    first = make_agent(collector.url, "kiosk-1", identity_key=tenant)
    say(first, "a1")
    key = new(collector)
    second = make_agent(
        collector.url, "kiosk-2", identity_key=tenant,
        changes={"identity": {"collector_key": key}})
    say(second, "b1")
    say(first, "a2")
    for message in ("a1", "a2", "b1"):
        assert seen(collector, message) == named(first), message
    pid = collector.pid
    old, fresh = name_of(CENTRE.text), name_of(key)
    keys = listed(collector)
    assert [(keys[name]["events"], keys[name]["unopened"]) for name in (old, fresh)] == [
        (2, 0), (1, 0)]
    assert keys[old]["latestMilliseconds"] > 1_500_000_000_000
    assert retire(collector, CENTRE.text).code == 0
    say(first, "a3")
    say(second, "b2")
    assert seen(collector, "a3") == MARKED and seen(collector, "a2") == named(first)
    assert seen(collector, "b2") == named(second)
    keys = listed(collector)
    assert (keys[old]["state"], keys[old]["events"], keys[old]["unopened"]) == ("retired", 3, 1)
    assert (keys[fresh]["events"], keys[fresh]["unopened"]) == (2, 0)
    text = collector.command_line("keys", "list").out
    assert re.search(rf"{old}  retired, .*\n.*\n  events 3, unopened 1, last {TIME}\n", text), text
    # The device is given the other key, and is named again.
    first.settings["identity"]["collector_key"] = key
    first.write_configuration()
    first.restart()
    say(first, "a4")
    assert seen(collector, "a4") == named(first) and collector.pid == pid


def digests(tenant: bytes) -> list[bytes]:
    """All that could be known of Ada by: keyed, or unkeyed as advertisers take them."""
    found = []
    for kind, value in NORMAL:
        found += [hashlib.sha256(text.encode()).digest() for text in {value, value.lstrip("+")}]
        found.append(hmac.digest(tenant, kind.encode() + b"\0" + value.encode(), "sha256"))
    return found


def spelt(digest: bytes) -> list[bytes]:
    """A digest in texts that deflate cannot put together of others; of 16 digits it could."""
    texts = [base64.b64encode(digest), base64.urlsafe_b64encode(digest)]
    return [text.rstrip(b"=") for text in texts]


def found(agent: Agent, needles: list[bytes]) -> list[bytes]:
    """Which stand in what a stopped agent stored, inflated too, or said, in whatever case."""
    files = [*agent.state.rglob("*"), agent.log]
    texts = [file.read_bytes() for file in files if file.is_file()]
    for value in tables.values(agent.state):
        texts += [value, *inflated(value)]
    lower = [text.lower() for text in texts]
    return [needle for needle in needles if any(needle.lower() in text for text in lower)]


@pytest.mark.core
def test_without_a_key_identities_are_dropped_and_counted(
    make_agent: MakeAgent, collector: Collector
) -> None:
    tenant = bytes(range(32))
    agent = make_agent(
        collector.url, identity_key=tenant, changes={"identity": {"collector_key": None}})
    collector.stop()
    consent = {"context": {"consent": {"categoryPreferences": {"advertising": True}}}}
    agent.batch([ADA | consent | {"messageId": f"wqzvx{number}"} for number in range(40)])
    agent.batch([{"type": "track", "event": "Poked", "messageId": "p"}])
    assert agent.status()["counters"]["identity_dropped"] == 40 * len(NORMAL)
    agent.stop()
    secrets = digests(tenant)
    texts = [raw.encode() for raw in RAW] + [text for each in secrets for text in spelt(each)]
    there = [b"wqzvx0", b"wqzvx39"]
    assert found(agent, [*there, *texts, *secrets, b'"sealed"']) == there
    # What is told in other places by one who guards none is found there.
    other = make_agent(
        "http://127.0.0.1:9", "kiosk-2", changes={"guard": {"enabled": "no"}})
    other.batch([{"type": "track", "event": "Poked", "properties": {
        "told": [text.decode() for text in texts]}}])
    other.stop()
    assert found(other, texts) == texts
    collector.start()
    agent.start()
    agent.flush()
    assert seen(collector, "wqzvx0") == seen(collector, "wqzvx39") == MARKED
    # Nothing is sealed, so there is nothing that could not be opened.
    assert listed(collector)[name_of(CENTRE.text)]["events"] == 0


@pytest.mark.core
@pytest.mark.parametrize("value", [
    "x25519:short", CENTRE.text.removeprefix("x25519:"), CENTRE.text + "A", CENTRE.text[:-1],
    CENTRE.text.replace("x25519", "X25519"), "x25519:" + CENTRE.public.hex(),
])
def test_a_bad_key_is_refused_by_the_device(make_agent: MakeAgent, value: str) -> None:
    agent = make_agent(
        "http://127.0.0.1:9", start=False, changes={"identity": {"collector_key": value}})
    agent.spawn()
    assert agent.end(20) == 78, agent.said()
    lines = agent.config.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("collector_key ="))
    said = agent.said()
    assert f"{agent.config}:{number}: bad collector_key" in said, said
    assert "43 characters" in said and "footfall-collector keys list" in said, said
