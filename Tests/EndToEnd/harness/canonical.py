"""The canonical text of JSON, written again from the rule and not from the product's source.

Producer's key order and number text, duplicate keys kept, no white space, shortest escapes. It is
what "byte for byte" means in every comparison of the suite.
"""

from __future__ import annotations

import json
from typing import Any


class Number(str):
    """A number, as its text."""


class Members(list[tuple[str, Any]]):
    """An object: its members in order, doubles included."""

    def last(self, name: str) -> Any:
        """The value that counts under a name: the last one; None where there is none."""
        return next((value for key, value in reversed(self) if key == name), None)


_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}


def _reject(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def parse(text: str | bytes) -> Any:
    """Reads a JSON text and loses nothing of it that the canonical text keeps."""
    return json.loads(
        text, object_pairs_hook=Members, parse_int=Number, parse_float=Number,
        parse_constant=_reject,
    )


def _quoted(text: str) -> str:
    out = []
    for character in text:
        code = ord(character)
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif code < 0x20 or 0xD800 <= code < 0xE000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def write(value: Any) -> str:
    """Writes what `parse` read as canonical text."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Members):
        return "{" + ",".join(f"{_quoted(key)}:{write(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(item) for item in value) + "]"
    raise TypeError(f"{value!r} did not come from parse()")


def canonical(text: str | bytes) -> str:
    """The canonical text of a JSON text."""
    return write(parse(text))


def compact(value: Any) -> str:
    """A Python value as JSON without white space, the way a producer would send it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
