"""What a device can hold, by the name of its profile, for whoever compiles or plans without talking to a device."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

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


def limits_of(profile: str) -> Limits:
    """The limits of a profile in any case; the careful ones for a name that is not known."""
    return LIMITS.get(profile.upper(), _CAREFUL)
