"""The digits of new keys, of temporary ones and of reservations (rules 6, 7.1; edge case 21)."""

from __future__ import annotations

from random import SystemRandom

from sqlalchemy import Connection

from backend.domain.enums import CredentialKind
from backend.domain.errors import Busy
from backend.domain.temp_keys import random_digits
from backend.services.credentials import Value, owner_of
from backend.store.seal import Sealer

TRIES = 100
"""With a million live keys of ten million, a hundred draws in a row are taken once in 10^100."""

_RANDOM = SystemRandom()


def new_key(connection: Connection, sealer: Sealer, community_id: int) -> str:
    """Eight random digits beginning with 9 that nobody in the community has, or had until now; a secret.

    A value that still cools may be on a door that has not heard of its end. Raises Busy where no key is left.
    """
    for _ in range(TRIES):
        digits = random_digits(_RANDOM)
        value = Value(CredentialKind.PIN, digits, f"c:{community_id}", community_id=community_id)
        if owner_of(connection, sealer, value) is None:
            return digits
    raise Busy("No key is free at the moment. Try again.")
