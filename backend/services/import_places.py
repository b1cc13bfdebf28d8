"""Where the people of an import live: building and apartment as written, found or to be made (edge cases 38, 39)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from backend.domain.errors import Invalid
from backend.domain.names import check_apartment, fold, twin_apartments
from backend.services.import_world import FlatKey, World

if TYPE_CHECKING:
    from backend.services.import_check import Checker
from backend.services.import_checked import Checked

_NAMED = 8


class Placing:
    """Finds the apartment that each row names; with `may_create` one that is not there is to be made."""

    def __init__(self, world: World, *, may_create: bool) -> None:
        self._world = world
        self._may_create = may_create
        self._numbers: dict[int, list[str]] = defaultdict(list)
        self._in: dict[str, list[int]] = defaultdict(list)
        for building_id, number in world.flats:
            self._numbers[building_id].append(number)
            self._in[number].append(building_id)
        self._by_id = dict(world.buildings.values())
        self._found: dict[str, tuple[int, str] | None] = {}
        self.made: set[FlatKey] = set()
        self.names: dict[FlatKey, str] = {}

    def find(self, row: Checked, checker: Checker) -> None:
        """Fill in building and number of a row, or refuse it."""
        building = self._building(row, checker)
        if building is None:
            return
        text = row.parsed.text("apartment")
        key = (building[0], text)
        row.building = building
        if key in self._world.flats:
            row.number = text
            return
        try:
            number = check_apartment(text)
        except Invalid as error:
            checker.refuse(row, "apartment", error.fields["apartment"])
            return
        twins = twin_apartments(number, self._numbers[building[0]])
        if len(twins) == 1 and "apartment" in row.parsed.numeric:
            row.number = twins[0]
            checker.warn(row, "apartment", f"is stored as the number {number}: taken for {building[1]} {twins[0]}.")
        elif self._may_create:
            self._make(row, checker, building, number, twins)
        else:
            there = f" There is {', '.join(twins)}." if twins else " The installer makes apartments."
            checker.refuse(row, "apartment", f"{building[1]} has no apartment {number}.{there}")

    def refuse_moving(self, row: Checked, checker: Checker) -> None:
        """A batch edit moves nobody: a building or apartment that is written must be the one lived in."""
        person = row.person
        assert person is not None
        building, number = row.parsed.text("building"), row.parsed.text("apartment")
        if building and fold(building) != fold(person.building):
            checker.refuse(row, "building", f"{person.name} lives in {person.building} {person.number}.")
        same = number == person.number or (
            "apartment" in row.parsed.numeric and number == (person.number.lstrip("0") or "0")
        )
        if number and not same:
            checker.refuse(row, "apartment", f"{person.name} lives in {person.building} {person.number}.")

    def _make(
        self, row: Checked, checker: Checker, building: tuple[int, str], number: str, twins: tuple[str, ...]
    ) -> None:
        row.number = number
        if (building[0], number) not in self.made:
            self.made.add((building[0], number))
            row.does.append("new apartment")
            if twins:
                checker.warn(row, "apartment", f"{building[1]} has {twins[0]}; {number} would be another apartment.")
        row.makes_flat = True

    def _building(self, row: Checked, checker: Checker) -> tuple[int, str] | None:
        text = row.parsed.text("building")
        if not text:
            return self._only_building(row, checker)
        if text not in self._found:
            self._found[text] = self._world.buildings.get(fold(text))
        found = self._found[text]
        if found is None:
            there = [name for _, name in self._world.buildings.values()]
            more = f" and {len(there) - _NAMED} more" if len(there) > _NAMED else ""
            named = f" There are {', '.join(there[:_NAMED])}{more}." if there else " There is none yet."
            checker.refuse(row, "building", f"There is no building {text[:40]}.{named}")
        return found

    def _only_building(self, row: Checked, checker: Checker) -> tuple[int, str] | None:
        """The building that a blank cell can only mean."""
        ids = self._in.get(row.parsed.text("apartment"), []) if len(self._by_id) > 1 else list(self._by_id)
        if len(ids) == 1:
            return ids[0], self._by_id[ids[0]]
        checker.refuse(row, "building", "Write the building.")
        return None
