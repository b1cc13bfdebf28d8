"""A new apartment, made by an installer (feature SET-06; rules 4; edge case 39)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.domain.errors import Invalid
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.places import NO_BUILDING, buildings_of
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.records import Saved


class ApartmentNew(PlainForm):
    """A new apartment; "save and next" keeps the building."""

    MODULE = "a"
    MAKES = "apartment"
    TITLE_TEXT = "New apartment"

    def __init__(self, session: Session, building_id: str = "") -> None:
        super().__init__(session)
        self._building_id = building_id

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Where and which."""
        return {
            "": (
                PickField("building_id", "Building", required=True, none=NO_BUILDING),
                TextField("number", "APT", required=True, hint="1 to 6 digits, kept as typed", max_length=6),
                TextField("name", "Name", hint="may be empty", max_length=64),
            )
        }

    async def load(self) -> None:
        """Offer the buildings; the only one, or that of last time, is there already."""
        rows = await self.session.ask(buildings_of, self.session)
        picker = self.form.offer("building_id", rows)
        known = self._building_id or (rows[0].answer if len(rows) == 1 else "")
        picker.begin(known)
        self.form.fields["number" if known else "building_id"].focus_value()

    async def save(self) -> Saved:
        """Make it."""
        values, session = self.form.values(), self.session
        if not values["building_id"]:
            raise Invalid({"building_id": "Choose a building."})
        building_id = int(values["building_id"])
        saved = await session.ask(
            session.engine.apartments.add, session.act(), building_id, values["number"], values["name"]
        )
        record = await session.ask(session.engine.apartments.get, session.context, saved.id)
        for sentence in record.warnings:
            self.say(f"{record.place} added", sentence)
        return saved

    def next_form(self) -> ApartmentNew:
        """Another one in the same building."""
        return ApartmentNew(self.session, str(self.form.values()["building_id"] or ""))

    def saved_title(self) -> str:
        """Its number."""
        return f"APT {self.form.values()['number']}"
