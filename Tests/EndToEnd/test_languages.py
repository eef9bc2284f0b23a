"""The worked examples, compiled and run: what each hands over is at the collector, once."""

from __future__ import annotations

import ctypes
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import examples
from harness.agent import Agent
from harness.collector import Collector
from harness.examples import EXAMPLES, arrived, beside, compiles, ends
from harness.processes import REPOSITORY
from harness.programs import library_folder
from harness.waiting import eventually

pytestmark = pytest.mark.centre

HEADER = (REPOSITORY / "Sources" / "CFootfall" / "include" / "footfall.h").read_text()
VIEW = {"sku": "21754", "price": 5.95}
ORDER = {"order": 4711, "revenue": 11.9, "currency": "EUR"}
LINKED = "-Wall -Wextra -Werror $(pkg-config --cflags --libs footfall) -o kiosk"
BUILDS = {
    "cc": f"cc {EXAMPLES}/C/kiosk.c {LINKED}",
    "cmake": f"cmake -S {EXAMPLES}/C -B . && cmake --build .",
    "cmake-static": f"cmake -S {EXAMPLES}/C -B . -DFOOTFALL_STATIC=ON && cmake --build .",
}
SWIFT = f"swift build --package-path {EXAMPLES}/Swift --scratch-path built >build.log"
CPLUSPLUS = f"c++ -std=c++17 {EXAMPLES}/CPlusPlus/kiosk.cpp {LINKED}"
COMMANDS = {
    "C": "./kiosk", "CPlusPlus": "./kiosk", "Python": f"python3 {EXAMPLES}/Python/kiosk.py",
    "LuaJIT": f"cd {EXAMPLES}/LuaJIT; luajit kiosk.lua",
}


def visit(**more: object) -> list[examples.Event]:
    """What an example hands over of one visit; `more` is in what was viewed."""
    return [
        ("Visit Started", None), ("Product Viewed", VIEW | more), ("Order Completed", ORDER),
        ("Visit Ended", None),
    ]


@pytest.mark.parametrize("way", BUILDS)
def test_c_is_compiled_each_way_that_its_page_names(
    agent: Agent, collector: Collector, place: Path, way: str
) -> None:
    shell = beside(agent, place)
    compiles(BUILDS[way], place, shell)
    if way != "cc":
        # What CMake has linked is found where it was, or needs not be found.
        shell.pop("LD_LIBRARY_PATH")
    said = ends(["./kiosk"], place, shell)
    assert (said.code, said.out) == (0, "dropped 0, not stored yet 0 bytes\n"), said
    needed = ends(["ldd", "./kiosk"], place, shell).out
    assert ("libfootfall.so.1" in needed) == (way != "cmake-static"), needed
    agent.flush()
    assert arrived(collector) == visit()


@pytest.fixture
def kiosk(agent: Agent, place: Path) -> Iterator[subprocess.Popen[str]]:
    """The event loop's example, whose input the test writes."""
    compiles(CPLUSPLUS, place, beside(agent, place))
    with subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", "./kiosk"], cwd=place, env=beside(agent, place),
        text=True, bufsize=1, stdin=subprocess.PIPE,
    ) as process:
        yield process
        process.kill()


def test_an_event_loop_polls_and_needs_no_thread(
    agent: Agent, collector: Collector, kiosk: subprocess.Popen[str]
) -> None:
    def is_attached() -> bool:
        return kiosk.pid in [each["process"] for each in agent.status()["producers"]]

    assert kiosk.stdin
    for number in range(2):
        eventually(is_attached, "its timer has found the agent")
        kiosk.stdin.write(f'Screen Touched {{"number":{number}}}\nIdle\n')
        agent.restart()
    eventually(is_attached, "its timer has found the agent again")
    assert os.listdir(f"/proc/{kiosk.pid}/task") == [str(kiosk.pid)]
    kiosk.stdin.close()
    assert kiosk.wait(30) == 0
    agent.flush()
    assert arrived(collector) == [
        ("Screen Touched", {"number": 0}), ("Idle", None),
        ("Screen Touched", {"number": 1}), ("Idle", None),
    ]


def test_a_client_of_cplusplus_has_one_owner(place: Path) -> None:
    (place / "owner.cpp").write_text("""
#include <type_traits>
#include <utility>
#include "footfall.hpp"
using kiosk::Footfall;
static_assert(!std::is_copy_constructible_v<Footfall> && !std::is_copy_assignable_v<Footfall>);
static_assert(std::is_nothrow_move_constructible_v<Footfall>);
int main() {
    for (int i = 0; i < 20; i++) {  // more than may be open at once
        Footfall first, second;
        Footfall third(std::move(first));
        second = std::move(third);
        if (second.track("Moved") != FOOTFALL_OK) return 1;
        if (first.track("Moved") != FOOTFALL_CLOSED) return 2;
    }
}
""")
    shell = examples.environment(place, FOOTFALL_RUNTIME_DIRECTORY=place)
    compiles(f"c++ -std=c++17 owner.cpp -I{EXAMPLES}/CPlusPlus {LINKED}", place, shell)
    assert ends(["./kiosk"], place, shell).code == 0


