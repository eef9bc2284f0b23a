"""The house style, as rules that a program can check.

A rule is a function from one file to what is wrong with it. Rules about the tree as a whole take
all paths. Each has its planted fault in `test_tidy.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

import swift_text

DEVICE = frozenset(
    "Ring Client Events Intake Identity Store Blocks Sync Platform Agent footfall".split()
)
"""Modules that run on a kiosk, and so compile as Embedded Swift too."""

ROOT = frozenset(
    ".ci .editorconfig .gitignore .swift-format CHANGELOG.md CONTRIBUTING.md Cross Deploy Examples "
    "LICENSE Makefile Package.swift README.md Sources Tests".split()
)
"""All that the root of the repository may hold."""

STATIONS = frozenset("Ring Intake Identity Store Blocks Sync".split())
"""The device's stations: each knows the vocabulary, none knows its neighbour."""

VOCABULARY = "Events"

COLUMNS_MAX = 100
SWIFT_LINES_MAX = 500
PYTHON_LINES_MAX = 300
FUNCTION_LINES_MAX = 69


@dataclass(frozen=True)
class Source:
    """One file of the repository, by its path from the root."""

    path: PurePosixPath
    text: str

    @property
    def is_swift(self) -> bool:
        return self.path.suffix == ".swift"

    @property
    def is_python(self) -> bool:
        return self.path.suffix == ".py"

    @property
    def is_code(self) -> bool:
        """Whether people edit it as a program, and columns matter."""
        suffixes = {".swift", ".py", ".c", ".h", ".cpp", ".hpp", ".lua", ".js", ".html", ".sh"}
        return self.path.suffix in suffixes or self.path.name in {"Makefile", "run", "ensure"}

    @property
    def module(self) -> str:
        """The target that it belongs to; empty outside of `Sources`."""
        parts = self.path.parts
        return parts[1] if len(parts) > 2 and parts[0] == "Sources" else ""

    @cached_property
    def code(self) -> str:
        """A Swift file's text without comments and literals."""
        return swift_text.code(self.text) if self.is_swift else self.text


@dataclass(frozen=True)
class Finding:
    """Something that is not tidy."""

    path: PurePosixPath
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def _search(source: Source, pattern: str, text: str, what: str) -> Iterator[Finding]:
    for match in re.finditer(pattern, text, re.MULTILINE):
        yield Finding(source.path, text.count("\n", 0, match.start()) + 1, what)


def columns(source: Source) -> Iterator[Finding]:
    """Lines fit in 100 columns, but for what a Swift test sends: that stands as it travels."""
    if not source.is_code:
        return
    is_swift_test = source.is_swift and str(source.path).startswith("Tests/")
    for number, line in enumerate(source.text.splitlines(), 1):
        if is_swift_test and re.match(r'\s*(?:\+ )?(?:#*"|\{")', line):
            continue
        if len(line) > COLUMNS_MAX:
            yield Finding(source.path, number, f"{len(line)} columns; {COLUMNS_MAX} at most")


def file_length(source: Source) -> Iterator[Finding]:
    """A file holds one idea."""
    if not source.is_swift and not source.is_python:
        return
    limit = SWIFT_LINES_MAX if source.is_swift else PYTHON_LINES_MAX
    count = source.text.count("\n")
    if count > limit:
        yield Finding(source.path, count, f"{count} lines; {limit} at most")


