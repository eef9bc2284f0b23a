"""The manual page says what the header says, all of it, and a header that says less is refused."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Cross"))

import interface  # noqa: E402

HEADER = (ROOT / "Sources" / "CFootfall" / "include" / "footfall.h").read_text()
FLUSH = "footfall_status footfall_flush(footfall client, uint32_t timeout_milliseconds);"


def made(folder: Path, header: str = HEADER) -> subprocess.CompletedProcess[str]:
    """Has the pages of a header written below a folder, as `Cross/library` does."""
    folder.mkdir(exist_ok=True)
    (folder / "footfall.h").write_text(header)
    return subprocess.run(
        [sys.executable, "-B", ROOT / "Cross" / "manual.py", folder / "footfall.h",
         folder / "man" / "man3"],
        capture_output=True, text=True)


def rendered(folder: Path, name: str = "footfall") -> str:
    """A page as a terminal shows it, without bold and italics."""
    shown = subprocess.run(
        ["mandoc", "-T", "ascii", f"man3/{name}.3"], cwd=folder / "man", capture_output=True,
        text=True, check=True).stdout
    return re.sub(".\x08", "", shown)


def page_of(folder: Path, header: str = HEADER) -> str:
    said = made(folder, header)
    assert said.returncode == 0, said.stderr
    return rendered(folder)


def words(text: str) -> Counter[str]:
    """How often each word is there; a status with its prefix or without."""
    return Counter(re.findall(r"\w+", text.replace("FOOTFALL_", "")))


def comments(header: str) -> str:
    framed = "\n".join(re.findall(r"/\*([\s\S]*?)\*/", header))
    return re.sub(r"^ ?\* ?", "", framed, flags=re.MULTILINE)


def test_every_word_of_the_header_is_on_the_page(tmp_path: Path) -> None:
    # Of the summary's sentence the first half names the library, and headings change their case.
    said = comments(HEADER).split("\n", 1)[1]
    titles = re.compile(r"^[A-Z]{2,}(?=  )", re.MULTILINE)
    said = titles.sub(lambda title: title[0].capitalize(), said)
    assert words(said) - words(page_of(tmp_path)) == Counter()


def test_every_declaration_is_on_the_page(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    synopsis = page[page.index("SYNOPSIS") : page.index("DESCRIPTION")]
    code = re.sub(r"/\*[\s\S]*?\*/", " ", HEADER)
    functions = re.findall(r"\b(\w[\w *]*?footfall_\w+\([^()]*\));", code)
    assert {re.findall(r"(\w+)\(", each)[0] for each in functions} == interface.declared(HEADER)
    for function in functions:
        assert "".join(function.split()) in "".join(synopsis.split())
    members = re.findall(r"^ {4}([^ /*][^=()\n]*?)(?: = \d+,?|;)$", code, re.MULTILINE)
    assert len(members) > 20
    for member in members:
        if not member.startswith("uint64_t words"):
            assert re.search(rf"^ +{re.escape(member)}$", page, re.MULTILINE), member


def test_each_function_has_a_page_that_leads_there(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    pages = {path.stem for path in (tmp_path / "man" / "man3").iterdir()}
    assert pages == interface.declared(HEADER) | {"footfall"}
    for name in pages:
        assert rendered(tmp_path, name) == page
        assert name in page[: page.index("SYNOPSIS")]


def test_it_is_well_formed(tmp_path: Path) -> None:
    page_of(tmp_path)
    lint = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", tmp_path / "man" / "man3" / "footfall.3"],
        capture_output=True, text=True)
    assert (lint.returncode, lint.stdout) == (0, "")


def test_the_same_header_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "another"):
        page_of(tmp_path / name)
        folder = tmp_path / name / "man" / "man3"
        pages.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert pages[0] == pages[1]


def test_what_is_gone_from_the_header_is_gone_from_the_folder(tmp_path: Path) -> None:
    page_of(tmp_path)
    page_of(tmp_path, HEADER.replace(FLUSH, ""))
    assert not (tmp_path / "man" / "man3" / "footfall_flush.3").exists()


def test_a_section_that_readers_know_stands_where_they_look(tmp_path: Path) -> None:
    said = "ENVIRONMENT  `FOOTFALL_FOLDER` is\n * where it is.\n *\n * .so it is.\n *\n * MEMORY  "
    page = page_of(tmp_path, HEADER.replace("MEMORY  ", said))
    titles = re.findall(r"^[A-Z]+(?: [A-Z]+)*$", page, re.MULTILINE)
    assert titles == ["NAME", "LIBRARY", "SYNOPSIS", "DESCRIPTION", "RETURN VALUES",
                      "ENVIRONMENT", "EXAMPLES", "SEE ALSO"]
    assert "FOOTFALL_FOLDER is where it is.\n\n     .so it is.\n" in page


@pytest.mark.parametrize(("was", "becomes", "missing"), [
    (FLUSH, "\n" + FLUSH, "footfall_flush has no comment"),
    ("    /* The time is over. */\n", "", "FOOTFALL_TIMEOUT has no comment"),
    ("    /* 1 while the agent has the memory, else 0. */\n", "", "is_attached has no comment"),
    ("/* Flags of an event. */\n", "", "an enum has no comment"),
    (FLUSH, FLUSH.replace(";", ""), "footfall_flush"),
    (FLUSH, "static inline int footfall_flush(void) { return 0; }", "static inline int"),
    (" *     footfall client;\n", "", "example"),
])
def test_a_header_that_says_too_little_is_refused(
    tmp_path: Path, was: str, becomes: str, missing: str
) -> None:
    header = HEADER.replace(was, becomes)
    assert header != HEADER
    if missing == "example":
        header = re.sub(r"^ \*     .*\n", "", header, flags=re.MULTILINE)
    said = made(tmp_path, header)
    assert said.returncode == 1, said.stderr
    what, following = said.stderr.splitlines()
    assert what.startswith("manual: footfall.h: ") and missing in what
    assert following.startswith("  ")
