"""What a C header declares, each with the comment above it.

The header is written as ours is: a comment of the whole first, then declarations, each below its
comment. Declarations that follow each other without a blank line share the first one's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"/\*(?P<comment>[\s\S]*?)\*/|(?P<blank>\n[ \t]*\n)|(?P<code>[^\s])")
_FUNCTION = re.compile(r"(?P<type>[\w *]+?)(?P<name>\w+)\((?P<parameters>[^()]*)\)")
_TYPE = re.compile(r"typedef\s[\s\S]*?(?P<name>\w+)")
_STRUCT = re.compile(r"typedef struct \w+ \{(?P<body>[\s\S]*)\} (?P<name>\w+)")
_ENUM = re.compile(r"enum \{(?P<body>[\s\S]*)\}")
_MEMBER = re.compile(r"(?:/\*(?P<comment>[\s\S]*?)\*/)?\s*(?P<code>[^;,/]*?\b(?P<name>[A-Za-z_]\w*)"
                     r"\s*(?:\[\d+\]|= *\d+)?)\s*(?:[;,]|$)")


class HeaderError(Exception):
    """A header that is not written as it has to be."""


@dataclass(frozen=True)
class Function:
    """One function, its type and parameters as they are written."""

    name: str
    type: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """A member of a structure, or a constant."""

    name: str
    code: str
    comment: str


@dataclass
class Item:
    """What stands below one comment."""

    comment: str
    functions: list[Function] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    struct: str = ""
    members: list[Member] = field(default_factory=list)


@dataclass
class Header:
    """A header: what it says of itself, and what it declares."""

    comment: str
    items: list[Item] = field(default_factory=list)

    @property
    def functions(self) -> list[Function]:
        return [function for item in self.items for function in item.functions]

    @property
    def constants(self) -> list[str]:
        return [member.name for item in self.items if not item.struct for member in item.members]


def read(text: str) -> Header:
    """Reads a header; `HeaderError` says what has no comment, or cannot be read."""
    text = re.sub(r"^#.*\n|^extern \"C\" \{\n|^\}\n", "", text, flags=re.MULTILINE)
    header: Header | None = None
    item: Item | None = None
    place = 0
    while match := _TOKEN.search(text, place):
        place = match.end()
        if match["comment"] is not None:
            if header is None:
                header = Header(plain(match["comment"]))
            else:
                item = Item(plain(match["comment"]))
                header.items.append(item)
        elif match["blank"] is not None:
            item = None
        else:
            place = _end(text, match.start())
            _declare(text[match.start() : place - 1], header, item)
    if header is None:
        raise HeaderError("it does not begin with a comment")
    return header


def plain(comment: str) -> str:
    """A comment's text without what frames it; lines and their indentation are kept."""
    lines = [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.strip().splitlines()]
    return "\n".join(lines).strip()


def _end(text: str, start: int) -> int:
    """Behind the semicolon that ends the declaration that begins there."""
    depth = 0
    for match in re.compile(r"/\*[\s\S]*?\*/|[{};]").finditer(text, start):
        depth += (match.group() == "{") - (match.group() == "}")
        if match.group() == ";" and depth == 0:
            return match.end()
    raise HeaderError(f"no end of `{text[start:].splitlines()[0]}`")


def _declare(code: str, header: Header | None, item: Item | None) -> None:
    function = _FUNCTION.fullmatch(" ".join(code.split()))
    struct = _STRUCT.fullmatch(code)
    enum = _ENUM.fullmatch(code)
    found = function or struct or enum or _TYPE.fullmatch(code)
    if not found:
        raise HeaderError(f"`{code.splitlines()[0]}` is not understood")
    name = "an enum" if found is enum else found["name"]
    if header is None or item is None:
        raise HeaderError(f"{name} has no comment")
    if function:
        parameters = [each.strip() for each in function["parameters"].split(",")]
        item.functions.append(Function(
            name, function["type"].strip(), tuple(each for each in parameters if each != "void")))
    elif struct or enum:
        item.struct = struct["name"] if struct else ""
        item.members += _members(found["body"], name)
    else:
        item.types.append(code)


def _members(body: str, owner: str) -> list[Member]:
    members = [
        Member(match["name"], " ".join(match["code"].split()), plain(match["comment"] or ""))
        for match in _MEMBER.finditer(body) if match["name"]
    ]
    # A structure that is the library's own says so, and nothing of its members.
    is_own = owner != "an enum" and not any(member.comment for member in members)
    for member in members:
        if not member.comment and not is_own:
            raise HeaderError(f"{member.name} has no comment")
    return members
