"""Accessible floors: numbers from -10 to 128, three names, or all of them (rules 5.3; edge case 41)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.domain.errors import Invalid

LOWEST, HIGHEST = -10, 128
NAMED = ("G0", "G1", "G2")
"""Floors that are names, not numbers: a building may have them beside 0."""

ALL = "All Floors"
"""Every floor; it stands alone."""

NO_FLOOR = "0"
"""What a device is told of somebody who has no floor (device protocol 1.6)."""
LIFT_LOWEST = 1

_NUMBER = re.compile(r"[-−]?[0-9]{1,3}")
_ALL_WORDS = frozenset({"all", "all floors", "allfloors"})


def check_floors(texts: Iterable[str], most: int | None = None) -> tuple[str, ...]:
    """The floors in order, each once, empty parts left out; at most `most` where that is given.

    Raises Invalid (floors): an unknown floor, "All Floors" beside others, or too many.
    """
    floors = {_floor(text.strip()) for text in texts if text.strip()}
    if ALL in floors and len(floors) > 1:
        raise Invalid({"floors": "All Floors stands alone: take the single floors away, or All Floors."})
    if most is not None and len(floors) > most:
        raise Invalid({"floors": f"At most {most} floors, these are {len(floors)}."})
    return tuple(sorted(floors, key=_order))


def split_floors(text: str) -> tuple[str, ...]:
    """The parts of a list as people and spreadsheets write it, "G0; 1, 2"; `check_floors` judges them."""
    return tuple(part.strip() for part in re.split("[;,]", text) if part.strip())


def stored(floors: Iterable[str]) -> str:
    """Floors as one text of the database."""
    return ";".join(floors)


def lift_floor(floors: Iterable[str]) -> str:
    """The floor that a device is told of a person (`LiftFloorNum`, device protocol 1.6), NO_FLOOR where there is none.

    One number is all that is known to be understood: no public source shows a list, a name or a number below 1, and
    "0" means no floor. So several floors, G0 to G2, All Floors and basements are not told: a lift never takes somebody
    where they may not go, and the plan of the door says what it was not told.
    """
    found = tuple(floors)
    if len(found) == 1 and _NUMBER.fullmatch(found[0]) and int(found[0]) >= LIFT_LOWEST:
        return found[0]
    return NO_FLOOR


def _floor(text: str) -> str:
    if text.casefold() in _ALL_WORDS:
        return ALL
    if text.upper() in NAMED:
        return text.upper()
    if _NUMBER.fullmatch(text):
        number = int(text.replace("−", "-"))
        if LOWEST <= number <= HIGHEST:
            return str(number)
    raise Invalid({"floors": f"A floor is a number from {LOWEST} to {HIGHEST}, {', '.join(NAMED)}, or {ALL}."})


def _order(floor: str) -> tuple[int, int, str]:
    """By number, with the named ones between -1 and 0, where the ground is."""
    if floor in NAMED:
        return (-1, 1, floor)
    return (-20, 0, floor) if floor == ALL else (int(floor), 0, floor)
