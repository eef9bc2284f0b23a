"""A sysroot appears whole or not at all, and every refusal says what to do next."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import LIBRARIES, Archive, Fault, cut, damaged, sent_whole, unsigned

CROSS = Path(__file__).resolve().parents[2] / "Cross"
PACKAGES = [
    line for line in (CROSS / "packages").read_text().splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    made = Archive(tmp_path_factory.mktemp("debian"), "armhf", PACKAGES)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def healthy(archive: Archive) -> None:
    archive.fault = sent_whole
    archive.asked.clear()


class Sysroots:
    """A cache of its own, filled from the test's archive."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.cache = folder / "cache"
        self.environment = {
            **os.environ, "MIRROR": archive.url, "KEYRING": str(archive.keyring),
            "FOOTFALL_CROSS_CACHE": str(self.cache),
        }

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CROSS / "sysroot", *arguments], env={**self.environment, **environment},
            capture_output=True, text=True, timeout=120,
        )

    def unfinished(self) -> list[str]:
        """What lies in the cache beside whole sysroots, fetched packages and locks."""
        if not self.cache.exists():
            return []
        return [entry.name for entry in self.cache.iterdir() if ".new." in entry.name]


@pytest.fixture
def sysroots(archive: Archive, tmp_path: Path) -> Sysroots:
    return Sysroots(archive, tmp_path)


def assert_refused(said: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """It ended with that code, printed no folder, and its last two lines say what and what next."""
    assert (said.returncode, said.stdout) == (code, ""), said
    what, following = said.stderr.splitlines()[-2:]
    assert what.startswith("sysroot: ") and following.startswith("  "), said.stderr
    for word in words:
        assert word in what + following, said.stderr


def host_packages() -> str:
    """Everything that says which packages this machine has, and from where."""
    kept = [Path("/var/lib/dpkg/status"), Path("/var/lib/apt/lists"), Path("/var/cache/apt")]
    return " ".join(f"{path.stat().st_mtime_ns}" for path in kept if path.exists())


def test_it_has_every_package_and_no_link_out_of_itself(sysroots: Sysroots) -> None:
    before = host_packages()
    said = sysroots.make("armhf")
    assert said.returncode == 0, said.stderr
    root = Path(said.stdout.strip())
    for name in PACKAGES:
        link = root / LIBRARIES / f"{name}.so"
        assert link.resolve() == (root / LIBRARIES / f"{name}.so.1").resolve()
        assert link.read_text() == name
    assert (root / "lib").resolve() == (root / "usr/lib").resolve()
    lines = (root / "made-from").read_text().splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [[name, "1:2.3-4"] for name in PACKAGES]
    assert not sysroots.unfinished()
    assert host_packages() == before


def test_a_second_time_asks_nobody(sysroots: Sysroots, archive: Archive) -> None:
    first = sysroots.make("armhf")
    archive.asked.clear()
    second = sysroots.make("armhf")
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert not archive.asked


def test_packages_that_are_there_are_not_fetched_again(
    sysroots: Sysroots, archive: Archive
) -> None:
    sysroots.make("armhf")
    archive.asked.clear()
    assert sysroots.make("armhf", "--refresh").returncode == 0
    assert not [path for path in archive.asked if path.endswith(".deb")]


@pytest.mark.parametrize("fault", [cut, damaged, unsigned])
def test_what_cannot_be_trusted_is_refused_and_leaves_nothing(
    sysroots: Sysroots, archive: Archive, fault: Fault
) -> None:
    archive.fault = fault
    said = sysroots.make("armhf")
    assert_refused(said, 75, "Try again", "MIRROR=")
    assert not (sysroots.cache / "bookworm-armhf").exists()
    assert not sysroots.unfinished()
    # The next run, with the fault gone, needs no help.
    archive.fault = sent_whole
    assert sysroots.make("armhf").returncode == 0


def test_a_damaged_package_in_the_cache_is_fetched_again(
    sysroots: Sysroots, archive: Archive
) -> None:
    sysroots.make("armhf")
    kept = next((sysroots.cache / "packages-armhf").glob("zlib1g_*.deb"))
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    archive.asked.clear()
    assert sysroots.make("armhf", "--refresh").returncode == 0
    assert kept.read_bytes() == whole
    assert len([path for path in archive.asked if path.endswith(".deb")]) == 1


def test_a_failed_refresh_keeps_the_sysroot_that_was_there(
    sysroots: Sysroots, archive: Archive
) -> None:
    root = Path(sysroots.make("armhf").stdout.strip())
    archive.fault = unsigned
    assert_refused(sysroots.make("armhf", "--refresh"), 75)
    assert (root / "made-from").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(
    sysroots: Sysroots, archive: Archive, number: signal.Signals
) -> None:
    asked, released = threading.Event(), threading.Event()

    def held_back(path: str, contents: bytes) -> tuple[bytes, int]:
        asked.set()
        released.wait(60)
        return contents, len(contents)
    archive.fault = held_back
    run = subprocess.Popen(
        [CROSS / "sysroot", "armhf"], env=sysroots.environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert asked.wait(60), run.poll()
    assert sysroots.unfinished()
    # As a terminal does: the whole group.
    os.killpg(run.pid, number)
    assert run.communicate(timeout=60)[0] == b"" and run.returncode != 0
    released.set()
    assert not sysroots.unfinished() and not (sysroots.cache / "bookworm-armhf").exists()


def test_what_a_killed_run_left_is_cleared_away(sysroots: Sysroots) -> None:
    left = sysroots.cache / "armhf.new.killed" / "root"
    left.mkdir(parents=True)
    assert sysroots.make("armhf").returncode == 0
    assert not sysroots.unfinished()


def test_two_at_once_make_one(sysroots: Sysroots, archive: Archive) -> None:
    runs = [
        subprocess.Popen(
            [CROSS / "sysroot", "armhf"], env=sysroots.environment, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = {run.communicate(timeout=120)[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0] and len(said) == 1
    assert len([path for path in archive.asked if path.endswith(".deb")]) == len(PACKAGES)


@pytest.mark.parametrize("arch", ["riscv64", "", "../packages", "ARM64"])
def test_an_unknown_architecture_names_those_that_are_known(
    sysroots: Sysroots, arch: str
) -> None:
    assert_refused(sysroots.make(arch), 64, "unknown architecture", "amd64 arm64 armhf")


def test_an_unknown_option_is_refused(sysroots: Sysroots) -> None:
    assert_refused(sysroots.make("armhf", "--refrehs"), 64, "--refrehs", "--refresh")


def test_a_missing_tool_is_named(sysroots: Sysroots, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "ls", "xargs", "sed", "cat"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    assert_refused(sysroots.make("armhf", PATH=str(tools)), 69, "'apt-get' is missing")


def test_a_missing_keyring_is_named(sysroots: Sysroots) -> None:
    said = sysroots.make("armhf", KEYRING="/nowhere/keys.gpg")
    assert_refused(said, 69, "/nowhere/keys.gpg", "debian-archive-keyring", "KEYRING=")


def test_an_archive_that_is_not_there_is_named(sysroots: Sysroots) -> None:
    said = sysroots.make("armhf", MIRROR="http://127.0.0.1:9")
    assert_refused(said, 75, "http://127.0.0.1:9", "MIRROR=")
    assert not sysroots.unfinished()
