"""The key pair that identities are sealed to, and a reader of seals of our own.

Written from the page, with another library: X25519, HKDF-SHA-256 and ChaCha20-Poly1305.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"footfall identity 1"
_HEAD_BYTES = 1 + 8 + 32 + 4


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


@dataclass(frozen=True)
class SealKey:
    """A collector's key pair."""

    secret: bytes

    @property
    def public(self) -> bytes:
        """What devices seal to."""
        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    @property
    def text(self) -> str:
        """The public half as a device's configuration has it."""
        return "x25519:" + _text(self.public)

    def install(self, data: Path) -> None:
        """Gives it to a collector's data folder, as its only one."""
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = data / "seal.keys"
        file.touch(mode=0o600)
        file.write_text(f"active 2026-01-01T00:00:00Z {self.secret.hex()}\n")

    def open(self, sealed: str, device: str, stream: str, epoch: int, sequence: int) -> bytes:
        """What was sealed for an event; an error for any other."""
        octets = _bytes(sealed)
        head, body = octets[:_HEAD_BYTES], octets[_HEAD_BYTES:]
        assert head[0] == 1 and head[1:9] == hashlib.sha256(self.public).digest()[:8]
        ephemeral = head[9:41]
        shared = X25519PrivateKey.from_private_bytes(self.secret).exchange(
            X25519PublicKey.from_public_bytes(ephemeral))
        key = HKDF(hashes.SHA256(), 32, ephemeral + self.public, _PURPOSE).derive(shared)
        bound = bytes.fromhex(stream) + struct.pack(">II", epoch, sequence) + device.encode()
        return ChaCha20Poly1305(key).decrypt(bytes(8) + head[41:45], body, head + bound)


CENTRE = SealKey(bytes(range(1, 33)))
"""Every test's collector holds it, and every test's agent seals to it, unless told otherwise."""
