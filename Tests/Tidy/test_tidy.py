"""House style as tests: the repository follows every rule, and every rule can catch its fault."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

import pytest

import swift_text
from dead import dead_files
from rules import DEVICE, FILE_RULES, ROOT, TREE_RULES, Finding, Source

REPOSITORY = Path(__file__).resolve().parents[2]


def paths() -> list[PurePosixPath]:
    """Every file that is, or would be, checked in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, check=True,
    )
    names = filter(None, listed.stdout.decode().split("\0"))
    return [PurePosixPath(name) for name in names if (REPOSITORY / name).is_file()]


def sources() -> list[Source]:
    """The text files among them."""
    found = []
    for path in paths():
        try:
            found.append(Source(path, (REPOSITORY / path).read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def name(rule: object) -> str:
    return getattr(rule, "__name__", "")


@pytest.mark.parametrize("rule", FILE_RULES, ids=name)
def test_every_file_follows(rule) -> None:
    findings = [str(finding) for source in sources() for finding in rule(source)]
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("rule", TREE_RULES, ids=name)
def test_the_tree_follows(rule) -> None:
    findings = [str(finding) for finding in rule(paths())]
    assert not findings, "\n".join(findings)


def test_no_file_is_dead() -> None:
    findings = [str(finding) for finding in dead_files(sources())]
    assert not findings, "\n".join(findings)


def test_a_dead_file_is_caught_and_one_in_use_is_not() -> None:
    planted = {
        "Sources/Store/Used.swift": "struct Used {\n    var count = 0\n}\n",
        "Sources/Store/User.swift": "extension Used {\n    func look() {}\n}\n",
        "Sources/Store/Caller.swift": "func begin(_ used: Used) { used.look() }\n",
        "Sources/Store/Main.swift": "@main struct Main {\n    static func main() { begin(x) }\n}\n",
        "Sources/Store/Dead.swift": "public struct Dead {\n    var count = 0\n}\n",
        "Sources/Store/Unused.swift": "extension Used {\n    func never() {}\n}\n",
        "Tests/Tools/forgotten.py": "def main(): pass\n",
        "Tests/Tools/wanted": "#!/bin/sh\n",
        "Makefile": "all:\n\tTests/Tools/wanted\n",
    }
    found = dead_files([Source(PurePosixPath(path), text) for path, text in planted.items()])
    dead = {"Dead.swift", "Unused.swift", "forgotten.py"}
    assert {finding.path.name for finding in found} == dead


def test_device_modules_are_those_of_the_manifest() -> None:
    manifest = (REPOSITORY / "Package.swift").read_text()
    for module in DEVICE:
        assert f'name: "{module}"' in manifest
    # And the executables that check them, and share memory with them.
    assert manifest.count("swiftSettings: device") == len(DEVICE) + 2


DEVICE_FILE = "Sources/Store/Planted.swift"
LONG_BODY = "    let x = 1\n" * 70
FAULTS: list[tuple[str, str, str]] = [
    ("columns", DEVICE_FILE, "// " + "a" * 98),
    ("columns", "Tests/EndToEnd/planted.py", "# " + "a" * 99),
    ("file_length", DEVICE_FILE, "\n" * 501),
    ("file_length", "Tests/EndToEnd/planted.py", "\n" * 301),
    ("function_length", DEVICE_FILE, f"func a(b: Int) -> Int {{\n{LONG_BODY}}}\n"),
    ("function_length", DEVICE_FILE, f"struct A {{\ninit(b: Int) {{\n{LONG_BODY}}}\n}}\n"),
    ("function_length", "Tests/EndToEnd/planted.py", "def a():\n" + "    b = 1\n" * 69),
    ("reminders", DEVICE_FILE, "// TO" + "DO: later\n"),
    ("reminders", "Sources/Store/Store.docc/Store.md", "FIX" + "ME\n"),
    ("placeholders", "Sources/Store/Placeholder.swift", ""),
    ("placeholders", "Tests/StoreTests/Empty.swift", ""),
    ("placeholders", "Sources/Store/StoreUtils.swift", ""),
    ("force", "Tests/StoreTests/Planted.swift", "let a = try! b()\n"),
    ("force", DEVICE_FILE, "let a = try? b()\n"),
    ("one_platform", DEVICE_FILE, "#if os(Linux)\n#endif\n"),
    ("embeddable", DEVICE_FILE, "internal import Foundation\n"),
    ("embeddable", DEVICE_FILE, "struct A: Codable {}\n"),
    ("embeddable", DEVICE_FILE, "func a() async {}\n"),
    ("embeddable", DEVICE_FILE, "weak var a: B?\n"),
    ("embeddable", DEVICE_FILE, "let a = String(describing: b)\n"),
    ("embeddable", DEVICE_FILE, "let a = b.map(\\.c)\n"),
    ("unaligned", DEVICE_FILE, "let a = b.load(as: UInt32.self)\n"),
    ("unaligned", DEVICE_FILE, "let a = b.load(fromByteOffset: 1, as: UInt16.self)\n"),
    ("unaligned", DEVICE_FILE, "let a = b.assumingMemoryBound(to: UInt64.self)\n"),
    ("unaligned", DEVICE_FILE, "let a = b.bindMemory(\n    to: Int.self)\n"),
    ("injected", DEVICE_FILE, "let a = UInt64.random(in: 0...1)\n"),
    ("injected", "Sources/Agent/Planted.swift", "let now = time(nil)\n"),
    ("injected", "Sources/Sync/Planted.swift", "clock_gettime(CLOCK_REALTIME, &a)\n"),
    ("comb", DEVICE_FILE, "internal import Blocks\n"),
    ("comb", "Sources/Events/Planted.swift", "internal import CZlib\n"),
    ("comb", "Sources/Sync/Planted.swift", "public import struct Platform.Exchange\n"),
    ("comb", "Sources/Agent/Planted.swift", "internal import Reports\n"),
    ("comb", "Sources/Collector/Planted.swift", "internal import Agent\n"),
    ("comb", "Sources/footfall/Planted.swift", "internal import Store\n"),
    ("test_names", "Tests/StoreTests/Planted.swift", "@Test func storesIt() {}\n"),
    ("test_names", "Tests/StoreTests/Planted.swift", "@Test(.disabled()) func `a b`() {}\n"),
    ("test_names", "Tests/EndToEnd/planted.py", "pytest." + "skip('later')\n"),
    ("own_matters", "README.md", "See /" + "home/somebody\n"),
    ("own_matters", "README.md", "as issue " + "#2 asks\n"),
]


@pytest.mark.parametrize(("rule", "path", "text"), FAULTS)
def test_a_planted_fault_is_caught(rule: str, path: str, text: str) -> None:
    source = Source(PurePosixPath(path), text)
    found = {check.__name__ for check in FILE_RULES if list(check(source))}
    assert found == {rule}


def test_every_rule_has_its_fault() -> None:
    assert {rule for rule, _, _ in FAULTS} == {rule.__name__ for rule in FILE_RULES}


def test_a_stranger_in_the_root_and_a_missing_page_are_caught() -> None:
    tree = [PurePosixPath("notes.txt"), PurePosixPath("Sources/Store/Store.swift")]
    found: list[Finding] = [finding for rule in TREE_RULES for finding in rule(tree)]
    assert [str(finding.path) for finding in found] == [
        "notes.txt", "Sources/Store/Store.docc/Store.md"
    ]
    assert "Package.resolved" not in ROOT


def test_comments_and_literals_are_not_code() -> None:
    text = 'let a = "try! \\(b("c")) // d" // try!\n/* try!\n*/ let e = #"try!"#\n"""\ntry!\n"""\n'
    blanked = swift_text.code(text)
    assert "try!" not in blanked
    assert blanked.count("\n") == text.count("\n")
    assert "let a =" in blanked and "let e =" in blanked


def test_functions_are_measured_and_requirements_are_not() -> None:
    text = (
        "protocol P {\n    func a()\n    init(b: Int)\n    func c() -> [Int]\n}\n"
        "func d(\n    e: Int = { 1 }()\n) -> Int {\n    if e > 0 {\n    }\n    return e\n}\n"
    )
    assert list(swift_text.functions(text)) == [(6, 12)]
