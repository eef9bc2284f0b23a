"""What becomes of identity before anything is stored, computed independently of the agent.

Email (trimmed, lower case), phone (digits and a leading +), `userId` and `previousId` are replaced
at top level, in `traits`, `context.traits` and `properties`; a value with parts is covered whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from harness.canonical import Members, parse, write

TYPES = {"email": "email", "phone": "phone", "userId": "userId", "previousId": "userId"}
"""The member's name, and the type that its value is a key of."""


def _normalised(kind: str, value: str) -> str:
    if kind == "email":
        return value.strip().lower()
    if kind == "phone":
        kept = [c for c in value if c in "+0123456789"]
        return "".join(c for index, c in enumerate(kept) if c != "+" or index == 0)
    return value


def pseudonym(key: bytes, kind: str, value: str) -> str:
    """The text that stands for a raw value; nothing stands for nothing."""
    normalised = _normalised(kind, value)
    if not normalised:
        return ""
    digest = hmac.new(key, kind.encode() + b"\0" + normalised.encode(), hashlib.sha256).digest()
    return f"{kind}:k1:n1:" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _covered(key: bytes, kind: str, value: Any) -> Any:
    if isinstance(value, str):
        return pseudonym(key, kind, str(value))
    if isinstance(value, Members):
        return Members((name, _covered(key, kind, item)) for name, item in value)
    if isinstance(value, list):
        return [_covered(key, kind, item) for item in value]
    return value


def _replaced(key: bytes, members: Members) -> Members:
    return Members(
        (name, _covered(key, TYPES[name], value) if name in TYPES else value)
        for name, value in members
    )


def replace(key: bytes, event: str | bytes) -> str:
    """The canonical text that the collector must export for an event that a producer sent."""
    out = Members()
    for name, value in _replaced(key, parse(event)):
        if name in {"traits", "properties"} and isinstance(value, Members):
            value = _replaced(key, value)
        elif name == "context" and isinstance(value, Members):
            value = Members(
                (inner, _replaced(key, item))
                if inner == "traits" and isinstance(item, Members) else (inner, item)
                for inner, item in value
            )
        out.append((name, value))
    return write(out)