def function_length(source: Source) -> Iterator[Finding]:
    """A function fits on a screen."""
    spans: list[tuple[int, int]] = []
    if source.is_swift:
        spans = list(swift_text.functions(source.code))
    elif source.is_python:
        spans = [
            (node.lineno, node.end_lineno or node.lineno)
            for node in ast.walk(ast.parse(source.text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    for first, last in spans:
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield Finding(
                source.path, first, f"a function of {last - first + 1} lines; "
                f"{FUNCTION_LINES_MAX} at most"
            )


def reminders(source: Source) -> Iterator[Finding]:
    """What is to be done is done, or is an issue."""
    words = "|".join(["TO" + "DO", "FIX" + "ME", "HA" + "CK", "WI" + "P"])
    if source.path.suffix != "":
        yield from _search(source, rf"\b(?:{words})\b", source.text, "a leftover reminder")


def placeholders(source: Source) -> Iterator[Finding]:
    """No file stands for one that is to come."""
    if re.search(r"(?i)placeholder|^empty\b|^stub", source.path.name):
        yield Finding(source.path, 1, "a placeholder file")
    if re.search(r"Utils|Helper|Manager|Common", source.path.name):
        yield Finding(source.path, 1, "a name that says nothing of what the file holds")


def force(source: Source) -> Iterator[Finding]:
    """Errors are handled: a trap or silence is no handling."""
    if not source.is_swift:
        return
    yield from _search(source, r"\btry!|\bas!", source.code, "a forced try or cast")
    if source.path.parts[0] == "Sources":
        yield from _search(source, r"\btry\?", source.code, "`try?` swallows the error")


def one_platform(source: Source) -> Iterator[Finding]:
    """Differences between systems live in C shims, not in conditions."""
    if source.is_swift:
        yield from _search(source, r"#if\s+!?os\(", source.code, "a condition on the system")


def embeddable(source: Source) -> Iterator[Finding]:
    """Device modules keep to what Embedded Swift can do alike."""
    if not source.is_swift or source.module not in DEVICE:
        return
    bans = {
        r"\bimport\s+(?:\w+\s+)?(?:Foundation\w*|Glibc|Musl|Dispatch)\b": "a big library",
        r"\b(?:Codable|Encodable|Decodable|Mirror|Mutex)\b": "a type that Embedded Swift lacks",
        r"\b(?:async|await)\b": "concurrency; the agent has two threads and no tasks",
        r"(?<![\w.])weak\s+var\b": "a weak reference",
        r"\bString\((?:describing|reflecting):": "reflection",
        r"\\\.\w+\b(?=[,)\]])": "a key path",
    }
    for pattern, what in bans.items():
        yield from _search(source, pattern, source.code, what)


def unaligned(source: Source) -> Iterator[Finding]:
    """No word is read where only bytes are known to lie: a 32-bit processor may trap on it.

    An `Atomic` is bound where a layout puts it, at a multiple of its size, and what the client
    library has of its own where C has declared memory for it.
    """
    if not source.is_swift or not source.module:
        return
    pattern = (
        r"\.load\(\s*(?:as|fromByteOffset):"
        r"|\.(?:bindMemory|assumingMemoryBound|withMemoryRebound)\(\s*to: "
        r"(?!U?Int8\b|CChar\b|Atomic<U?Int64>|ClientRoom\.self|ThreadSlot\.self|Client\.self)"
    )
    yield from _search(source, pattern, source.code, "a word read in place; `loadUnaligned` it")


def injected(source: Source) -> Iterator[Finding]:
    """Time and chance enter through `World` alone, or no simulation is the truth.

    `Client` runs in a program of which there is none.
    """
    if not source.is_swift or source.module not in DEVICE - {"Platform", "Client"}:
        return
    pattern = (
        r"(?<!world)\.random\(|\bSystemRandomNumberGenerator\b|\.shuffled\(|\.randomElement\("
        r"|\barc4random\w*|\bgetrandom\b|\bplatform_random\w*"
        r"|\bContinuousClock\b|\bSuspendingClock\b|\bclock_gettime\b|\bgettimeofday\b"
        r"|\bplatform_(?:clock|time|wall|monotonic)\w*|(?<![\w.])(?:time|usleep|sleep|nanosleep)\("
    )
    yield from _search(source, pattern, source.code, "time or chance past `World`")


def comb(source: Source) -> Iterator[Finding]:
    """The imports make a comb: stations side by side on the vocabulary, all held by `Agent`."""
    if not source.is_swift or not source.module:
        return
    own = STATIONS | {VOCABULARY, "Platform", "Agent"}
    if source.module in STATIONS | {"Platform"}:
        banned = own - {VOCABULARY}
    elif source.module == VOCABULARY:
        banned = own - {VOCABULARY} | {"CPlatform", "CSQLite", "CZlib", "COpenSSL", "CInih"}
    elif source.module == "Agent":
        banned = frozenset({"Collector", "Reports"})
    else:
        banned = frozenset({"Agent", "Intake", "Store", "Sync"}) - {source.module}
    # The executable is `Agent` and where it runs.
    if source.module == "footfall":
        banned = own - {"Agent", "Platform"}
    names = "|".join(sorted(banned))
    pattern = rf"\bimport\s+(?:\w+\s+)?(?:{names})\b"
    yield from _search(source, pattern, source.code, "a tooth that touches another")


def test_names(source: Source) -> Iterator[Finding]:
    """A Swift test is named by a sentence, and none is switched off."""
    if source.path.parts[0] != "Tests":
        return
    if source.is_swift:
        yield from _search(
            source, r"@Test\b[^{]*?\bfunc\s+\w", source.code, "a test whose name is no sentence"
        )
        pattern = r"\.disabled\(|\.enabled\(if"
        yield from _search(source, pattern, source.code, "a test switched off")
    elif source.is_python:
        pattern = r"pytest\.(?:skip|xfail|importorskip)\b|mark\.(?:skip|xfail)"
        yield from _search(source, pattern, source.text, "a test switched off")


def own_matters(source: Source) -> Iterator[Finding]:
    """Nothing points to one person's machine or to a list that readers do not have."""
    pattern = r"(?<![\w.])/(?:home|Users|root)/\w|\b[Ii]ssue " + r"#?\d"
    yield from _search(source, pattern, source.text, "a path or number of somebody's own")


def root_entries(paths: list[PurePosixPath]) -> Iterator[Finding]:
    """The root stays readable at a glance."""
    for entry in sorted({path.parts[0] for path in paths} - ROOT):
        yield Finding(PurePosixPath(entry), 1, "does not belong in the root")


def pages(paths: list[PurePosixPath]) -> Iterator[Finding]:
    """Every library module states its promises on a page of its own."""
    swift = [path for path in paths if path.parts[0] == "Sources" and path.suffix == ".swift"]
    modules = {path.parts[1] for path in swift}
    for module in sorted(modules):
        page = PurePosixPath("Sources", module, f"{module}.docc", f"{module}.md")
        if not module.startswith("footfall") and page not in paths:
            yield Finding(page, 1, f"the page of module {module} is missing")


FILE_RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    columns, file_length, function_length, reminders, placeholders, force, one_platform,
    embeddable, unaligned, injected, comb, test_names, own_matters,
)
TREE_RULES: tuple[Callable[[list[PurePosixPath]], Iterator[Finding]], ...] = (root_entries, pages)
