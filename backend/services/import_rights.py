"""What an import gives somebody for the doors: PIN, cards, access groups, floors (rules 5.3; edge cases 10, 41, 47)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from backend.domain.codes import mask
from backend.domain.enums import CredentialKind, Origin, Verdict
from backend.domain.import_rows import parts
from backend.domain.imports import ImportDraft, Note
from backend.services.communities import ONLY_PUBLIC
from backend.services.credentials import Value
from backend.services.homes import Home
from backend.services.import_checked import Checked
from backend.services.import_world import World
from backend.services.resident_checks import checked_floors
from backend.services.resident_codes import MOST_CARDS, checked_cards, checked_pin
from backend.services.resident_places import Place
from backend.services.resident_problems import Problems


class Rights:
    """The part of the checker that looks at codes, groups and floors; `only_public` forbids other permissions."""

    def __init__(self, world: World, draft: ImportDraft, *, only_public: bool) -> None:
        self.world = world
        self.draft = draft
        self._only_public = only_public
        self._seen: dict[tuple[object, ...], int] = {}

    def refuse(self, row: Checked, name: str, sentence: str) -> None:
        """Note what cannot be taken over; the first of a field is kept."""
        if not any(note.field == name and note.refuses for note in row.notes):
            row.notes.append(Note(name, self.draft.place(row.parsed.number, name), sentence))

    def warn(self, row: Checked, name: str, sentence: str) -> None:
        """Note what wants a look."""
        row.notes.append(Note(name, self.draft.place(row.parsed.number, name), sentence, refuses=False))

    def note_typing(self, row: Checked) -> None:
        """Note what is odd or bad of the cells as such."""
        for name, sentence in row.parsed.bad.items():
            self.refuse(row, name, sentence)
        for name, sentence in row.parsed.odd.items():
            self.warn(row, name, sentence)

    def once(self, row: Checked, whom: tuple[object, ...]) -> bool:
        """Refuse a row about somebody whom an earlier one is about; answers whether this is the first."""
        earlier = self._seen.setdefault(whom, row.parsed.number)
        if earlier != row.parsed.number:
            self.refuse(row, "", f"This is the same person as in row {earlier}.")
        return earlier == row.parsed.number

    def _codes(self, row: Checked, home: Home) -> None:
        """PIN and cards as they are kept; what belongs to whom is decided for all rows at once."""
        problems = Problems()
        found: dict[str, list[Value]] = {}
        if text := row.parsed.text("pin"):
            pin = checked_pin(problems, "pin", text)
            found["pin"] = [_value(CredentialKind.PIN, pin, home)] if pin else []
        if text := row.parsed.text("cards"):
            cards = checked_cards(problems, parts(text), "cards")
            if len(cards) > MOST_CARDS:
                problems.refuse("cards", f"One person has at most {MOST_CARDS} cards, these are {len(cards)}.")
            found["cards"] = [_value(CredentialKind.CARD, card, home) for card in cards]
        for name, sentence in problems.invalid.items():
            self.refuse(row, name, sentence)
        row.values = found
        if row.acts is Verdict.ADD:
            row.does += _counted(row.values)

    def _groups(self, row: Checked) -> list[tuple[int, str]] | None:
        """The groups that are written, None where the cell is blank or one is unknown (edge case 47)."""
        text = row.parsed.text("groups")
        if not text:
            return None
        found = []
        for part in parts(text):
            group = self.world.groups.get(part.lstrip("0") or part)
            if group is None:
                there = ", ".join(sorted(self.world.groups, key=int)[:10])
                self.refuse(row, "groups", f"There is no access group {part[:20]} here. There are {there}.")
                return None
            found.append(group)
        return found

    def _new_groups(self, row: Checked, place: Place) -> None:
        groups = self._groups(row)
        if groups is None:
            row.group_ids = place.default_groups()
            row.does += [self.world.group_names[group_id] for group_id in row.group_ids]
        else:
            row.group_ids = tuple(group_id for group_id, _ in groups)
            row.does += [name for _, name in groups]
            self._refuse_permissions(row, differs=set(row.group_ids) != set(place.default_groups()))

    def _refuse_permissions(self, row: Checked, *, differs: bool) -> None:
        """Under Only Public Area nobody but an installer gives residents other permissions (rules 1.2)."""
        if differs and self._only_public:
            self.refuse(row, "groups", ONLY_PUBLIC)

    def _changed_groups(self, row: Checked, person: Row[Any], *, union: bool) -> None:
        groups = self._groups(row)
        if groups is None:
            return
        has, wanted = self.world.members.get(person.id, set()), dict(groups)
        after = has | wanted.keys() if union else set(wanted)
        self._refuse_permissions(row, differs=after != has)
        if after != has:
            row.patch["group_ids"] = tuple(sorted(after))
            row.does += [f"+ group {wanted[group_id]}" for group_id in sorted(after - has)]
            row.does += ["- group"] * bool(has - after)

    def _floors(self, row: Checked) -> None:
        if text := row.parsed.text("floors"):
            problems = Problems()
            row.floors = checked_floors(problems, parts(text))
            for sentence in problems.invalid.values():
                self.refuse(row, "floors", sentence)
            if row.acts is Verdict.ADD:
                row.does.append("floors")


def _value(kind: CredentialKind, text: str, home: Home) -> Value:
    return Value(kind, text, home.scope(kind), Origin.IMPORT, home.community_id)


def _counted(values: dict[str, list[Value]]) -> list[str]:
    words = []
    if cards := len(values.get("cards", ())):
        words.append("1 card" if cards == 1 else f"{cards} cards")
    return words + ["PIN"] * bool(values.get("pin"))


def card_word(value: Value) -> str:
    """A card that is added to somebody, masked."""
    return f"+ card {mask(value.text)}"
