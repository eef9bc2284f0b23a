"""The collector's verbs: what they end with, and that they read beside a running `serve`."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from harness.collector import Collector
from harness.processes import Daemon, collector_command
from harness.uploader import Device

pytestmark = pytest.mark.centre


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*collector_command(), *arguments], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("arguments", [
    (), ("dance",), ("report",), ("report", "funnel"), ("report", "gaps"), ("export",),
    ("serve", "--loud"),
])
def test_what_cannot_be_understood_is_usage(arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert said.returncode == 2 and said.stderr and not said.stdout, said


def test_version_and_help() -> None:
    assert run("version").stdout.startswith("footfall-collector ")
    asked = run("--help")
    assert asked.returncode == 0 and "serve" in asked.stdout


def test_a_folder_without_an_archive_is_named(place: Path) -> None:
    for verb in (("export",), ("report", "funnel"), ("report", "gaps")):
        said = run(*verb, "--data", str(place / "nothing"))
        assert said.returncode == 74 and str(place / "nothing") in said.stderr, said
    assert not (place / "nothing").exists()


def end_of_serve(place: Path, *arguments: str) -> tuple[int, str]:
    """Starts `serve`, which must end by itself; its exit code, and what it said."""
    daemon = Daemon([*collector_command(), "serve", *arguments], place / "serve.log")
    daemon.spawn()
    return daemon.end(20), daemon.said()


def test_an_address_in_use_is_said(collector: Collector, place: Path) -> None:
    address = f"127.0.0.1:{collector.port}"
    code, said = end_of_serve(place, "--listen", address, "--data", str(place / "other"))
    assert code == 69 and address in said


def test_a_data_folder_that_cannot_be_made_is_said(place: Path) -> None:
    (place / "file").write_text("")
    folder = str(place / "file" / "data")
    code, said = end_of_serve(place, "--listen", "127.0.0.1:0", "--data", folder)
    assert code == 73 and folder in said


@pytest.mark.parametrize(("text", "mode", "what"), [
    ("kiosk-1\n", 0o600, ":1:"), ("# ours\n\nkiosk-1 a b\n", 0o600, ":3:"),
    ("kiosk 1/x y\n", 0o600, ":1:"), ("kiosk-1 same\nkiosk-2 same\n", 0o600, ":2:"),
    ("kiosk-1 secret\n", 0o644, "0600"),
])
def test_a_key_file_that_is_open_or_malformed_is_refused(
    place: Path, text: str, mode: int, what: str
) -> None:
    keys = place / "keys"
    keys.write_text(text)
    keys.chmod(mode)
    code, said = end_of_serve(
        place, "--listen", "127.0.0.1:0", "--data", str(place / "data"), "--keys", str(keys)
    )
    assert code == 78 and str(keys) in said and what in said, said
    assert "secret" not in said and "same" not in said


def test_what_it_keeps_is_for_its_owner(collector: Collector) -> None:
    device = Device(collector.port)
    device.deliver(device.block([0, 1]))
    assert stat.S_IMODE(collector.data.stat().st_mode) & 0o077 == 0
    for file in collector.data.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_reading_goes_on_while_blocks_are_taken(collector: Collector) -> None:
    device = Device(collector.port)
    for start in range(0, 200, 20):
        device.deliver(device.block(list(range(start, start + 20))))
        assert len(collector.export()) == start + 20
        assert collector.funnel()["completeness"]["events"] == start + 20


def test_sigterm_ends_it_in_order(collector: Collector) -> None:
    device = Device(collector.port)
    device.deliver(device.block([0]))
    assert collector.stop(seconds=10) == 0
    assert len(collector.export()) == 1
