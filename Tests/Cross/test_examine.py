"""Every examination of an executable finds the fault that it is for, and passes what is right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Cross"))

import examine  # noqa: E402

SYMBOLS = """
   Num:    Value  Size Type    Bind   Vis      Ndx Name
     1: 00000000     0 FUNC    GLOBAL DEFAULT  UND HMAC@OPENSSL_3.0.0 (2)
     2: 00000000     0 FUNC    GLOBAL DEFAULT  UND open64@GLIBC_2.4 (5)
     3: 00000000     0 FUNC    GLOBAL DEFAULT  UND getrandom@GLIBC_2.25 (5)
     4: 00000000     0 FUNC    GLOBAL DEFAULT  UND sqlite3_step
     5: 00011d4c   120 FUNC    GLOBAL DEFAULT   13 main
"""

LIBC = {
    "open", "open64", "getrandom", "clock_gettime", "__clock_gettime64", "fstat64",
    "__fstat64_time64", "memcpy",
}

HEADER = """
# define ASN1_TIME_dup(t) some_macro(t, time_t)
/* int a_comment(time_t t); */
int ASN1_TIME_set(ASN1_TIME *s, time_t t);
# ifdef SOMETHING \\
    && defined(time_t)
int BIO_wait(BIO *bio,
             time_t max_time);
# endif
int BIO_gets(BIO *bp, char *buf, int size);
struct tm *OPENSSL_gmtime(const time_t *timer, struct tm *result);
void SSL_on_time(int (*callback)(time_t now));
"""


def test_imports_are_read_with_their_versions() -> None:
    assert examine.imports(SYMBOLS) == {
        "HMAC": "OPENSSL_3.0.0", "open64": "GLIBC_2.4", "getrandom": "GLIBC_2.25",
        "sqlite3_step": "",
    }


def test_the_floor_is_the_newest_version_and_not_the_last_in_spelling() -> None:
    assert examine.glibc_floor(examine.imports(SYMBOLS)) == (2, 25)


def test_functions_that_take_times_are_found_in_headers() -> None:
    found = examine.declared_with_time([HEADER])
    assert {"ASN1_TIME_set", "BIO_wait", "OPENSSL_gmtime", "SSL_on_time"} <= found
    assert not {"BIO_gets", "a_comment", "some_macro", "ASN1_TIME_dup"} & found


@pytest.mark.parametrize("name", ["open", "clock_gettime", "fstat64"])
def test_calls_that_cross_with_32_bits_are_found(name: str) -> None:
    assert examine.narrow_calls([name, "memcpy"], LIBC) == [name]


def test_calls_that_cross_with_64_bits_pass() -> None:
    wide = ["open64", "__clock_gettime64", "__fstat64_time64", "getrandom", "memcpy"]
    assert not examine.narrow_calls(wide, LIBC)


def test_outlined_arrays_are_found() -> None:
    names = "0001 r $s6Events4TextVTv3_r\n0002 T $s6Events4TextVTv3_rX\n"
    assert examine.outlined_arrays(names) == ["$s6Events4TextVTv3_r"]


def test_a_target_allows_its_loader_and_its_own_libraries() -> None:
    target = "loader=/lib/ld-one.so.3\nlibraries=(liba.so.1 libb.so.2)\nemulator=qemu\n"
    assert examine.target_libraries(target) == {"ld-one.so.3", "liba.so.1", "libb.so.2"}


@pytest.mark.parametrize("path", (ROOT / "Cross" / "targets").iterdir(), ids=lambda path: path.name)
def test_every_target_names_its_loader(path: Path) -> None:
    assert any(name.startswith("ld-") for name in examine.target_libraries(path.read_text()))


def test_what_a_folder_leaves_behind_is_found(tmp_path: Path) -> None:
    assert examine.left_over(f"\0{tmp_path}/a.swift\0".encode(), "", tmp_path)
    assert examine.left_over(b"", "[ 3] .swift_modhash PROGBITS", tmp_path)
    assert examine.left_over(b"", "[ 3] .note.gnu.build-id NOTE", tmp_path)
    assert not examine.left_over(b"\0./a.swift\0", "[ 3] .text PROGBITS", tmp_path)


GOOD = ("-pie", "-fPIE", "-Wl,-z,relro", "-Wl,-z,now")
FAULTS = {
    "not position-independent": (*GOOD[2:], "-no-pie", "-fno-PIE"),
    "tables of addresses": (*GOOD[:2], "-Wl,-z,norelro", "-Wl,-z,lazy"),
    "stack is executable": (*GOOD, "-Wl,-z,execstack"),
    "folder of the machine": (*GOOD, "-Wl,-rpath,/opt/somewhere"),
}


def loaded(folder: Path, options: tuple[str, ...]) -> list[str]:
    """The faults of a small program that was linked so."""
    source = folder / "program.c"
    source.write_text("int main(void) { return 0; }\n")
    program = folder / "program"
    subprocess.run(["clang", *options, "-o", program, source], check=True, capture_output=True)
    return examine.loading_faults(
        *(examine.output("readelf", option, program) for option in ("-h", "-d", "-lW"))
    )


@pytest.mark.parametrize("words", FAULTS)
def test_a_badly_linked_program_is_found(tmp_path: Path, words: str) -> None:
    faults = loaded(tmp_path, FAULTS[words])
    assert len(faults) == 1 and words in faults[0]


def test_a_well_linked_program_passes(tmp_path: Path) -> None:
    assert not loaded(tmp_path, GOOD)
