"""Made-up people whose every trace is told from all else, and the search for such traces.

A name, address or number of a canary holds `kanari` or is in a set of digits; what has neither is
nobody's. What is searched is read in every spelling in which it was sent, and inflated from any
byte on, so that the search knows nothing of the formats that it searches.
"""

from __future__ import annotations

import base64
import binascii
import random
import re
import unicodedata
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

WORD = b"kanari"
_INFLATED_MOST = 4 << 20
_INFLATED_LEAST = 64
_NOTHING = bytes(32768)


def _luhn(digits: str) -> str:
    """The digits and the one that makes their sum right."""
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def _iban(account: str) -> str:
    """A German account number."""
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


@dataclass(frozen=True)
class Canary:
    """One made-up person."""

    number: int

    @property
    def email(self) -> str:
        separator = ".-+_"[self.number % 4]
        return f"Kanari{separator}{self.number:04}@mail{self.number % 7}.example.org"

    @property
    def mobile(self) -> str:
        """National, without its zero."""
        return f"151{27_000_000 + self.number * 37}"

    @property
    def phones(self) -> list[str]:
        """International, then national spellings."""
        area, rest = self.mobile[:3], self.mobile[3:]
        return [
            f"+49 {area} {rest}", f"+49{area}{rest}", f"0049 {area} {rest}",
            f"+49 (0){area} {rest}", f"0{area} {rest}", f"0{area}/{rest}",
            f"(0{area}) {rest[:4]}-{rest[4:]}",
            f"0{area}-{rest}", f"0{area}{rest[:7]}",
        ]

    @property
    def card(self) -> str:
        issuer = (411111, 522222, 601100)[self.number % 3]
        return _luhn(f"{issuer}{310_000_000 + self.number * 7919:09}")

    @property
    def iban(self) -> str:
        return _iban(f"370400440{532_013_000 + self.number * 13:09}")

    @property
    def values(self) -> list[str]:
        """What the guard finds wherever it stands."""
        groups = [self.card[at:at + 4] for at in range(0, 16, 4)]
        account = " ".join(self.iban[at:at + 4] for at in range(0, 22, 4))
        return [
            self.email, *self.phones, self.card, " ".join(groups), "-".join(groups), self.iban,
            account,
        ]

    @property
    def fields(self) -> dict[str, object]:
        """What stands in known fields."""
        return {
            "email": self.email, "phone": self.phones[0], "firstName": f"Kanari{self.number}a",
            "lastName": f"Kanari{self.number}b", "loyaltyNumber": f"kanari-{self.number}",
            "address": {"street": f"Kanaristr. {self.number}", "city": f"Kanarien{self.number}"},
        }

    @property
    def digits(self) -> set[bytes]:
        """Runs of digits that are this person's alone."""
        return {self.mobile[:10].encode(), self.card.encode(), self.iban[4:].encode()}


Spelling = Callable[[str], str]


def _wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SPELLINGS: list[Spelling] = [
    str, str.lower, str.upper, _wide, lambda text: urllib.parse.quote(text, safe=""),
    lambda text: urllib.parse.quote(urllib.parse.quote(text, safe=""), safe=""),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
]
"""How a part of a text is spelt."""
WHOLE: list[Spelling] = [
    _base64, lambda text: _base64(text).rstrip("="), lambda text: f"  {text} ",
    lambda text: base64.urlsafe_b64encode(f"call {text}, ü".encode()).decode(),
    lambda text: _base64(_base64(text)),
]
"""How a whole value is."""


def _readings(data: bytes) -> Iterator[bytes]:
    """What a reader might take bytes for."""
    yield data
    text = data.decode("utf-8", "ignore")
    text = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    for _ in range(3):
        text = urllib.parse.unquote(text, errors="ignore")
    text = unicodedata.normalize("NFKC", text)
    yield text.encode("utf-8", "ignore")


def _decoded(data: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"[A-Za-z0-9+/_-]{11,}", data):
        word = match[0].replace(b"-", b"+").replace(b"_", b"/")
        # Base64 may begin at any byte of a longer run.
        for start in range(4):
            part = word[start:]
            if len(part) % 4 == 1:
                part = part[:-1]
            try:
                yield base64.b64decode(part + b"=" * (-len(part) % 4))
            except binascii.Error:
                continue


def inflated(data: bytes) -> Iterator[bytes]:
    """What any stream of deflate in it holds, raw or in a zlib's or gzip's frame.

    A stream may begin at any byte, and with a dictionary that nobody here knows: what it takes
    from there shows as zeros, and what is its own as it is.
    """
    for start in range(len(data) - 8):
        stream = zlib.decompressobj(-15, zdict=_NOTHING)
        found = b""
        rest = data[start:start + 65536]
        try:
            while len(found) < _INFLATED_MOST and not stream.eof:
                piece = stream.decompress(rest, 1024)
                if not piece:
                    break
                found += piece
                rest = stream.unconsumed_tail
        except zlib.error:
            # What came before is worth a look all the same.
            pass
        if len(found) >= _INFLATED_LEAST:
            yield found


class Search:
    """Looks for traces of canaries."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self.digits = {run for canary in canaries for run in canary.digits}
        self.lengths = {len(run) for run in self.digits}

    def hits(self, data: bytes) -> list[bytes]:
        """The traces in bytes, in any spelling; each with what stands around it."""
        found = []
        for reading in _readings(data):
            found += self._plain(reading)
            for inner in _decoded(reading):
                found += self._plain(inner)
                for innermost in _decoded(inner):
                    found += self._plain(innermost)
        return found

    def _plain(self, data: bytes) -> list[bytes]:
        low = data.lower()
        found = [
            low[max(0, match.start() - 40):match.end() + 40] for match in re.finditer(WORD, low)
        ]
        for match in re.finditer(rb"\d(?:[ \-./()+]{0,3}\d){9,40}", data):
            run = re.sub(rb"\D", b"", match[0])
            for length in self.lengths:
                if any(run[at:at + length] in self.digits for at in range(len(run) - length + 1)):
                    found.append(data[max(0, match.start() - 40):match.end() + 40])
        return found


def draw(seed: int, count: int) -> tuple[random.Random, list[Canary]]:
    """Canaries, and the chance that scatters them."""
    return random.Random(seed), [Canary(number) for number in range(count)]
