#!/usr/bin/env python3
"""Writes the manual pages of the client library, section 3, from what its header says.

    manual.py HEADER FOLDER

FOLDER receives footfall.3, and a page for each function that leads there. Nothing is in them that
the header does not say, but for how to link, so they cannot tell another story. The same header
gives the same bytes. Ends with 1 where something in the header has no comment, and says what.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from declarations import Function, Header, HeaderError, Item, read  # noqa: E402

DATE = "November 23, 2026"
"""When the interface last changed: a page must have a date, and not that of its making."""

AFTER_DESCRIPTION = (
    "RETURN VALUES", "ENVIRONMENT", "FILES", "EXAMPLES", "DIAGNOSTICS", "ERRORS", "SEE ALSO",
    "STANDARDS", "HISTORY", "CAVEATS", "BUGS",
)
"""Sections that readers look for by name, in mdoc(7)'s order; others belong to the description."""

SEE_ALSO = (("pkg-config", 1), ("clone", 2), ("pthread_atfork", 3), ("signal-safety", 7))


def page(header: Header) -> str:
    """The whole page, in mdoc(7)."""
    summary, introduction, example, sections = split(header)
    names = [function.name for function in header.functions]
    lines = [f".Dd {DATE}", ".Dt FOOTFALL 3", ".Os Footfall", ".Sh NAME"]
    lines += [f".Nm {name} ," for name in ["footfall", *names][:-1]] + [f".Nm {names[-1]}"]
    lines += [f".Nd {summary}", ".Sh LIBRARY"]
    lines += ["libfootfall, which", ".Ql pkg-config \\-\\-cflags \\-\\-libs footfall",
              "says how to link with.", ".Sh SYNOPSIS", ".In footfall.h"]
    for item in header.items:
        lines += [f".Vt {escaped(each)} ;" for each in item.types]
    for function in header.functions:
        lines += prototype(function)
    text = Text(header.constants)
    lines += [".Sh DESCRIPTION", *text.paragraphs(introduction)]
    after = {
        "EXAMPLES": literal(["#include <footfall.h>", "", *example.splitlines()]),
        "SEE ALSO": see_also(),
    }
    for title, said in sections.items():
        if title in AFTER_DESCRIPTION:
            after[title] = text.paragraphs(said) + after.get(title, [])
        else:
            lines += [f".Ss {title.capitalize()}", *text.paragraphs(said)]
    for item in header.items:
        if any(each.endswith("_status") for each in item.types):
            after["RETURN VALUES"] = text.item(item) + after.get("RETURN VALUES", [])
        elif not item.functions:
            title, said = heading(item)
            lines += [f".Ss {escaped(title)}", *text.paragraphs(said), *text.members(item)]
    lines += [".Ss Functions", ".Bl -tag -width Ds"]
    for item in header.items:
        lines += text.functions(item)
    lines.append(".El")
    for title in AFTER_DESCRIPTION:
        if title in after:
            lines += [f".Sh {title}", *after[title]]
    return "\n".join(lines) + "\n"


def split(header: Header) -> tuple[str, str, str, dict[str, str]]:
    """What the first comment says: summary, introduction, example, and sections by title."""
    blocks = re.split(r"\n\n+", header.comment)
    parts: dict[str, str] = {}
    example: list[str] = []
    title = ""
    for block in blocks:
        if all(line.startswith("    ") for line in block.splitlines()) and not title:
            example.append("\n".join(line[4:] for line in block.splitlines()))
            continue
        if match := re.match(r"([A-Z]{2,}(?: [A-Z]{2,})*)  +", block):
            title, block = match[1], block[match.end() :]
            if not block[0].isupper():
                # The title is the sentence's first word.
                block = f"{title.capitalize()} {block}"
        parts[title] = f"{parts[title]}\n\n{block}" if title in parts else block
    if "" not in parts or not example:
        raise HeaderError("its first comment lacks a summary or an example")
    first, _, introduction = parts.pop("").partition("\n\n")
    summary = " ".join(first.split()).rsplit(": ", 1)[-1].rstrip(".")
    return summary, introduction, "\n\n".join(example), parts


