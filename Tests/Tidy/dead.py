"""Which files of the repository nothing else knows of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rules import Finding, Source

# Declarations that other files may use: none that is private.
_DECLARED = re.compile(
    r"^(?P<indent> *)(?:@\w+(?:\([^)]*\))? )*(?:(?:public|package|internal|final|indirect|static"
    r"|mutating|borrowing|consuming|nonisolated|convenience|override|\w+\(\w+\)) )*"
    r"(?:struct|class|enum|protocol|typealias|func|var|let) `?(?P<name>\w+)", re.MULTILINE
)


_EXTENSION = re.compile(
    r"^(?:\w+ )?extension (?P<name>[\w.]+)[^\n]*\{\n(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL
)


def _declared(source: Source) -> set[str]:
    """What other files may know a Swift file by: its own types, and what it adds to others'."""
    own = {match["name"] for match in _DECLARED.finditer(source.code) if not match["indent"]}
    for extension in _EXTENSION.finditer(source.code):
        if extension["name"] not in own:
            members = _DECLARED.finditer(extension["body"])
            own |= {match["name"] for match in members if len(match["indent"]) == 4}
    return own


def dead_files(sources: list[Source]) -> Iterator[Finding]:
    """A file that no other knows of is dead: Swift by its declarations, the rest by its name."""
    words: dict[str, set[PurePosixPath]] = {}
    for source in sources:
        for word in set(re.findall(r"\w+", source.code)):
            words.setdefault(word, set()).add(source.path)
    for source in sources:
        path = source.path
        if path.parts[0] not in {"Sources", "Tests", "Cross", "Deploy"}:
            continue
        if source.is_swift:
            known = _declared(source)
            if not known or re.search(r"@main\b|@Suite\b|@Test\b", source.code):
                continue
        elif path.suffix in {".py", ".sh", ".c", ".h", ""} and path.parts[0] != "Deploy":
            # Tests are found by their name, as are the targets of `Cross` by theirs.
            if re.match(r"test_|conftest", path.name) or "targets" in path.parts:
                continue
            known = {path.stem}
        else:
            continue
        if not any(words.get(name, set()) - {path} for name in known) and path.suffix != ".c":
            yield Finding(path, 1, "nothing else names it: dead")
