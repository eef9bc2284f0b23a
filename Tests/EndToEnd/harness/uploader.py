"""Uploads blocks as an agent would, so that the collector can be tried without one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

from harness import block, wire
from harness.canonical import compact


def numbers(held: list[list[int]]) -> list[int]:
    """Ranges as the numbers in them."""
    return [number for first, last in held for number in range(first, last + 1)]


def check_receipt(
    answer: wire.Answer, data: bytes, device: str, key: str, nonce: str
) -> dict[str, Any]:
    """Checks a receipt as an agent must, and returns it."""
    mac = hmac.new(key.encode(), answer.body, hashlib.sha256).hexdigest()
    assert answer.headers.get("footfall-signature") == mac, answer
    body = answer.json
    assert body["status"] == answer.status and body["device"] == device, body
    assert body["nonce"] == nonce and body["sha256"] == hashlib.sha256(data).hexdigest(), body
    if answer.status != 200:
        assert body["reason"], body
        return body
    header = block.decode(data)
    held, conflict = numbers(body["ids"]), numbers(body["conflict"])
    refused = [refusal["id"] for refusal in body["refused"]]
    assert sorted(held + conflict + refused) == header.sequences, body
    assert body["count"] == len(held) == body["new"] + body["known"], body
    assert (body["stream"], body["epoch"]) == (header.header["stream"], header.header["epoch"])
    return body


@dataclass
class Device:
    """A device that exists in the test alone: its id space, and blocks cut in any way."""

    port: int
    name: str = "kiosk-9"
    key: str = "secret-9"
    stream: str = field(default_factory=lambda: secrets.token_hex(16))
    boot: str = field(default_factory=lambda: secrets.token_hex(16))

    def block(
        self, sequences: list[int], epoch: int = 1, lane: str = "normal", deflate: bool = True,
        text: Any = None, lines: list[str] | None = None, **header: Any,
    ) -> bytes:
        """A block of the events with these numbers; `text` makes an event of a number.

        `lines` are the events' lines where they are to be others.
        """
        head: dict[str, Any] = {
            "device": self.name, "stream": self.stream, "lane": lane, "epoch": epoch,
            "boot": self.boot,
        }
        if epoch > 1:
            head["previous"] = {"epoch": epoch - 1, "end": 0}
        head |= {"tombstones": []} | header
        make = text or (lambda number: self.event(number, epoch))
        lines = lines or [block.line(n, make(n)) for n in sequences]
        return block.encode(head, lines, deflate)

    def event(self, sequence: int, epoch: int = 1, **more: Any) -> str:
        """The canonical text of one event of this device."""
        return compact({
            "type": "track", "event": "Tried", "messageId": f"{self.name}/{epoch}/{sequence}",
            "properties": {"n": sequence},
        } | more)

    def upload(
        self, data: bytes, headers: dict[str, str] | None = None, nonce: str | None = None
    ) -> wire.Answer:
        """Sends one block."""
        fields = {
            "Authorization": f"Bearer {self.key}", "Footfall-Device": self.name,
            "Footfall-Nonce": nonce or secrets.token_hex(16),
            "Content-Type": "application/vnd.footfall.block",
        } | (headers or {})
        return wire.request(self.port, "POST", "/v1/blocks", data, fields)

    def deliver(self, data: bytes) -> dict[str, Any]:
        """Sends one block and returns its receipt, checked; it must be a 200."""
        nonce = secrets.token_hex(16)
        answer = self.upload(data, nonce=nonce)
        assert answer.status == 200, answer
        return check_receipt(answer, data, self.name, self.key, nonce)
