"""The other scripts refuse what they cannot do, and say what to do instead."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "dirname", "ls", "xargs", "sed", "cat", "readlink", "sha256sum", "cut", "head")


def run(
    script: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "Cross" / script, *arguments], env={**os.environ, **environment},
        capture_output=True, text=True, timeout=120,
    )


def assert_refused(said: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """It ended with that code, and its last two lines say what, and what next."""
    assert said.returncode == code, said
    what, following = said.stderr.splitlines()[-2:]
    assert following.startswith("  ")
    for word in words:
        assert word in what + following, said.stderr


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with so few tools that nothing can be built."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(f"/usr/bin/{name}")
    return folder


@pytest.mark.parametrize("script", ["build", "reproduce", "test"])
@pytest.mark.parametrize("arch", ["mips", "", "../packages"])
def test_an_unknown_architecture_names_those_that_are_known(script: str, arch: str) -> None:
    assert_refused(run(script, arch), 64, "unknown architecture", "amd64 arm64 armhf")


def test_a_missing_compiler_is_named(tools: Path) -> None:
    assert_refused(run("build", "armhf", PATH=str(tools)), 69, "no swiftc", "https://www.swift.org")


def test_half_a_toolchain_is_named(tools: Path, tmp_path: Path) -> None:
    compiler = tmp_path / "usr" / "bin" / "swiftc"
    compiler.parent.mkdir(parents=True)
    compiler.write_text("")
    compiler.chmod(0o755)
    (tools / "swiftc").symlink_to(compiler)
    said = run("build", "armhf", PATH=str(tools))
    assert_refused(said, 69, "'clang' is missing", str(compiler.parent))
    for name in ("clang", "ld.lld", "llvm-ar", "llvm-objcopy", "llvm-objdump", "llvm-nm"):
        (compiler.parent / name).symlink_to(compiler)
    assert_refused(run("build", "armhf", PATH=str(tools)), 69, "no Embedded Swift for armv7")


def test_a_missing_emulator_is_named(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    needed = ("apt-get", "apt-cache", "dpkg-deb", "dpkg", "flock", "tar", "mkdir", "mktemp", "rm")
    for name in (*TOOLS, *needed):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    said = run("test", "armhf", PATH=str(tools))
    assert_refused(said, 69, "'qemu-arm-static' is missing", "qemu-user-static")


def test_nothing_to_compare_with_is_said(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "Cross").symlink_to(ROOT / "Cross")
    said = subprocess.run(
        [clone / "Cross" / "reproduce", "armhf"], capture_output=True, text=True, timeout=120
    )
    assert_refused(said, 66, "no build/armhf/footfall", "Cross/build armhf")
