"""Basic and Digest login, without trusting what a device's challenge contains (protocol 1.2; RFC 7616, 7617)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.devices.address import Auth, Endpoint
from backend.devices.errors import LoginChanged, WrongPassword

_MAX_CHALLENGE = 2048
_SCHEME = re.compile(r"(?:^|,)\s*(Basic|Digest)(?=\s|$)", re.IGNORECASE)
_PARAMETER = re.compile(r'([A-Za-z][A-Za-z0-9-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_HASHES: dict[str, Callable[[bytes], str]] = {
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "sha-256": lambda data: hashlib.sha256(data).hexdigest(),
}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One Digest challenge; texts are bytes read as Latin-1, so that they return exactly as they came."""

    realm: str
    nonce: str
    opaque: str | None
    algorithm: str | None
    qop: str | None
    stale: bool


def read_challenges(headers: Sequence[str]) -> tuple[tuple[str, ...], Challenge | None]:
    """The login schemes that `WWW-Authenticate` headers offer (lower case), and the first usable Digest challenge."""
    offered: list[str] = []
    digest: Challenge | None = None
    for header in headers:
        text = header[:_MAX_CHALLENGE]
        marks = list(_SCHEME.finditer(text))
        for number, mark in enumerate(marks):
            end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
            scheme = mark[1].lower()
            challenge = _digest(text[mark.end() : end]) if scheme == "digest" else None
            if scheme == "basic" or challenge:
                offered.append(scheme)
            digest = digest or challenge
    return tuple(dict.fromkeys(offered)), digest


def _digest(text: str) -> Challenge | None:
    found = {
        m[1].lower(): re.sub(r"\\(.)", r"\1", m[2]) if m[2] is not None else m[3] for m in _PARAMETER.finditer(text)
    }
    algorithm = found.get("algorithm")
    offered_qop = {part.strip().lower() for part in found["qop"].split(",")} if "qop" in found else None
    if "nonce" not in found or (algorithm or "MD5").lower().removesuffix("-sess") not in _HASHES:
        return None
    qop = None if offered_qop is None else next((q for q in ("auth", "auth-int") if q in offered_qop), "")
    if qop == "":
        return None
    stale = found.get("stale", "").lower() == "true"
    return Challenge(found.get("realm", ""), found["nonce"], found.get("opaque"), algorithm, qop, stale)


class Login:
    """The login of one endpoint over many requests: remembers the device's nonce, tells stale from wrong."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._auth = endpoint.auth
        self._user = _bytes_as_text(endpoint.username)
        self._password = endpoint.password
        self._challenge: Challenge | None = None
        self._uses = 0
        self._basic_asked = False
        self._unproven = False

    def header(self, method: str, target: str, body: bytes) -> bytes | None:
        """The `Authorization` value for a request, or None as long as the device did not ask for one.

        Basic waits for the question too: a host that only redirects never sees the password.
        """
        if self._auth is Auth.BASIC and self._basic_asked:
            pair = f"{self._user}:{_bytes_as_text(self._password.reveal())}".encode("latin-1")
            return b"Basic " + base64.b64encode(pair)
        if self._auth is Auth.DIGEST and self._challenge:
            return self._digest_header(self._challenge, method, target, body)
        return None

    def refused(self, headers: Sequence[str]) -> None:
        """Learn from a 401 for the next attempt; raises `WrongPassword` or `LoginChanged` where another is useless."""
        offered, challenge = read_challenges(headers)
        if self._auth.value not in offered:
            raise LoginChanged(offered)
        stale = challenge is not None and challenge.stale and self._auth is Auth.DIGEST
        if (self._unproven and not stale) or (self._auth is Auth.BASIC and self._basic_asked):
            self.forget()
            raise WrongPassword
        self._challenge, self._uses = challenge, 0
        self._basic_asked = self._unproven = True

    def accepted(self) -> None:
        """The device answered something other than 401: what was learned holds."""
        self._unproven = False

    def forget(self) -> None:
        """Start over with the next request."""
        self._challenge, self._basic_asked, self._unproven = None, False, False

    def _digest_header(self, challenge: Challenge, method: str, target: str, body: bytes) -> bytes:
        name = (challenge.algorithm or "MD5").lower()
        digest = _HASHES[name.removesuffix("-sess")]
        self._uses += 1
        count, cnonce = f"{self._uses:08x}", secrets.token_hex(8)
        secret = _hash(digest, self._user, challenge.realm, _bytes_as_text(self._password.reveal()))
        if name.endswith("-sess"):
            secret = _hash(digest, secret, challenge.nonce, cnonce)
        what = [method, target] + ([digest(body)] if challenge.qop == "auth-int" else [])
        middle = [count, cnonce, challenge.qop] if challenge.qop else []
        response = _hash(digest, secret, challenge.nonce, *middle, _hash(digest, *what))
        fields = [("username", self._user), ("realm", challenge.realm), ("nonce", challenge.nonce), ("uri", target)]
        fields += [("response", response)]
        fields += [("opaque", challenge.opaque)] if challenge.opaque is not None else []
        text = ", ".join(f'{key}="{_quoted(value)}"' for key, value in fields)
        text += f", algorithm={challenge.algorithm}" if challenge.algorithm else ""
        text += f', qop={challenge.qop}, nc={count}, cnonce="{cnonce}"' if challenge.qop else ""
        return f"Digest {text}".encode("latin-1")


def _hash(digest: Callable[[bytes], str], *parts: str) -> str:
    return digest(":".join(parts).encode("latin-1"))


def _bytes_as_text(text: str) -> str:
    return text.encode().decode("latin-1")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
