"""Managers' passwords: the rule they obey and their argon2id hashes (feature ACC-01)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from backend.domain.errors import Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 10
LONGEST = 256
"""In characters; an unbounded password would be a way to keep the machine busy."""

COMMON = frozenset(
    {
        "0123456789", "1234567890", "0987654321", "9876543210", "1111111111", "0000000000", "1122334455", "12345678910",
        "123456789a", "1234567891", "a123456789", "abcdefghij", "abcd123456", "abc1234567", "1q2w3e4r5t", "q1w2e3r4t5",
        "qwertyuiop", "qwerty1234", "qwerty12345", "qwerty123456", "1qaz2wsx3edc", "zaq12wsxcde3", "asdfghjkl1",
        "password12", "password123", "password1234", "passw0rd123", "p@ssw0rd123", "changeme123", "letmein1234",
        "welcome123", "welcome1234", "iloveyou123", "sunshine123", "football123", "baseball123", "princess123",
        "superman123", "administrator", "admin12345", "admin123456", "adminadmin", "smartplus123", "akuvox12345",
    }
)  # fmt: skip
"""Passwords that anyone would try first, in lower case."""

COST = {"time_cost": 3, "memory_cost": 65536, "parallelism": 4}
"""What a hash costs: about a tenth of a second and 64 MB (RFC 9106, section 4)."""

NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$uAwNX+imkfpOAMFbSRUvFg$NNdpnPwMwfYhVCp9I+b/YqCzCMrVRkQvllk/lGkIlqY"
"""A hash that is checked where no account is, so that an unknown e-mail takes as long as a wrong password."""


def check_password(password: str, *known: str) -> None:
    """Raise Invalid (field "password") unless it is long enough, not among the common ones and not one of `known`.

    `known` are the account's e-mail and name. Spaces count: a sentence is a good password.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid({"password": f"A password has {SHORTEST} to {LONGEST} characters."})
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 3:
        raise Invalid({"password": "Everybody tries this password first. Take another one."})
    if plain in {text.casefold() for text in known}:
        raise Invalid({"password": "A password must not be the name or the e-mail address."})


def hash_password(password: str) -> str:
    """The argon2id hash to store; takes about a tenth of a second, so never call it inside a transaction."""
    return _hasher().hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed; as slow when there is nothing stored."""
    from argon2.exceptions import VerifyMismatchError

    try:
        matches = _hasher().verify(stored or NOBODY, password[:LONGEST])
    except VerifyMismatchError:
        return False
    return matches and stored is not None and len(password) <= LONGEST


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=COST["time_cost"], memory_cost=COST["memory_cost"], parallelism=COST["parallelism"])
