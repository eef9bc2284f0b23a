"""A collector of the test's own: checks every upload against the contract, and answers by script.

It shares no code with the product: blocks are decoded and receipts are signed here from their
description. What it finds wrong goes to `complaints`, which a test asserts to be empty.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.block import Block, Malformed, decode, dictionary_name, left
from harness.dictionary import NO_DICTIONARY, Dictionary
from harness.envelope import opened
from harness.gateway import Exchange, Gateway, Reply

HEX32 = re.compile(r"[0-9a-f]{32}")


@dataclass
class Upload:
    """One block as it arrived."""

    exchange: Exchange
    block: Block
    key: str
    dictionary: Dictionary | None = None
    """The one that the block leaves, where the device wants it kept."""

    @property
    def own(self) -> list[str]:
        """The events' own texts: without envelopes, names in the places of markers."""
        header = self.block.header
        return [
            opened(text, header["device"], header["stream"], header["epoch"], event["seq"]).text
            for event, text in zip(self.block.events, self.block.texts)
        ]

    @property
    def nonce(self) -> str:
        return self.exchange.headers["footfall-nonce"]

    @property
    def id(self) -> tuple[str, int]:
        """The stream and the epoch."""
        return self.block.header["stream"], self.block.header["epoch"]


Script = Callable[[Upload], Reply | None]


def ranges(numbers: list[int]) -> list[list[int]]:
    """Ascending numbers as closed ranges."""
    out: list[list[int]] = []
    for number in numbers:
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return out


def signed(key: str, body: dict[str, Any], status: int = 200) -> Reply:
    """A reply with the receipt's signature."""
    data = json.dumps(body, separators=(",", ":")).encode()
    mac = hmac.new(key.encode(), data, hashlib.sha256).hexdigest()
    return Reply(
        status, data, (("Content-Type", "application/json"), ("Footfall-Signature", mac))
    )


def receipt(upload: Upload, **changes: Any) -> dict[str, Any]:
    """The receipt that takes every event of an upload, with a test's changes."""
    held = ranges(upload.block.sequences)
    count = len(upload.block.sequences)
    kept = {"dictionary": upload.dictionary.name.hex()} if upload.dictionary else {}
    return {
        "status": 200, "device": upload.block.header["device"],
        "stream": upload.block.header["stream"], "epoch": upload.block.header["epoch"],
        "nonce": upload.nonce, "sha256": hashlib.sha256(upload.exchange.body).hexdigest(),
        "ids": held, "count": count, "new": count, "known": 0, "conflict": [], "refused": [],
        "tombstones": len(upload.block.header["tombstones"]),
    } | kept | changes


def accept(upload: Upload) -> Reply:
    """Takes everything."""
    return signed(upload.key, receipt(upload))


class CollectorDouble(Gateway):
    """Takes uploads; `script` answers them."""

    def __init__(
        self, key: str = "secret-1", script: Script = accept, tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.key = key
        self.script = script
        self.uploads: list[Upload] = []
        self.complaints: list[str] = []
        self.held: dict[tuple[str, int, int], str] = {}
        self.dictionaries: dict[bytes, Dictionary] = {}
        self.dictionary_refusals = 0
        self._order = threading.Lock()
        super().__init__(tls, host)

    def respond(self, exchange: Exchange) -> Reply | None:
        """Checks an upload, then does as the script says."""
        if exchange.method == "GET" and exchange.path == "/health":
            return Reply(200, b'{"status":"ok"}')
        with self._order:
            if self._wants_another(exchange.body):
                self.dictionary_refusals += 1
                return signed(self.key, {
                    "status": 422, "device": exchange.headers["footfall-device"],
                    "nonce": exchange.headers["footfall-nonce"],
                    "sha256": hashlib.sha256(exchange.body).hexdigest(),
                    "reason": "block_dictionary",
                }, 422)
            upload = self._checked(exchange)
            if upload is None:
                return Reply(500)
            self.uploads.append(upload)
            reply = self.script(upload)
            if reply is not None and reply.status == 200:
                self._hold(upload)
            return reply

    def _checked(self, exchange: Exchange) -> Upload | None:
        headers = exchange.headers
        expected = {
            "authorization": f"Bearer {self.key}",
            "content-type": "application/vnd.footfall.block",
        }
        for name, value in expected.items():
            if headers.get(name) != value:
                self.complaints.append(f"{name}: {headers.get(name)!r}, not {value!r}")
        if (exchange.method, exchange.path) != ("POST", "/v1/blocks"):
            self.complaints.append(f"{exchange.method} {exchange.path}")
        if not HEX32.fullmatch(headers.get("footfall-nonce", "")):
            self.complaints.append(f"nonce {headers.get('footfall-nonce')!r}")
        try:
            earlier = self.dictionaries.get(dictionary_name(exchange.body), NO_DICTIONARY)
            block = decode(exchange.body, earlier)
            after = left(exchange.body, earlier)
        except (Malformed, ValueError) as error:
            self.complaints.append(f"no block: {error!r}")
            return None
        if headers.get("footfall-device") != block.header["device"]:
            self.complaints.append(f"device {headers.get('footfall-device')!r}")
        # The same bytes may come twice: a kept-alive connection that breaks is tried anew.
        for upload in self.uploads:
            if upload.nonce == headers["footfall-nonce"] and upload.exchange != exchange:
                self.complaints.append("a nonce was used for two uploads")
        if headers.get("footfall-dictionary") != "keep" or after is None:
            return Upload(exchange, block, self.key)
        self.dictionaries[after.name] = after
        return Upload(exchange, block, self.key, after)

    def _wants_another(self, data: bytes) -> bool:
        name = dictionary_name(data)
        return bool(name) and name not in self.dictionaries

    def _hold(self, upload: Upload) -> None:
        for event, text in zip(upload.block.events, upload.own):
            self.held.setdefault((*upload.id, event["seq"]), text)
