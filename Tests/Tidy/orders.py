"""Which memory orders the ring states, and where: what its models stand for.

The models of `Tests/Models` are run by hand, for their tools come from no package. What they were
run against is listed beside them, one line an order, in the order in which the sources have them:
the file, the function and the whole call, without white space and comments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import swift_text

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "Tests" / "Models"
LISTING = MODELS / "orders.txt"

_TITLE = "# What the models were last run against, all as expected; Tests/Models/run writes it."
_ORDER = re.compile(
    r"\b(?:\w*ordering\s*:|atomicMemoryFence\b|platform_compiler_barrier\b|\w*membarrier\w*)",
    re.IGNORECASE,
)
_PROPERTY = re.compile(r"\bvar\s+(?P<name>\w+)\s*:[^={}\n]*\{")
_OPENING = {")": "(", "]": "["}


def listing(sources: Iterable[tuple[str, str]], models: str) -> list[str]:
    """The lines of the listing, for Swift files by name and text, and a hash of the models."""
    orders = [
        f"{name}  {function}  {call}"
        for name, text in sorted(sources)
        for function, call in orders_of(swift_text.code(text))
    ]
    return [_TITLE, f"models {models}", *orders]


def present() -> list[str]:
    """The listing as it would be written now."""
    files = (REPOSITORY / "Sources" / "Ring").glob("*.swift")
    return listing([(file.name, file.read_text()) for file in files], models_hash())


def models_hash() -> str:
    """Of all that a run's verdicts come from: the models, and what runs them."""
    sha = hashlib.sha256()
    for file in sorted(MODELS.rglob("*")):
        if file.suffix in {".litmus", ".c", ".h"} or file.name == "run":
            sha.update(f"{file.relative_to(MODELS)} {file.stat().st_size}\n".encode())
            sha.update(file.read_bytes())
    return sha.hexdigest()


def orders_of(blanked: str) -> Iterator[tuple[str, str]]:
    """The function and the call of each order that a text without comments states."""
    scopes = list(_scopes(blanked))
    seen = set()
    for match in _ORDER.finditer(blanked):
        call = _call(blanked, match)
        if call in seen:
            continue
        seen.add(call)
        around = [scope for scope in scopes if scope[0] <= call[0] < scope[1]]
        function = min(around, key=lambda scope: scope[1] - scope[0])[2] if around else "-"
        text = re.sub(r"\bunsafe\b|\s", "", blanked[slice(*call)])
        yield function, re.sub(r"([,:])", r"\1 ", text)


def _scopes(blanked: str) -> Iterator[tuple[int, int, str]]:
    """Functions and computed properties: from where to where, and their names."""
    for start, opening, closing in swift_text.bodies(blanked):
        yield start, closing, _name(blanked[start:opening])
    for match in _PROPERTY.finditer(blanked):
        opening = match.end() - 1
        yield match.start(), swift_text.closing(blanked, opening), match["name"]


def _name(head: str) -> str:
    """`next(into:)` for `func next(into payload: inout [UInt8]) throws -> Record?`."""
    name, bracket, parameters = re.sub(r"^func\s+", "", head).partition("(")
    labels, depth, isLabel = [], 0, True
    for token in re.findall(r"\w+|\S", bracket + parameters):
        depth += (token in "([{") - (token in ")]}")
        if depth == 0:
            break
        if depth == 1 and isLabel and re.match(r"\w", token):
            labels.append(f"{token}:")
            isLabel = False
        isLabel = isLabel or (depth == 1 and token == ",")
    return f"{name.strip()}({''.join(labels)})"


def _call(blanked: str, match: re.Match[str]) -> tuple[int, int]:
    """The bounds of the call that an order is an argument of, or that is the order."""
    if match.group().endswith(":"):
        opening = _before(blanked, match.start(), 1)
        return _callee(blanked, opening), _behind(blanked, opening)
    argument = re.match(r"\s*\(", blanked[match.end() :])
    start = _callee(blanked, match.end())
    return start, _behind(blanked, match.end() + argument.end() - 1) if argument else match.end()


def _before(blanked: str, index: int, depth: int) -> int:
    """Where the bracket opens that closes `depth` levels further out."""
    while depth > 0:
        index -= 1
        depth += (blanked[index] in ")]}") - (blanked[index] in "([{")
    return index


def _behind(blanked: str, opening: int) -> int:
    depth = 0
    for index in range(opening, len(blanked)):
        depth += (blanked[index] in "([{") - (blanked[index] in ")]}")
        if depth == 0:
            return index + 1
    return len(blanked)


def _callee(blanked: str, end: int) -> int:
    """Where the chain of names and calls begins that ends there."""
    while True:
        name = re.search(r"[\w`]+$", blanked[:end])
        start = name.start() if name else end
        before = blanked[:start].rstrip()
        if name and before.endswith((".", "?.")):
            end = len(before.rstrip(".?"))
            link = blanked[:end].rstrip()
            end = len(link)
            while link and link[-1] in _OPENING:
                end = _before(blanked, end - 1, 1)
                link = blanked[:end].rstrip()
            continue
        return start
