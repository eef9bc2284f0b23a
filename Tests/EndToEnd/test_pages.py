"""The pages "from zero to your first event", done step by step; README's and the header's lines."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.browser import Browser
from harness.collector import Collector, exported
from harness.examples import Event, arrived, beside, compiles, ends, told
from harness.pages import PAGES, Reader, Step, is_like, steps
from harness.processes import REPOSITORY
from harness.waiting import eventually

pytestmark = pytest.mark.centre

README = (REPOSITORY / "README.md").read_text()
HEADER = (REPOSITORY / "Sources" / "CFootfall" / "include" / "footfall.h").read_text()
LANGUAGES = sorted(page.stem for page in (PAGES / "FirstEvent").glob("*.md"))
TEST: Event = ("Test Event", {"note": "hello"})
VIEW: Event = ("Product Viewed", {"sku": "21754", "price": 5.95})
MORE: dict[str, list[Event]] = {
    "C": [
        ("Visit Started", None), VIEW,
        ("Order Completed", {"order": 4711, "revenue": 11.9, "currency": "EUR"}),
        ("Visit Ended", None),
    ],
    "CPlusPlus": [("Screen Touched", {"x": 12})],
    "Swift": [VIEW],
    "Shell": [("Order Completed", {"order": each, "revenue": each / 2 + 2}) for each in (1, 2)],
}
"""What a page hands over behind the first event."""


@pytest.fixture
def reader(place: Path) -> Iterator[Reader]:
    """Somebody with an empty folder and a shell."""
    reader = Reader(place)
    yield reader
    reader.close()


@pytest.fixture
def visit(place: Path) -> Iterator[Callable[[str], None]]:
    """Opens an address in a browser, and looks at the page until all it has is delivered."""
    made: list[Browser] = []

    def open_page(url: str) -> None:
        made.append(Browser(place / "profile"))
        page = made[-1].open(url)
        eventually(lambda: page.run("footfall.waiting().length === 0"), "all is delivered")
    yield open_page
    for browser in made:
        browser.kill()


def follow(reader: Reader, visit: Callable[[str], None], page: str) -> None:
    """Does what a page says, and sees what it shows."""
    out = ""
    for step in steps((PAGES / page).read_text()):
        if step.kind == "file":
            reader.write(step)
        elif step.kind == "sh":
            assert out == "", f"{page} does not show: {out}"
            out = reader.run(step)
        elif step.kind == "open":
            visit(reader.own(step.text))
        else:
            assert is_like(reader.own(step.text), out), f"{page} shows\n{step.text}\nseen:\n{out}"
            out = ""
    assert out == "", f"{page} does not show: {out}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_zero_to_the_first_event(
    reader: Reader, visit: Callable[[str], None], language: str
) -> None:
    follow(reader, visit, "FirstEvent.md")
    follow(reader, visit, f"FirstEvent/{language}.md")
    look = "footfall flush >&2; footfall-collector export --data centre"
    held = [exported(line) for line in reader.run(Step("sh", look)).splitlines()]
    assert told(held) == [TEST, VIEW, *MORE.get(language, [])]


def runs(program: str, place: Path, shell: dict[str, str]) -> None:
    """Compiles a program in C without a warning, and runs it to a good end."""
    (place / "kiosk.c").write_text(program)
    compiles("cc -Wall kiosk.c $(pkg-config --cflags --libs footfall) -o kiosk", place, shell)
    assert ends(["./kiosk"], place, shell).code == 0


def test_the_program_in_the_readme_hands_over_its_event(
    agent: Agent, collector: Collector, place: Path
) -> None:
    block = re.search(r"^```c\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert block
    runs(block[1], place, beside(agent, place))
    agent.flush()
    assert arrived(collector) == [VIEW]


def test_the_lines_at_the_head_of_the_header_are_a_program(
    agent: Agent, collector: Collector, place: Path
) -> None:
    lines = re.search(r"(?:^ \*     .*\n)+", HEADER, re.MULTILINE)
    assert lines and " *     footfall client;\n" in lines[0]
    body = textwrap.indent(lines[0].replace(" *     ", ""), "    ")
    program = f"#include <footfall.h>\n\nint main(void) {{\n{body}    return 0;\n}}\n"
    runs(program, place, beside(agent, place))
    agent.flush()
    assert arrived(collector) == [("Product Viewed", {"sku": "A-1"})]


def test_each_page_can_be_found() -> None:
    page = (PAGES / "FirstEvent.md").read_text()
    assert [each for each in LANGUAGES if f"- <doc:{each}>\n" not in page] == []
    assert "- <doc:FirstEvent>\n" in (PAGES / "Client.md").read_text()
    assert "(Sources/Client/Client.docc/FirstEvent.md)" in README


def test_what_a_page_has_made_can_be_made() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    page = (PAGES / "FirstEvent.md").read_text()
    named = " ".join(re.findall(r"`make ([\w ]+)`", page)).split()
    assert named and all(f"\n{each}:" in makefile for each in named), named


def test_text_is_compared_but_for_its_dots() -> None:
    assert is_like("a ... c\n...", "a b c\nd\ne\n") and is_like("(1)\n", "(1)\n")
    assert not is_like("a ... c\n", "a b c\nd\n") and not is_like("a.c\n", "abc\n")


@pytest.mark.parametrize(
    "page", ["\n```c\nint i;\n```\n", "\n```\nls\n```\n", "\n```sh\nls\n ```\n"]
)
def test_no_block_of_a_page_is_overlooked(page: str) -> None:
    with pytest.raises(AssertionError):
        list(steps(page))
