"""What becomes of identity before anything is stored, computed independently of the agent.

Email (trimmed, lower case), phone (digits and a leading +), `userId` and `previousId` are replaced
at top level, in `traits`, `context.traits` and `properties`; a value with parts is covered whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from harness.canonical import Members, parse, write

TYPES = {
    "email": "email", "phone": "phone", "userid": "userId", "previousid": "userId",
    "emailsha256": "email",
}
"""The member's name without case and joints, and the type that its value is a key of.

As many as the suite's inputs have; the page names all.
"""


def _type(name: str) -> str | None:
    return TYPES.get(re.sub("[-_ ]", "", name).lower())


_BLOCKED = {
    "-1", "null", "(null)", "undefined", "none", "n/a", "anonymous", "unknown", "(not set)",
}
"""Placeholders that the suite's inputs may hold; the page has the whole list."""


def _normalised(kind: str, value: str) -> str | None:
    """What is hashed, by version 2 of the rules; None of a value that is refused.

    Only as much of the rules as the suite's inputs need: international numbers, ASCII domains.
    """
    value = unicodedata.normalize("NFC", value) if kind != "userId" else value
    if value.strip().lower() in _BLOCKED or re.fullmatch(r"[0-]*|-1", value.strip()):
        return None
    if kind == "email":
        value = value.strip().lower()
        return value if re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", value) else None
    if kind == "phone":
        digits = re.sub(r"[\s().\-/]", "", value)
        return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits) else None
    return value


def pseudonym(key: bytes, kind: str, value: str) -> str:
    """The text that stands for a raw value; the marker where the value is refused."""
    if not value:
        return ""
    if kind in ("email", "phone") and re.fullmatch("[0-9a-fA-F]{64}", value):
        kind, normalised = kind + "SHA256", value.lower()
    elif (normalised := _normalised(kind, value)) is None:
        return f"[{kind}]"
    digest = hmac.new(key, kind.encode() + b"\0" + normalised.encode(), hashlib.sha256).digest()
    return f"{kind}:k1:n2:" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


Visit = Callable[[str, str], str]
"""What becomes of a value of a type."""


def _covered(visit: Visit, kind: str, value: Any) -> Any:
    if isinstance(value, str):
        return visit(kind, str(value)) if value else value
    if isinstance(value, Members):
        return Members((name, _covered(visit, kind, item)) for name, item in value)
    if isinstance(value, list):
        return [_covered(visit, kind, item) for item in value]
    return value


def _replaced(visit: Visit, members: Members, also: Callable[[str, Any], Any]) -> Members:
    return Members(
        (name, _covered(visit, kind, value) if (kind := _type(name)) else also(name, value))
        for name, value in members
    )


def visited(visit: Visit, event: Members) -> Members:
    """The event with what `visit` makes of each identity, met in the order of the text."""
    def plain(_name: str, value: Any) -> Any:
        return value

    def within_context(name: str, value: Any) -> Any:
        is_traits = name == "traits" and isinstance(value, Members)
        return _replaced(visit, value, plain) if is_traits else value

    def within(name: str, value: Any) -> Any:
        if not isinstance(value, Members):
            return value
        if name in {"traits", "properties"}:
            return _replaced(visit, value, plain)
        if name == "context":
            return Members((inner, within_context(inner, item)) for inner, item in value)
        return value

    return _replaced(visit, event, within)


def replace(key: bytes, event: str | bytes) -> str:
    """The canonical text that the collector must export for an event that a producer sent."""
    return write(visited(lambda kind, value: pseudonym(key, kind, value), parse(event)))
