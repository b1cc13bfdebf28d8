"""Who may speak to the API: allowlist, Basic and Digest, read from the device's own configuration (protocol 1.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from backend.virtual.profiles import AUTH_MODES

_QOP = "auth,auth-int"
_PARAMETER = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@dataclass(frozen=True, repr=False)
class Credentials:
    """A user name and password as the device holds them."""

    user: str
    password: str


@dataclass(frozen=True, repr=False)
class Attempt:
    """What a request says about who sends it."""

    method: str
    target: str
    """Path and query as they came over the wire."""
    body: bytes
    authorization: str


class Digest:
    """RFC 7616 with MD5 only; nonces carry their own time and are signed, so that none has to be remembered."""

    def __init__(self, realm: str, lifetime: float, now: Callable[[], float]) -> None:
        self._realm = realm
        self._lifetime = lifetime
        self._now = now
        self._key = secrets.token_bytes(32)
        self._opaque = secrets.token_hex(16)

    def challenge(self, *, stale: bool = False) -> str:
        """The value of a WWW-Authenticate header with a fresh nonce."""
        parts = f'realm="{self._realm}", qop="{_QOP}", nonce="{self._nonce()}", opaque="{self._opaque}"'
        return f"Digest {parts}, algorithm=MD5" + (", stale=true" if stale else "")

    def check(self, attempt: Attempt, known: Credentials) -> str | None:
        """None when the credentials are right, else the challenge to send; stale=true when only the nonce is old."""
        scheme, _, rest = attempt.authorization.partition(" ")
        given = {match[1]: match[2] if match[3] is None else match[3] for match in _PARAMETER.finditer(rest)}
        age = self._age(given.get("nonce", ""))
        right = (
            scheme.lower() == "digest"
            and age is not None
            and given.get("realm") == self._realm
            and given.get("opaque") == self._opaque
            and given.get("algorithm", "MD5").upper() == "MD5"
            and given.get("uri") == attempt.target
            and hmac.compare_digest(given.get("response", "").encode(), _response(given, attempt, known).encode())
        )
        if not right:
            return self.challenge()
        return None if age is not None and age <= self._lifetime else self.challenge(stale=True)

    def _nonce(self) -> str:
        stamp = f"{self._now():.3f}:{secrets.token_hex(8)}"
        return base64.urlsafe_b64encode(f"{stamp}:{self._sign(stamp)}".encode()).decode()

    def _age(self, nonce: str) -> float | None:
        """Seconds since this device made `nonce`; None when it did not."""
        try:
            stamp, _, signature = base64.urlsafe_b64decode(nonce).decode().rpartition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        if not hmac.compare_digest(signature.encode(), self._sign(stamp).encode()):
            return None
        return self._now() - float(stamp.partition(":")[0])

    def _sign(self, stamp: str) -> str:
        return hmac.new(self._key, stamp.encode(), hashlib.sha256).hexdigest()


def _response(given: dict[str, str], attempt: Attempt, known: Credentials) -> str:
    """The response a client that knows the password sends; its own user name is checked by it."""
    qop = given.get("qop", "")
    if given.get("username") != known.user or qop not in ("", "auth", "auth-int"):
        return secrets.token_hex(16)
    first = _md5(f"{known.user}:{given['realm']}:{known.password}")
    second = f"{attempt.method}:{given.get('uri', '')}"
    if qop == "auth-int":
        second += f":{hashlib.md5(attempt.body, usedforsecurity=False).hexdigest()}"
    middle = [given["nonce"], given.get("nc", ""), given.get("cnonce", ""), qop] if qop else [given["nonce"]]
    return _md5(":".join([first, *middle, _md5(second)]))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def basic_matches(authorization: str, known: Credentials) -> bool:
    """Whether a Basic header carries exactly the `known` credentials."""
    scheme, _, rest = authorization.partition(" ")
    try:
        pair = base64.b64decode(rest.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    right = hmac.compare_digest(pair, f"{known.user}:{known.password}".encode())
    return right and scheme.lower() == "basic"


@dataclass(frozen=True)
class Denial:
    """Why a request is not let in: HTTP status and, for 401, the challenge."""

    status: int
    challenge: str | None = None


class Gate:
    """Decides by authentication mode; modes the model does not offer let nobody in."""

    def __init__(self, realm: str, digest: Digest, offered: frozenset[str]) -> None:
        self._realm = realm
        self._digest = digest
        self._offered = frozenset(AUTH_MODES[name] for name in AUTH_MODES if name in offered)

    def denial(
        self, mode: str, attempt: Attempt, known: Credentials, *, source: str, allowed: frozenset[str]
    ) -> Denial | None:
        """None when the request may pass. `source` is the client's address, `allowed` the filled allowlist slots."""
        if mode not in self._offered:
            return self.refusal(mode)
        if mode == AUTH_MODES["allowlist"]:
            return None if source in allowed else Denial(403)
        if mode == AUTH_MODES["basic"]:
            return None if basic_matches(attempt.authorization, known) else self.refusal(mode)
        if mode == AUTH_MODES["digest"]:
            challenge = self._digest.check(attempt, known)
            return None if challenge is None else Denial(401, challenge)
        return None

    def refusal(self, mode: str) -> Denial:
        """The 401 of `mode`: a Basic challenge in mode 1, a Digest one in all others."""
        basic = mode == AUTH_MODES["basic"]
        return Denial(401, f'Basic realm="{self._realm}"' if basic else self._digest.challenge())
