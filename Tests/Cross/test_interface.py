"""The look at the client library finds what would harm a program, and passes what is right."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Cross"))

import interface  # noqa: E402

HEADER = """
/* footfall_not_this() */
uint32_t footfall_version(void);
int footfall_open(
    const char *name);
"""

RIGHT = """
unsigned footfall_version(void) { return 1; }
int footfall_open(const char *name) { return name != 0; }
"""

LINK = ("-Wl,-soname,libfootfall.so.1",)


def built(folder: Path, source: str = RIGHT, link: tuple[str, ...] = LINK) -> Path:
    """A library of this source, as `Cross/library` lays one out."""
    clang = Path(shutil.which("swiftc") or "").resolve().parent / "clang"
    for name in ("lib", "include"):
        (folder / name).mkdir()
    (folder / "include" / "footfall.h").write_text(HEADER)
    (folder / "library.c").write_text(source)
    made = folder / "library.o"
    shared = folder / "lib" / "libfootfall.so.1"
    for command in (
        [clang, "-fPIC", "-c", folder / "library.c", "-o", made],
        [clang, "-fuse-ld=lld", "-shared", "-nostartfiles", made, *link, "-o", shared],
        ["ar", "rcs", folder / "lib" / "libfootfall.a", made],
    ):
        subprocess.run(command, check=True)
    return folder


@pytest.mark.parametrize("line", [
    "      10:      \tud2", "       5: \tud1l\t0x1(%eax), %eax", "  1f: \thlt",
    "       c:      \tbrk\t#0x1", "  18: \tudf\t#0xfdee", "   2: \tudf.w\t#0x1",
    "  4: \tbkpt\t#0x0",
    "       c:      \ttrap",
])
def test_what_ends_a_program_is_a_trap_on_each_processor(line: str) -> None:
    assert len(interface.traps(f"<footfall_open>:\n{line}\n  20: \tret\n")) == 1


def test_what_divides_is_no_trap() -> None:
    code = "  4: \tudiv\tx0, x1, x2\n  8: \tmovq\t%rax, %rbx\n  c: \tb\t0x10 <footfall_trap>\n"
    assert interface.traps(code) == []


def test_what_is_right_passes(tmp_path: Path) -> None:
    assert interface.problems(built(tmp_path)) == []


@pytest.mark.parametrize(("source", "link", "said"), [
    (RIGHT + "void swift_retain(void) {}", LINK, "shows swift_retain"),
    (RIGHT + "int footfall_more;", LINK, "shows footfall_more"),
    (RIGHT.replace("footfall_open", "footfall_opens"), LINK, "does not have footfall_open"),
    (RIGHT, ("-Wl,-soname,libfootfall.so.2",), "another name"),
    (RIGHT, (*LINK, "-Wl,-rpath,/tmp", "-Wl,--enable-new-dtags"), "RUNPATH"),
    (RIGHT, (*LINK, "-Wl,--no-as-needed", "-lm"), "needs libm.so.6"),
    (RIGHT + "static const char text[70000] = {1}; const char *footfall_text(void) "
     "{ return text; }", LINK, "libfootfall.so.1 has 7"),
    (RIGHT + "static const char text[70000] = {1}; const char *footfall_text(void) "
     "{ return text; }", LINK, "libfootfall.a has 7"),
    (RIGHT.replace("return 1", "__builtin_trap()"), LINK, "has a trap, "),
    (RIGHT.replace("return 1", "(__builtin_abort(), 1)"), LINK, "libfootfall.a calls abort"),
    (RIGHT.replace("return 1", "(__builtin_abort(), 1)"), LINK, "libfootfall.so.1 calls abort"),
    (RIGHT.replace("int footfall_open(const char *name) { return name != 0; }",
                   "int footfall_open = 1;"), LINK, "has no code of footfall_open"),
    (RIGHT + "__attribute__((constructor)) static void early(void) {}", LINK, "(INIT"),
])
def test_what_would_harm_a_program_is_found(
    tmp_path: Path, source: str, link: tuple[str, ...], said: str
) -> None:
    assert any(said in problem for problem in interface.problems(built(tmp_path, source, link)))
