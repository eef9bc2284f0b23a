"""`footfall identity test`: each platform's keys of a value, without an agent or the value."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
from pathlib import Path

import pytest

from harness.processes import device_command

FIELDS = {
    "em": "email", "ph": "phone", "fn": "first_name", "ln": "last_name", "ct": "city",
    "st": "state", "zp": "postal_code", "country": "country", "db": "birth_date", "ge": "gender",
}


def ask(value: str, *arguments: str, json_output: bool = True) -> tuple[int, str, str]:
    command = [*device_command(), "identity", "test", *arguments]
    command += ["--json"] if json_output else []
    environment = {name: text for name, text in os.environ.items() if name != "FOOTFALL_CONFIG"}
    said = subprocess.run(
        command, input=value.encode(), capture_output=True, timeout=30, env=environment)
    output, words = said.stdout.decode(), said.stderr.decode()
    if len(value.strip()) > 3 and value.strip() not in (" ".join(arguments)):
        assert value.strip() not in output + words
    return said.returncode, output, words


def keys(value: str, *arguments: str) -> dict[str, dict[str, str]]:
    code, output, words = ask(value, *arguments)
    assert code == 0 and not words, (code, output, words)
    return json.loads(output)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def graph(kind: str, text: str, key: bytes = bytes(32)) -> str:
    code = hmac.new(key, kind.encode() + b"\0" + text.encode(), hashlib.sha256).digest()
    return f"{kind}:k1:n2:" + base64.urlsafe_b64encode(code).decode().rstrip("=")


@pytest.mark.core
def test_an_email_has_the_keys_of_each_platform() -> None:
    stripped = sha256("janedoe@gmail.com")
    assert keys(" Jane.Doe+kiosk@GMAIL.com\n", "--type", "email") == {
        "schema": "identity-test/1", "type": "email", "key": "test",
        "graph": {"graph_n2": graph("email", "jane.doe+kiosk@gmail.com")},
        "meta": {"meta_sdk": sha256("jane.doe+kiosk@gmail.com")},
        "google": {"google_v1": sha256("janedoe+kiosk@gmail.com"), "google_v2": stripped},
        "uid2": {"uid2_v1": base64.b64encode(bytes.fromhex(stripped)).decode()},
    }


@pytest.mark.core
def test_a_phone_number_needs_its_region_but_for_meta() -> None:
    said = keys("(650) 555-1212", "--type", "phone")
    refused = {"refused": "no_region"}
    assert said["graph"] == said["google"] == said["uid2"] == refused
    assert said["meta"] == {"meta_sdk": sha256("6505551212")}
    said = keys("(650) 555-1212", "--type", "phone", "--region", "us")
    assert said["graph"] == {"graph_n2": graph("phone", "+16505551212")}
    assert said["google"] == {"google_v1": sha256("+16505551212")}
    assert said["meta"] == {"meta_sdk": sha256("6505551212"), "meta_e164": sha256("16505551212")}
    assert keys("+١ ٦٥٠ ٥٥٥ ١٢١٢", "--type", "phone")["graph"] == said["graph"]


@pytest.mark.core
@pytest.mark.parametrize(("value", "kind", "reason"), [
    ("", "email", "empty"), (" \n", "email", "empty"), ("null", "user_id", "blocked"),
    ("+1 650 555 1212 x12", "phone", "extension"), ("000-000", "phone", "blocked"),
    ("jane", "email", "format"), ("x" * 70_000, "last_name", "too_long"),
    (sha256(""), "email", "blocked"), ("ab\n\nc\n", "phone", "characters"),
])
def test_what_nobody_takes_is_refused(value: str, kind: str, reason: str) -> None:
    code, output, words = ask(value, "--type", kind)
    assert (code, json.loads(output), words) == (65, {"refused": reason}, "")
    code, output, words = ask(value, "--type", kind, json_output=False)
    assert (code, output, words) == (65, f"refused: {reason}\n", "")


@pytest.mark.core
def test_one_line_feed_at_the_end_is_not_of_the_value() -> None:
    for value, normal in (("a\nb\n", "a\nb"), ("a\n\n", "a\n"), ("a", "a"), ("a\r\n", "a\r")):
        said = keys(value, "--type", "user_id")
        assert said["graph"] == {"graph_n2": graph("userId", normal)}
        assert set(said) == {"schema", "type", "key", "graph"}


@pytest.mark.core
def test_the_tenant_s_key_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "identity.key"
    file.write_text(bytes(range(32)).hex() + "\n")
    file.chmod(0o600)
    said = keys("lt-100 7", "--type", "loyalty", "--key-file", str(file))
    assert said["key"] == "file"
    assert said["graph"] == {"graph_n2": graph("loyalty", "LT1007", bytes(range(32)))}
    file.write_text("short\n")
    code, output, words = ask("x1", "--type", "loyalty", "--key-file", str(file))
    assert code == 78 and not output and "not an identity key" in words


def test_a_person_reads_a_line_a_key() -> None:
    code, output, _ = ask("ada@example.org", "--type", "email", json_output=False)
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == [
        "graph_n2", "meta_sdk", "google_v1", "google_v2", "uid2_v1"]
    code, output, _ = ask("(650) 555-1212", "--type", "phone", json_output=False)
    assert output.splitlines()[0] == "graph refused no_region" and code == 0


@pytest.mark.parametrize("arguments", [
    ("--type",), ("--type", "shoe"), (), ("--type", "phone", "--region", "ZZ"),
    ("--type", "email", "ada@example.org"),
])
def test_what_cannot_be_understood_is_usage(arguments: tuple[str, ...]) -> None:
    code, output, words = ask("ada@example.net", *arguments)
    assert code == 2 and not output and "ada@" not in words


if "FOOTFALL_DATA" in os.environ:
    VECTORS = json.loads(
        (Path(os.environ["FOOTFALL_DATA"]) / "reference/hashing/vectors.json").read_text())

    @pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda each: each["input"])
    def test_each_vector_holds(vector: dict[str, str]) -> None:
        said = keys(vector["input"], "--type", FIELDS[vector["field"]])
        assert said["meta"]["meta_sdk"] == vector["meta_sdk_sha256"]
        if "google_sha256" in vector:
            assert said["google"]["google_v1"] == vector["google_sha256"]
