"""The examples' classes at the edges of what they take: times, texts, what a program reads."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.collector import Collector
from harness.examples import EXAMPLES, arrived, beside, compiles, ends, environment
from harness.waiting import eventually

pytestmark = pytest.mark.centre

PKG_CONFIG = "$(pkg-config --cflags --libs footfall)"
# Each hands over an event, then says what becomes of a wait for less than nothing, of one for more
# than 2^32 milliseconds, and of one without an end where the language has such a number.
PATIENCE = {
    "Python": ("patience.py", ":; python3 patience.py", """
from footfall import Footfall
client = Footfall()
client.track("Waited")
for seconds in (-1, 2**32 / 1000, float("inf")):
    print(client.flush(seconds).name, flush=True)
"""),
    "LuaJIT": ("patience.lua", ":; luajit patience.lua", """
local client = require("footfall").open()
client:track("Waited")
for _, seconds in ipairs { -1, 2^32 / 1000, math.huge } do
    print(client:flush(seconds) == 0 and "OK" or "TIMEOUT")
    io.stdout:flush()
end
"""),
    "CPlusPlus": (
        "patience.cpp",
        f"c++ -std=c++17 patience.cpp -I{EXAMPLES}/CPlusPlus {PKG_CONFIG} -o patience; ./patience",
        """
#include <iostream>
#include "footfall.hpp"
int main() {
    kiosk::Footfall client;
    client.track("Waited");
    using milliseconds = std::chrono::milliseconds;
    for (auto time : {milliseconds(-1), milliseconds(1LL << 32), milliseconds::max()}) {
        std::cout << (client.flush(time) == FOOTFALL_OK ? "OK" : "TIMEOUT") << std::endl;
    }
}
"""),
}


@pytest.mark.parametrize("language", PATIENCE)
def test_a_time_is_held_within_what_the_library_takes(
    agent: Agent, place: Path, language: str
) -> None:
    agent.kill()
    file, command, program = PATIENCE[language]
    (place / file).write_text(program)
    shell = beside(agent, place) | {
        "PYTHONPATH": f"{EXAMPLES}/Python", "LUA_PATH": f"{EXAMPLES}/LuaJIT/?.lua",
    }
    build, command = command.split("; ")
    compiles(build, place, shell)
    out = place / "out"
    with out.open("w") as output, subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", *command.split()], cwd=place, env=shell, stdout=output,
    ) as process:
        try:
            eventually(lambda: out.read_text() == "TIMEOUT\n", "-1 is no wait")
            agent.start()
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert out.read_text() == "TIMEOUT\nOK\nOK\n"


def test_python_says_of_each_value_that_is_no_json_the_same(place: Path) -> None:
    shell = environment(place, PYTHONPATH=EXAMPLES / "Python", FOOTFALL_RUNTIME_DIRECTORY=place)
    program = """
import datetime, decimal, footfall, json
deep = loop = []
for _ in range(100_000): deep = [deep]
loop.append(loop)
client = footfall.Footfall()
for value in (datetime.date.today(), decimal.Decimal(1), {1}, b"", float("nan"), deep, loop):
    for call in (client.track, client.identify):
        try:
            call("x", {"value": value})
        except ValueError:
            continue
        raise SystemExit(f"{call.__name__} takes {type(value)}")
"""
    said = ends(["python3", "-c", program], place, shell)
    assert (said.code, said.err) == (0, ""), said


def test_python_passes_on_a_status_that_a_later_library_adds(place: Path) -> None:
    shell = environment(place, PYTHONPATH=EXAMPLES / "Python")
    program = """
import footfall, json
later = footfall.Status(77)
print(json.dumps([later, later.name, later == 77, later is footfall.Status.OK,
    isinstance(later, footfall.Status), footfall.Footfall.text(later), len(footfall.Status)]))
"""
    said = ends(["python3", "-c", program], place, shell)
    assert said.code == 0, said
    assert json.loads(said.out)[:5] == [77, "STATUS_77", True, False, True], said
    assert json.loads(said.out)[6] == 10


NAMES = {
    "Python": ["python3", "-c", r"""
from footfall import Footfall
client = Footfall()
print(*(int(each) for each in (
    client.identify("some\0one"), client.identify("\0"), client.identify("a", {"b": "\0"}),
    client.identify("someone"))))
"""],
    "LuaJIT": ["luajit", "-e", r"""
local client = require("footfall").open()
print((client:identify("some\0one")) .. " " .. (client:identify("\0")) .. " "
    .. (client:identify("a", '{"b":1}\0')) .. " " .. (client:identify("someone")))
"""],
}


@pytest.mark.parametrize(
    ("language", "statuses"), [("Python", "3 3 0 0\n"), ("LuaJIT", "3 3 3 0\n")],
    ids=["Python", "LuaJIT"],
)
def test_nobody_is_taken_for_who_has_the_beginning_of_the_name(
    place: Path, language: str, statuses: str
) -> None:
    shell = environment(
        place, PYTHONPATH=EXAMPLES / "Python", LUA_PATH=EXAMPLES / "LuaJIT" / "?.lua",
        FOOTFALL_RUNTIME_DIRECTORY=place,
    )
    said = ends(NAMES[language], place, shell)
    # Python's json escapes a zero; the text of Lua is as it was given.
    assert (said.code, said.out) == (0, statuses), said


# Before each byte that the kiosk reads from its input, two reads fail as they may on any day.
RELUCTANT = """
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>
ssize_t read(int descriptor, void *bytes, size_t count) {
    static int number;
    if (descriptor == 0 && number++ % 3 < 2) {
        errno = number % 3 == 1 ? EINTR : EAGAIN;
        return -1;
    }
    return syscall(SYS_read, descriptor, bytes, descriptor == 0 ? 1 : count);
}
"""


def test_the_event_loop_reads_its_input_to_the_last_byte(
    agent: Agent, collector: Collector, place: Path
) -> None:
    shell = beside(agent, place)
    (place / "reluctant.c").write_text(RELUCTANT)
    compiles("cc -shared -fPIC reluctant.c -o reluctant.so", place, shell)
    compiles(f"c++ -std=c++17 {EXAMPLES}/CPlusPlus/kiosk.cpp {PKG_CONFIG} -o kiosk", place, shell)
    for touches in ("printf 'Idle\\nTouch {\"x\":1}'", "printf 'Idle\\n'", "printf ''"):
        command = f"{touches} | LD_PRELOAD=./reluctant.so ./kiosk"
        said = ends(["bash", "-euo", "pipefail", "-c", command], place, shell)
        assert (said.code, said.err) == (0, ""), said
    agent.flush()
    assert arrived(collector) == [("Idle", None), ("Touch", {"x": 1}), ("Idle", None)]