@pytest.mark.parametrize(
    ("language", "more"), [("Python", {"name": "Café"}), ("LuaJIT", {})], ids=["Python", "LuaJIT"]
)
def test_a_language_hands_over_through_its_ffi(
    agent: Agent, collector: Collector, place: Path, language: str, more: dict[str, object]
) -> None:
    said = ends(["bash", "-euc", COMMANDS[language]], place, beside(agent, place))
    assert (said.code, said.err) == (0, ""), said
    agent.flush()
    assert arrived(collector) == visit(**more)


def test_an_app_in_swift_depends_on_the_client_and_on_nothing_else(
    agent: Agent, collector: Collector, place: Path
) -> None:
    compiles(SWIFT, place, beside(agent, place))
    assert not list((place / "built" / "checkouts").glob("*"))
    kiosk = place / "built" / "debug" / "kiosk"
    said = ends([kiosk], place, beside(agent, place))
    assert (said.code, said.out, said.err) == (0, "dropped 0, not stored yet 0 bytes\n", "")
    agent.flush()
    assert arrived(collector) == visit(name="Café")
    said = ends([kiosk], place, examples.environment(place, FOOTFALL_RUNTIME_DIRECTORY=place))
    assert said.code == 1 and "time is over" in said.err


@pytest.mark.parametrize("link", ["shared", "static"])
def test_a_swift_program_has_a_runtime_of_its_own_beside_the_library(
    agent: Agent, collector: Collector, place: Path, link: str
) -> None:
    folder = library_folder()
    with_library = {
        "shared": "$(pkg-config --cflags --libs footfall)",
        "static": f"-I {folder}/include {folder}/lib/libfootfall.a",
    }[link]
    source = REPOSITORY / "Tests" / "Client" / "Host.swift"
    shell = beside(agent, place)
    compiles(f"swiftc -O -parse-as-library {source} {with_library} -o host", place, shell)
    assert ("libfootfall.so.1" in ends(["ldd", "./host"], place, shell).out) == (link == "shared")
    said = ends(["./host", agent.runtime], place, shell)
    # What 20 shelves hold, each seen ten times by each of eight tasks.
    names = [f"a rather long name of article {each}"
             for shelf in range(20) for each in range(shelf + 1)]
    length = 80 * len("".join(names))
    assert (said.code, said.out) == (0, f"{length}\n"), said
    agent.flush()
    handed = [properties for name, properties in arrived(collector) if name == "Shelf Filled"]
    assert sorted((each["task"], each["number"], each["articles"]) for each in handed) == [
        (task, number, number % 20 + 1) for task in range(8) for number in range(200)
    ]


def test_an_example_says_that_no_agent_was_there(place: Path) -> None:
    shell = examples.environment(place, FOOTFALL_RUNTIME_DIRECTORY=place)
    started = {}
    for language, command in COMMANDS.items():
        folder = place / language
        folder.mkdir()
        if command == "./kiosk":
            compiles(BUILDS["cc"] if language == "C" else CPLUSPLUS, folder, shell)
        started[language] = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "bash", "-euc", f"printf 'Touch\\n' | ({command})"],
            cwd=folder, env=shell, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
    for language, process in started.items():
        _, words = process.communicate(timeout=60)
        assert process.returncode == 1 and "time is over" in words.lower(), (language, words)


def declared() -> Callable[[str], str]:
    """A function's declaration as footfall.h has it, on one line."""
    text = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.DOTALL)
    found = {
        match[1]: " ".join(match[0].split())
        for match in re.finditer(r"^[\w ]+[ *](footfall_\w+)\([^;]*\);", text, re.MULTILINE)
    }
    return found.__getitem__


def test_python_declares_what_the_header_does(place: Path) -> None:
    program = """
import ctypes, footfall, json
print(json.dumps([{each.name: each.value for each in footfall.Status},
    {each.name: each.value for each in footfall.Flag},
    {name: [kind.__name__ for kind in (function.restype, *function.argtypes)]
     for name, function in vars(footfall._library).items() if name.startswith("footfall_")}]))
"""
    shell = examples.environment(place, PYTHONPATH=EXAMPLES / "Python")
    statuses, flags, functions = json.loads(ends(["python3", "-c", program], place, shell).out)
    values = {name: int(value) for name, value in re.findall(r"FOOTFALL_(\w+) = (\d+)", HEADER)}
    del values["NO_THREAD"]
    assert values == statuses | flags and len(statuses) == 10
    kinds = {
        "footfall_status": "c_int", "footfall": "c_uint", "uint32_t": "c_uint",
        "size_t": ctypes.c_size_t.__name__, "const char *": "c_char_p", "footfall *": "LP_c_uint",
        "const footfall_options *": "c_void_p",
    }
    assert len(functions) == 8
    for name, types in functions.items():
        result, arguments = declared()(name)[:-2].split(f"{name}(")
        texts = [result, *(re.sub(r"\w+$", "", each) for each in arguments.split(","))]
        assert [kinds[text.strip()] for text in texts] == types, name


def test_lua_declares_what_the_header_does() -> None:
    text = (EXAMPLES / "LuaJIT" / "footfall.lua").read_text()
    block = text.split("ffi.cdef [[")[1].split("]]")[0]
    lines = [" ".join(each.split()) + ";" for each in block.split(";") if "(" in each]
    assert len(lines) == 8
    for line in lines:
        name = re.search(r"(footfall_\w+)\(", line)
        assert name and line == declared()(name[1])
