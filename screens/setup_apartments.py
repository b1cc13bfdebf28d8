"""Apartments of Site Setup, singly and in ranges (features SET-06, APT-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.apartments import APARTMENT
from screens.apartment_new import ApartmentNew
from screens.base.needs import needs
from screens.base.plain_form import PlainForm
from screens.places import NO_BUILDING, buildings_of
from screens.setup_tabs import SetupTab
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.records import Saved

_DELETE = APARTMENT.verb("delete")
assert _DELETE is not None
DELETE = _DELETE


class ApartmentsTab(SetupTab):
    """The apartments of the community."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "R", "range", "Range", id="setup.range", tooltip="Add apartments from one number to another", show=False
        ),
    ]
    RECORD = APARTMENT
    TOPICS = APARTMENT.topics
    TAB = 3

    def hints(self) -> list[tuple[str, str]]:
        """Many at once stands beside one."""
        first, *rest = super().hints()
        return [first, ("R", "Range"), *rest]

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """One apartment."""
        self.app.push_screen(ApartmentNew(self.session))

    @needs("apartment.create")
    def action_range(self) -> None:
        """Many of them."""
        self.app.push_screen(RangeForm(self.session))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete an empty apartment, after one question."""
        self.start(self._ask_delete, ids[0])

    async def _ask_delete(self, apartment_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.apartments.get, session.context, apartment_id)
        place = f"{record.building} {record.number}"

        async def delete() -> None:
            await session.ask(session.engine.apartments.delete, session.act(), apartment_id)
            self.say(f"{place} deleted", "u Undo")

        self.ask(DELETE, f"Delete apartment {place}?", delete, [(("u takes it back.", "$sp-t3"),)])


class RangeForm(PlainForm):
    """Apartments from one number to another, both included."""

    MODULE = "z"
    TITLE_TEXT = "Range of apartments"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Where they are, the first and the last."""
        return {
            "": (
                PickField("building_id", "Building", required=True, none=NO_BUILDING),
                TextField("first", "First APT", required=True, max_length=6, hint="as wide as all shall be: 0101"),
                TextField("last", "Last APT", required=True, max_length=6, hint="included; 1,000 at most"),
            )
        }

    async def load(self) -> None:
        """Offer the buildings."""
        rows = await self.session.ask(buildings_of, self.session)
        picker = self.form.offer("building_id", rows)
        if len(rows) == 1:
            picker.begin(rows[0].answer)
        self.form.focus_first()

    async def save(self) -> Saved:
        """Add them; they commit in slices under one operation."""
        session, values = self.session, self.form.values()
        building_id = int(values["building_id"] or 0)
        return await session.ask(
            session.engine.apartments.add_range, session.act(), building_id, values["first"], values["last"]
        )

    def saved_title(self) -> str:
        """Which ones."""
        values = self.form.values()
        return f"Apartments {values['first']} to {values['last']}"
