"""What a device's blocks leave to those after them, by the description of blocks alone."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

BYTES_MOST = 8192


@dataclass(frozen=True)
class Dictionary:
    """What begins the deflate streams of a block's text and indexes."""

    text: bytes = b""
    indexes: bytes = b""

    @property
    def name(self) -> bytes:
        """Which dictionary it is, in 8 bytes."""
        whole = struct.pack("<I", len(self.text)) + self.text + self.indexes
        return hashlib.sha256(whole).digest()[:8]

    def followed(self, text: bytes, indexes: bytes) -> Dictionary:
        """The dictionary with what a block said behind it."""
        return Dictionary(
            (self.text + text)[-BYTES_MOST:], (self.indexes + indexes)[-BYTES_MOST:]
        )


NO_DICTIONARY = Dictionary()
