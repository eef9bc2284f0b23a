"""A wrong configuration is refused with file, line, what is wrong and what is allowed: exit 78."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.processes import REPOSITORY

EXIT = 78


def refused(agent: Agent) -> str:
    """Starts the agent, which must refuse, and returns what it said."""
    agent.spawn()
    assert agent.end(20) == EXIT, agent.said()
    return agent.said()


BAD_LINES = {
    "an unknown key": ("[agent]", "volume = 11", "device"),
    "an unknown section": ("[agent]", "[wishes]\nworld = peace", "collector"),
    "a key twice": ("[store]", "quota = 64MB\nquota = 64MB", "line"),
    "a size without a unit": ("[store]", "quota = 64", "MB"),
    "a size in an odd unit": ("[store]", "quota = 64 parsecs", "MB"),
    "a size below the least": ("[store]", "quota = 1MB", "16MB"),
    "a duration without a unit": ("[collector]", "backoff_cap = 5", "5s"),
    "a yes that is none": ("[collector]", "insecure = perhaps", "yes"),
    "an indented line": ("[agent]", "  allowed_origins = https://a.example", "column"),
    "a comment behind a value": ("[agent]", "socket_group = kiosk ; ours", "line of its own"),
    "a line over 199 bytes": ("[stages]", "awareness = " + "N" * 188, "199"),
    "neither key nor section": ("[agent]", "nonsense", "key = value"),
    "an empty value": ("[agent]", "socket_group =", "value"),
    "an origin that is none": ("[agent]", "allowed_origins = null", "scheme"),
    "an unknown stage": ("[stages]", "delight = Smile", "awareness"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_named(make_agent: Callable[..., Agent], name: str) -> None:
    section, text, allowed = BAD_LINES[name]
    agent = make_agent("http://127.0.0.1:9", start=False)
    lines = agent.config.read_text().splitlines()
    if section not in lines:
        lines.append(section)
    at = lines.index(section) + 1
    lines[at:at] = text.split("\n")
    agent.config.write_text("\n".join(lines) + "\n")
    said = refused(agent)
    number = at + len(text.split("\n"))
    assert re.search(rf"{re.escape(str(agent.config))}:{number}\b", said), said
    assert allowed in said, said


BAD_VALUES = {
    "device": ("agent", "device", "no spaces please", "A-Z"),
    "a long device": ("agent", "device", "k" * 65, "64"),
    "a relative path": ("agent", "state_directory", "state", "absolute"),
    "an address": ("agent", "http_listen", "here", "127.0.0.1"),
    "a name for an address": ("agent", "http_listen", "localhost:4680", "127.0.0.1"),
    "an open door without keys": ("agent", "http_listen", "0.0.0.0:4680", "local_keys"),
    "a url": ("collector", "url", "ftp://collector.example", "http"),
    "a pin that is none": ("collector", "pins", "sha256/AAAA", "base64"),
    "a relative authority": ("collector", "ca_file", "ca.pem", "absolute"),
    "http beyond the machine": ("collector", "url", "http://collector.example", "insecure"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_is_named(make_agent: Callable[..., Agent], name: str) -> None:
    section, key, value, allowed = BAD_VALUES[name]
    agent = make_agent("http://127.0.0.1:9", start=False, changes={section: {key: value}})
    said = refused(agent)
    lines = agent.config.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith(f"{key} ="))
    assert f"{agent.config}:{number}:" in said and allowed in said, said


@pytest.mark.parametrize(("section", "key"), [
    ("agent", "device"), ("collector", "url"), ("collector", "write_key"),
])
def test_a_missing_key_is_named(
    make_agent: Callable[..., Agent], section: str, key: str
) -> None:
    agent = make_agent("http://127.0.0.1:9", start=False, changes={section: {key: None}})
    said = refused(agent)
    assert str(agent.config) in said and key in said, said


def test_a_missing_file_is_named(make_agent: Callable[..., Agent]) -> None:
    agent = make_agent("http://127.0.0.1:9", start=False)
    agent.config.unlink()
    said = refused(agent)
    assert str(agent.config) in said and "--config" in said, said


def test_without_an_identity_key_it_says_how_to_make_one(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    agent = make_agent(collector.url, start=False)
    agent.key_file.unlink()
    said = refused(agent)
    assert str(agent.key_file) in said
    # The command that it gives is run as it stands, and then the agent starts.
    command = next(line for line in said.splitlines() if "random" in line or "openssl" in line)
    command = re.search(r"`(.+)`|:\s*((?:umask|\(|openssl|head|od).+)$", command)
    assert command, said
    assert os.system(command.group(1) or command.group(2)) == 0
    assert agent.key_file.stat().st_mode & 0o777 == 0o600
    agent.start()


@pytest.mark.parametrize(("content", "mode"), [
    ("ab" * 32 + "\n", 0o644), ("ab" * 32 + "\n", 0o640), ("ab" * 31 + "\n", 0o600),
    ("xy" * 32 + "\n", 0o600), ("", 0o600), ("ab" * 32 + "\nmore\n", 0o600),
])
def test_a_key_file_that_is_open_or_malformed_is_refused(
    make_agent: Callable[..., Agent], content: str, mode: int
) -> None:
    agent = make_agent("http://127.0.0.1:9", start=False)
    agent.key_file.write_text(content)
    agent.key_file.chmod(mode)
    said = refused(agent)
    assert str(agent.key_file) in said, said
    assert not content.strip() or content.strip() not in said


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_write_key_may_come_from_a_closed_file(
    make_agent: Callable[..., Agent], collector: Collector, mode: int
) -> None:
    agent = make_agent(collector.url, start=False, changes={"collector": {"write_key": None}})
    file = agent.folder / "write.key"
    file.write_text("secret-1\n")
    file.chmod(mode)
    agent.settings["collector"]["write_key_file"] = str(file)
    agent.write_configuration()
    if mode != 0o600:
        assert str(file) in refused(agent)
        return
    agent.start()
    agent.batch([{"event": "Poked", "type": "track"}])
    agent.flush()


def test_everything_allowed_is_taken(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    agent = make_agent(collector.url, start=False)
    text = agent.config.read_text()
    agent.config.write_text(
        "# a remark\n; another\n\n" + text.replace(
            "[collector]\n",
            "local_keys = shop-app | till-app\nlocal_keys.2 = wall-app\n"
            "allowed_origins = https://a.example\nallowed_origins.2 = http://b.example:8080\n"
            "[collector]\ninsecure = no\n",
        ) + "[store]\nquota = 32MiB\n[stages]\nawareness = Door Opened | Lift Called\n"
        "awareness.2 = Music Heard\nadvocacy = Selfie Taken\n"
        "[visits]\nidle_timeout = 5s\nsplit = no\nshared_identity_visits = 1000\n"
        "start_events = Door Opened | Lift Called\nstart_events.2 = Music Heard\n"
        "end_events = Selfie Taken\n"
    )
    agent.start()
    for key in ("shop-app", "till-app", "wall-app"):
        answer = agent.post(
            "/v1/track", {"event": "Music Heard"}, {"Authorization": f"Bearer {key}"}
        )
        assert answer.status == 200
    agent.flush()
    stages = {row["stage"]: row for row in collector.funnel()["stages"]}
    # Music begins visits here.
    assert stages["awareness"]["visits"] == 3
    agent.post("/v1/track", {"event": "Selfie Taken", "anonymousId": "a"},
               {"Authorization": "Bearer shop-app"})
    agent.flush()
    assert {row["stage"]: row["visits"] for row in collector.funnel()["stages"]}["advocacy"] == 1


def test_the_example_in_deploy_is_accepted_word_for_word(
    make_agent: Callable[..., Agent], collector: Collector
) -> None:
    example = (REPOSITORY / "Deploy" / "footfall.conf").read_text()
    agent = make_agent(collector.url, start=False)
    changed = []
    for line in example.splitlines():
        key = line.split("=")[0].strip()
        value = next((v[key] for v in agent.settings.values() if v.get(key)), None)
        changed.append(f"{key} = {value}" if value and not line.startswith(("#", ";")) else line)
    agent.config.write_text("\n".join(changed) + "\n")
    said = agent.command_line("status")
    assert said.code != EXIT, said
    # Every key that the agent knows is shown, at least in a comment.
    for key in ("device", "state_directory", "runtime_directory", "http_listen", "local_keys",
                "allowed_origins", "socket_group", "url", "write_key_file", "insecure",
                "backoff_cap", "proxy", "ca_file", "pins", "certificate_file",
                "certificate_key_file", "key_file", "quota", "drain_rate", "awareness",
                "idle_timeout", "start_events", "end_events", "split", "staff_badges_file",
                "shared_identity_visits"):
        assert re.search(rf"^[#;]?\s*{key}\s*=", example, re.MULTILINE), key
