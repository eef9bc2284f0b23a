"""Just enough of Swift's grammar to look at its code without its words.

A rule about calls must not fire on a comment that explains why the call is banned, so comments and
string literals are blanked out, every newline staying where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LITERAL = re.compile(
    r"""
      //[^\n]*
    | /\*.*?\*/
    | (?P<hashes>\#*)\"\"\".*?\"\"\"(?P=hashes)
    | (?P<raw>\#+)".*?"(?P=raw)
    | "(?:\\\((?:[^()\n]|\([^()\n]*\))*\)|\\.|[^"\\\n])*"
    """,
    re.VERBOSE | re.DOTALL,
)
_BODIED = re.compile(r"(?<![.\w`])(?:func\b|init[?<(\s]|deinit\b|subscript\b)")
_NEXT_DECLARATION = re.compile(
    r"\n\s*(?:@|\}|#|func\b|var\b|let\b|init\b|deinit\b|case\b|static\b|mutating\b|associatedtype\b"
    r"|public\b|private\b|internal\b|package\b|fileprivate\b|struct\b|enum\b|class\b|extension\b)"
)


def code(text: str) -> str:
    """The text with comments and string literals blanked out, line by line as long as before."""
    return _LITERAL.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(blanked: str) -> Iterator[tuple[int, int]]:
    """The first and last line, from 1, of every function, initialiser and subscript with a body."""
    for start, _, closing in bodies(blanked):
        first = blanked.count("\n", 0, start) + 1
        yield first, blanked.count("\n", 0, closing) + 1


def bodies(blanked: str) -> Iterator[tuple[int, int, int]]:
    """Of each of those: where it begins, and where its body's braces stand."""
    for match in _BODIED.finditer(blanked):
        opening = _body(blanked, match.end())
        if opening is not None:
            yield match.start(), opening, closing(blanked, opening)


def _body(blanked: str, start: int) -> int | None:
    """Where the body's brace opens; None for a requirement of a protocol, which has none."""
    depth = 0
    if blanked[start - 1] == "(":
        depth = 1
    for index in range(start, len(blanked)):
        character = blanked[index]
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif depth == 0 and character == "{":
            return index
        elif depth == 0 and character == "}":
            return None
        elif depth == 0 and character == "\n" and _NEXT_DECLARATION.match(blanked, index):
            return None
    return None


def closing(blanked: str, opening: int) -> int:
    """Where the brace closes that opens there."""
    depth = 0
    for index in range(opening, len(blanked)):
        if blanked[index] == "{":
            depth += 1
        elif blanked[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return len(blanked) - 1
