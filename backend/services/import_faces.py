"""Whose face a photo of a zip is: by its name, "Building+Room+First Last" (rules 5.4; edge case 15)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from backend.domain.enums import ResidentRole, Verdict
from backend.domain.names import fold
from backend.services.credentials import spoken

if TYPE_CHECKING:
    from backend.services.import_check import Checker
from backend.services.import_checked import Checked

_NAMED = 4
_FORM = 'Name it "Building+Room+First Last", as in "Building1+1001+Paul Edward.jpg".'

_IN_A_FOLDER = "It lies in a folder. Put the photos at the top of the zip."
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\-]')
"""Signs that file names cannot have, and the one that is written in their place beside the underscore."""


class Faces:
    """Finds the resident of each photo; of two photos of one person the later counts."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._of: dict[int, Checked] = {}

    def check(self, row: Checked) -> None:
        """Find whose face it is; what was put right counts in place of the name in the zip."""
        file = self._checker.draft.faces.get(row.parsed.number)
        typed = row.parsed.text("file")
        row.name = typed
        if file is None or file.photo is None:
            self._checker.refuse(row, "", file.refusal if file is not None else "There is no photo.")
            return
        names = file.names if typed in file.names else (typed,)
        person = next((found for name in names for found in self._people(name)), None)
        if person is None:
            lies = "/" in typed and typed in file.names
            self._checker.refuse(row, "file", _IN_A_FOLDER if lies else self._miss(names))
            return
        self._take(row, person, file.photo)

    def _take(self, row: Checked, person: Row[Any], photo: bytes) -> None:
        row.person, row.name, row.role = person, person.name, ResidentRole(person.role)
        row.building, row.number = (person.building_id, person.building), person.number
        earlier = self._of.get(person.id)
        if earlier is not None:
            earlier.patch, earlier.acts = {}, Verdict.SAME
            earlier.does = [f"photo {row.parsed.number} takes its place"]
        self._of[person.id] = row
        row.patch, row.acts, row.does = {"face": photo}, Verdict.CHANGE, ["face"]

    def _people(self, name: str) -> Iterator[Row[Any]]:
        """Those whom a name can mean: a + may stand in the building's and the person's name too."""
        for building, number, person in _readings(name):
            yield from (one for one in self._family(building, number) if fold(person) in _names(one))

    def _family(self, building: str, number: str) -> list[Row[Any]]:
        world, found = self._checker.world, self._building(building)
        flat = world.flat_of(found[0], number) if found else None
        return world.families.get(flat.id, []) if flat is not None else []

    def _building(self, name: str) -> tuple[int, str] | None:
        """The building of this name, else the only one that a file name can mean by it: none has a / or a : in it."""
        buildings = self._checker.world.buildings
        if found := buildings.get(fold(name)):
            return found
        alike = [one for one in buildings.values() if _in_files(one[1]) == _in_files(name)]
        return alike[0] if len(alike) == 1 else None

    def _miss(self, names: tuple[str, ...]) -> str:
        """Why nobody was found, as near as it can be told."""
        readings = list(_readings(names[0]))
        if not readings:
            return _FORM
        for building, number, person in readings:
            found = self._building(building)
            if found is None:
                continue
            family = self._family(building, number)
            if family:
                there = ", ".join(spoken(one.name) for one in family[:_NAMED])
                return f"Nobody called {person} lives in {found[1]} {number}. There is {there}."
            return f"Nobody lives in {found[1]} {number}."
        return f"There is no building {readings[0][0]}."


def _readings(name: str) -> Iterator[tuple[str, str, str]]:
    """Building, room and person for each part between two + that may be a room."""
    parts = name.split("+")
    for at in range(1, len(parts) - 1):
        room = parts[at].strip()
        if room.isascii() and room.isdigit() and len(room) <= 6:
            yield "+".join(parts[:at]).strip(), room, "+".join(parts[at + 1 :]).strip()


def _in_files(name: str) -> str:
    """A name as it can stand in a file's name, where other signs took the place of those that cannot."""
    return fold(_FORBIDDEN.sub("_", name))


def _names(row: Row[Any]) -> set[str]:
    """How a person may be written: first name first, last name first, with and without a comma."""
    return {fold(f"{row.first} {row.last}"), fold(f"{row.last} {row.first}"), fold(row.name)}
