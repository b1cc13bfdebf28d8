"""Sealed fields: AES-256-GCM with the place of the value as associated data, and the index by which it is found."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.domain.errors import Unreachable

NONCE = 12
_CANARY = b"smartplus canary"


class Sealer:
    """Seals and opens values with one 32-byte master key; three keys of their own are derived from it."""

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise ValueError("a master key has 32 bytes")
        self._box = AESGCM(_derive(master, b"seal"))
        self._index_key = _derive(master, b"index")
        self._body_key = _derive(master, b"body")
        self.key_id = hashlib.sha256(_derive(master, b"id")).hexdigest()[:12]

    def __repr__(self) -> str:
        return f"Sealer({self.key_id})"

    def seal(self, place: str, value: bytes) -> bytes:
        """Seal `value` for `place` ("table.column:row uuid"): nonce and ciphertext."""
        nonce = os.urandom(NONCE)
        return nonce + self._box.encrypt(nonce, value, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """The value sealed for `place`; raises Unreachable when key or place is another, or the value is damaged."""
        try:
            return self._box.decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
        except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
            raise Unreachable(
                f"A sealed value of {place.split(':', maxsplit=1)[0]} cannot be opened with this site's key."
            ) from None

    def seal_text(self, place: str, value: str) -> bytes:
        """As `seal`, for text."""
        return self.seal(place, value.encode())

    def open_text(self, place: str, sealed: bytes) -> str:
        """As `open`, for text."""
        return self.open(place, sealed).decode()

    def index(self, kind: str, value: str) -> bytes:
        """What a secret is found by: HMAC over kind and normalised value, 32 bytes."""
        return hmac.digest(self._index_key, f"{kind}|{value}".encode(), "sha256")

    def fingerprint(self, value: Any) -> bytes:
        """HMAC of a JSON-able body: a plain hash of a record with a four-digit PIN would be the PIN."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        return hmac.digest(self._body_key, text.encode(), "sha256")

    def canary(self) -> bytes:
        """A sealed known value, by which a wrong key is noticed before it does harm."""
        return self.seal("sealed_key.canary", _CANARY)

    def knows(self, canary: bytes) -> bool:
        """Whether `canary` was sealed with this key."""
        try:
            return self.open("sealed_key.canary", canary) == _CANARY
        except Unreachable:
            return False


def _derive(master: bytes, purpose: bytes) -> bytes:
    return hmac.digest(master, b"smartplus|" + purpose, "sha256")