def prototype(function: Function) -> list[str]:
    """A function's declaration in the synopsis."""
    return [f".Ft {function.type}", f".Fo {function.name}",
            *(f'.Fa "{each}"' for each in function.parameters or ("void",)), ".Fc"]


def literal(lines: list[str]) -> list[str]:
    """Lines that stay as they are."""
    return [".Bd -literal -offset indent", *map(escaped, lines), ".Ed"]


def see_also() -> list[str]:
    """The pages that a reader may want next."""
    lines = [f".Xr {name} {section} ," for name, section in SEE_ALSO]
    return [*lines[:-1], lines[-1].removesuffix(" ,")]


def heading(item: Item) -> tuple[str, str]:
    """The title of what is declared, and what is said of it."""
    if item.struct:
        return f"struct {item.struct}", item.comment
    if item.types:
        return re.findall(r"\w+", item.types[0])[-1], item.comment
    first, _, rest = item.comment.partition(".")
    return first, rest.strip()


def escaped(text: str) -> str:
    """Text as roff reads it, nothing in it being a request."""
    text = text.replace("\\", "\\e")
    return "\\&" + text if text.startswith((".", "'")) else text


class Text:
    """Comments as running text."""

    def __init__(self, constants: list[str]) -> None:
        short = [name.removeprefix("FOOTFALL_") for name in constants]
        self._constants = re.compile(rf"\b(?:FOOTFALL_)?({'|'.join(short)})\b")

    def paragraphs(self, text: str) -> list[str]:
        """Paragraphs, each sentence on a line of its own; what is indented stays as it is."""
        lines: list[str] = []
        for block in filter(None, re.split(r"\n\n+", text)):
            if lines:
                lines.append(".Pp")
            if all(line.startswith("    ") for line in block.splitlines()):
                lines += literal([line[4:] for line in block.splitlines()])
            else:
                joined = " ".join(block.split())
                lines += map(self._line, re.split(r"(?<=[.?!]) (?=[A-Z`])", joined))
        return lines

    def _line(self, sentence: str) -> str:
        line = escaped(sentence)
        line = re.sub(r"`([^`]+)`", r"\\fI\1\\fP", line)
        # Statuses are named in full once a list, and short after it.
        line = self._constants.sub(r"\\fBFOOTFALL_\1\\fP", line)
        return re.sub(r"\b(footfall_\w+)\b(?!\))", r"\\fB\1\\fP", line)

    def item(self, item: Item) -> list[str]:
        return [*self.paragraphs(item.comment), *self.members(item)]

    def members(self, item: Item) -> list[str]:
        """What a structure has in it, or an enumeration; nothing of one that is not to be known."""
        if not any(member.comment for member in item.members):
            return []
        lines = [".Bl -tag -width Ds"]
        for member in item.members:
            title = f"Va {escaped(member.code)}" if item.struct else f"Dv {member.name}"
            lines += [f".It {title}", *self.paragraphs(member.comment)]
        return [*lines, ".El"]

    def functions(self, item: Item) -> list[str]:
        """The functions that share a comment, and what it says."""
        lines: list[str] = []
        for function in item.functions:
            names = [re.findall(r"\w+", each)[-1] for each in function.parameters]
            lines.append(" ".join([".It Fn", function.name, *names]))
        return [*lines, *self.paragraphs(item.comment)] if lines else []


def write(text: str, folder: Path) -> None:
    """Puts the pages of a header into a folder, in place of those that were there."""
    header = read(text)
    written = page(header)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("footfall*.3"):
        old.unlink()
    (folder / "footfall.3").write_text(written)
    for function in header.functions:
        (folder / f"{function.name}.3").write_text(".so man3/footfall.3\n")


def main() -> int:
    if len(sys.argv) != 3:
        print("manual.py HEADER FOLDER", file=sys.stderr)
        return 64
    header = Path(sys.argv[1])
    try:
        write(header.read_text(), Path(sys.argv[2]))
    except HeaderError as error:
        print(f"manual: {header.name}: {error}", file=sys.stderr)
        print("  The page is made of its comments: say there what it is.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
