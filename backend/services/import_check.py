"""The rows of an import against the rules and against what is there: what each would do, and why not.

Rules 5.1 to 5.4; edge cases 8, 10, 29, 30, 32, 33, 38, 39, 47. Masters come before members of the same apartment.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from backend.domain.enums import ImportKind, ResidentRole, Verdict
from backend.domain.errors import Invalid
from backend.domain.import_rows import parse_rows
from backend.domain.imports import ImportDraft
from backend.domain.names import check_name, display_name, fold
from backend.services.credentials import spoken
from backend.services.import_checked import Checked
from backend.services.import_contact import CONTACT, contact_of_new, contact_patch
from backend.services.import_faces import Faces
from backend.services.import_places import Placing
from backend.services.import_rights import Rights
from backend.services.import_world import FlatKey, World
from backend.services.resident_checks import checked_role
from backend.services.resident_places import Place
from backend.services.resident_problems import Problems


class Checker(Rights):
    """Looks at the rows of one draft, in the order in which they would be written."""

    def __init__(self, world: World, draft: ImportDraft, *, may_create: bool) -> None:
        super().__init__(world, draft, only_public=world.community.only_public_area and not may_create)
        self._placing = Placing(world, may_create=may_create and draft.kind is ImportKind.ADD)
        self._masters: dict[FlatKey, int] = {}
        self._checks = {
            ImportKind.ADD: self._add,
            ImportKind.EDIT: self._edit,
            ImportKind.CARDS: self._cards,
            ImportKind.FACES: Faces(self).check,
        }

    def check(self) -> list[Checked]:
        """Every row, masters of an apartment before its members (edge case 29)."""
        rows = [Checked(parsed) for parsed in parse_rows(self.draft)]
        for row in rows:
            self.note_typing(row)
            row.role = row.parsed.role
            if self.draft.kind is ImportKind.EDIT:
                self._find_by_uid(row)
            elif self.draft.kind is not ImportKind.FACES:
                self._placing.find(row, self)
        rows.sort(key=_writing_order)
        check = self._checks[self.draft.kind]
        for row in rows:
            check(row)
        return rows

    def _add(self, row: Checked) -> None:
        """A new resident, or one who is there and may differ."""
        first = self._name(row, "first")
        place = self._place(row)
        last = self._last_name(row, place)
        row.name = display_name(first or row.parsed.text("first"), last or row.parsed.text("last"))
        if place is None or row.key is None:
            return
        row.person = self._resident(row.key, place, first, last)
        if row.person is not None:
            if self.once(row, ("holder", row.person.id)):
                self._change(row, place, union=True)
            return
        if not self.once(row, (row.key, fold(row.name))):
            return
        moves_in = self._role(row, place)
        row.acts = Verdict.ADD
        row.does.append("account")
        columns = contact_of_new(row, self, place)
        row.columns = {"role": row.role and row.role.value, "first": first, "last": last, **columns}
        self._codes(row, place)
        self._new_groups(row, place)
        self._floors(row)
        self._flat_name(row)
        if moves_in:
            self._moves_in(row, last)

    def _edit(self, row: Checked) -> None:
        """A resident by UID, with what differs; blank keeps (edge case 32)."""
        if row.person is None or not self.once(row, ("holder", row.person.id)):
            return
        self._placing.refuse_moving(row, self)
        if row.role is not None and row.role.value != row.person.role:
            self.refuse(row, "role", "An import does not make a master of a member, nor the other way round.")
        self._change(row, self._place_of_person(row), union=False)

    def _cards(self, row: Checked) -> None:
        """Cards and a PIN for a resident who is there."""
        first, last = row.parsed.text("first"), row.parsed.text("last")
        row.name = display_name(first, last)
        place = self._place(row)
        if place is None or row.key is None:
            return
        row.person = self._resident(row.key, place, first, last)
        if row.person is None:
            there = [spoken(one.name) for one in self.world.families.get(place.apartment_id, ())]
            found = f" There is {', '.join(there[:4])}." if there else ""
            self.refuse(row, "last", f"Nobody of this name lives in {place.name}.{found}")
            return
        if self.once(row, ("holder", row.person.id)):
            self._change(row, place, union=True)

    def _find_by_uid(self, row: Checked) -> None:
        uid = row.parsed.text("uid")
        row.person = self.world.by_uid.get(uid)
        if row.person is not None:
            row.building = (row.person.building_id, row.person.building)
            row.number = row.person.number
            row.name = row.person.name
            return
        row.name = display_name(row.parsed.text("first"), row.parsed.text("last"))
        self.refuse(row, "uid", "No resident here has this UID." if uid else "The UID says who is meant. Write it.")

    def _place(self, row: Checked) -> Place | None:
        return self.world.place(row.building, row.number) if row.building and row.number else None

    def _place_of_person(self, row: Checked) -> Place:
        assert row.building is not None, "a resident has a building"
        return self.world.place(row.building, row.number)

    def _name(self, row: Checked, name: str) -> str:
        try:
            return check_name(row.parsed.text(name), name)
        except Invalid as error:
            self.refuse(row, name, error.fields[name])
            return ""

    def _last_name(self, row: Checked, place: Place | None) -> str:
        """The last name; a member without one has the master's, as in the form."""
        if row.parsed.text("last") or place is None or not place.master_last:
            return self._name(row, "last")
        return place.master_last

    def _resident(self, key: FlatKey, place: Place, first: str, last: str) -> Row[Any] | None:
        """Who of this name lives in an apartment."""
        family = self.world.families.get(place.apartment_id)
        if not family:
            return None
        wanted = fold(display_name(first, last))
        return next((one for one in family if fold(one.name) == wanted), None)

    def _role(self, row: Checked, place: Place) -> bool:
        """Master of an apartment without one, else member (edge cases 29, 30); answers whether that is possible."""
        in_file = self._masters.get(row.key) if row.key else None
        problems = Problems()
        role = checked_role(problems, place, row.role)
        for sentence in (problems.clashes | problems.invalid).values():
            self.refuse(row, "role", f"{sentence} It is row {in_file}." if in_file and problems.clashes else sentence)
        if problems.clashes or problems.invalid:
            return False
        row.role, row.master_row = role, in_file or 0
        if in_file and role is ResidentRole.MEMBER:
            row.does.append(f"after row {in_file}")
        return True

    def _moves_in(self, row: Checked, last: str) -> None:
        assert row.key is not None, "a row without a place was refused"
        assert row.role is not None, "its type was found out"
        self.world.moves_in(row.key, row.role, row.name, last)
        place = self.world.places[row.key]
        if row.role is ResidentRole.MASTER:
            self._masters[row.key] = row.parsed.number
        elif sentence := place.fee(place.members):
            self.warn(row, "", sentence)

    def _change(self, row: Checked, place: Place, *, union: bool) -> None:
        """What differs for somebody who is there; with `union` groups are added, else they become those written."""
        person = row.person
        assert person is not None
        row.name = person.name
        row.role = ResidentRole(person.role)
        if self.draft.kind is not ImportKind.CARDS:
            if self.draft.kind is ImportKind.EDIT:
                self._rename(row, person)
            if any(row.parsed.text(name) for name in CONTACT):
                contact_patch(row, self, place)
            self._changed_groups(row, person, union=union)
            self._floors(row)
            if row.floors and row.floors != person.floors:
                row.patch["floors"] = tuple(row.floors.split(";"))
                row.does.append("floors")
            self._flat_name(row)
        self._codes(row, place)
        if row.patch or row.flat_name is not None:
            row.acts = Verdict.CHANGE

    def _rename(self, row: Checked, person: Row[Any]) -> None:
        names = {name: self._name(row, name) for name in ("first", "last") if row.parsed.text(name)}
        differing = {name: text for name, text in names.items() if text and text != getattr(person, name)}
        if differing:
            row.patch |= differing
            new = {"first": person.first, "last": person.last} | differing
            row.does.append(f"name: {new['first']} {new['last']}")

    def _flat_name(self, row: Checked) -> None:
        """The name of the apartment, where the row writes another one."""
        text = row.parsed.text("apartment_name")
        if not text or row.building is None:
            return
        try:
            name = check_name(text, "apartment_name")
        except Invalid as error:
            self.refuse(row, "apartment_name", error.fields["apartment_name"])
            return
        flat = self.world.flat_of(row.building[0], row.number)
        known = self._placing.names.setdefault((row.building[0], row.number), flat.name if flat is not None else "")
        if name != known:
            self._placing.names[row.building[0], row.number] = name
            row.flat_name = name
            row.does.append(f"names the apartment {name}")


def _writing_order(row: Checked) -> tuple[int, int]:
    """Masters, then those whose type is to be found out, then members; in the order of the file."""
    rank = {ResidentRole.MASTER: 0, None: 1, ResidentRole.MEMBER: 2}[row.role]
    return rank, row.parsed.number
