"""What a device can hold, by the name of its profile, for whoever compiles or plans without talking to a device."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from backend.domain.enums import CredentialKind

USUAL_CARDS = 4
"""Cards that the record of a person takes on every device that is known."""


class Limits(NamedTuple):
    """User records, schedules of our own, and cards in one user record (device protocol 1.6, 1.8).

    The card field reads back 63 characters at most, so four cards are safe where the maker says five.
    """

    max_users: int
    max_schedules: int = 100
    max_cards: int = USUAL_CARDS


_CAREFUL = Limits(1_000)
"""The smallest documented capacity, for a device that is not known."""

LIMITS: Mapping[str, Limits] = MappingProxyType(
    {
        "X916": Limits(10_000),
        "E18C": Limits(4_000),
        "R20A": Limits(4_000),
        "A08S": Limits(4_000),
        "GENERIC": _CAREFUL,
    }
)
"""Profile name in capitals -> its limits."""


FLOORS = "floors"
"""What a person may reach in a lift; beside the kinds of credentials one of the things that a device can take."""

_WRITTEN = frozenset({CredentialKind.PIN.value, CredentialKind.CARD.value})

_WITH_FLOOR = _WRITTEN | {FLOORS}

TAKES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "X916": _WITH_FLOOR | {CredentialKind.FACE.value},
        "E18C": _WITH_FLOOR,
        "R20A": _WRITTEN,
        "A08S": _WITH_FLOOR,
        "GENERIC": _WRITTEN,
    }
)
"""Profile name in capitals -> what of a person it takes by its local interface.

A floor goes to the lines that want `LiftFloorNum` in every user (device protocol 1.6), a face to those that a client
uploads photos to (1.7). For ID access no way is documented at all: what is not known to be taken is kept here.
"""


def takes(profile: str) -> frozenset[str]:
    """What a profile takes, in any case of its name; PINs and cards for one that is not known."""
    return TAKES.get(profile.upper(), _WRITTEN)


def limits_of(profile: str) -> Limits:
    """The limits of a profile in any case; the careful ones for a name that is not known."""
    return LIMITS.get(profile.upper(), _CAREFUL)
