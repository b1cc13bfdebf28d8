"""Buildings and apartments of Site Setup, apartments singly and in ranges (features SET-06, APT-01)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.apartments import APARTMENT
from backend.catalog.buildings import BUILDING
from screens.apartment_new import ApartmentNew
from screens.base.needs import needs
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.setup_tabs import SetupTab
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.communities import BuildingRecord
    from backend.domain.records import Saved

_DELETE_BUILDING, _DELETE_APARTMENT = BUILDING.verb("delete"), APARTMENT.verb("delete")
assert _DELETE_BUILDING is not None
assert _DELETE_APARTMENT is not None
DELETE_BUILDING, DELETE_APARTMENT = _DELETE_BUILDING, _DELETE_APARTMENT


def buildings_of(session: Session) -> list[PickRow]:
    """The buildings to pick from; blocks on the database."""
    from backend.domain.paging import ListQuery

    rows = session.engine.list("building", session.context, ListQuery()).first(2_000)
    return [PickRow(str(row.id), str(row.values["name"])) for row in rows]


class BuildingsTab(SetupTab):
    """The buildings of the community."""

    RECORD = BUILDING
    TOPICS = BUILDING.topics
    TAB = 2

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new building, with its default group."""
        self.app.push_screen(BuildingForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Another name."""
        self.app.push_screen(BuildingForm(self.session, ids[0]))

    def open_row(self, row_id: int) -> None:
        """Enter renames: a building has no page."""
        self.verb_edit((row_id,))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete an empty building, after one question."""
        self.start(self._ask_delete, ids[0])

    async def _ask_delete(self, building_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.buildings.get, session.context, building_id)

        async def delete() -> None:
            await session.ask(session.engine.buildings.delete, session.act(), building_id)
            self.say(f"{record.name} deleted", "u Undo")

        lines = [(("Its default access group goes with it.", "$sp-t2"),), (("u takes it back.", "$sp-t3"),)]
        self.ask(DELETE_BUILDING, f"Delete building {record.name}?", delete, lines)


class BuildingForm(PlainForm):
    """The name of a building."""

    MODULE = "z"
    TITLE_TEXT = "Building"

    def __init__(self, session: Session, building_id: int | None = None) -> None:
        super().__init__(session)
        self._record_id = building_id
        self._record: BuildingRecord | None = None

    def about(self) -> str:
        """Which one."""
        return self._record.name if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """One field."""
        return {"": (TextField("name", "Building", required=True, max_length=64, hint="as people call it: A, North"),)}

    async def load(self) -> None:
        """Begin with its name."""
        session = self.session
        if self._record_id is not None:
            self._record = await session.ask(session.engine.buildings.get, session.context, self._record_id)
            self.form.begin({"name": self._record.name})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Add or rename."""
        session, name = self.session, self.form.values()["name"]
        if self._record is None:
            return await session.ask(session.engine.buildings.add, session.act(), name)
        record = self._record
        return await session.ask(session.engine.buildings.rename, session.act(), record.id, record.version, name)

    def saved_title(self) -> str:
        """Its name."""
        return str(self.form.values()["name"])

    def next_form(self) -> BuildingForm | None:
        """One more."""
        return BuildingForm(self.session) if self._record_id is None else None


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

        self.ask(DELETE_APARTMENT, f"Delete apartment {place}?", delete, [(("u takes it back.", "$sp-t3"),)])


class RangeForm(PlainForm):
    """Apartments from one number to another, both included."""

    MODULE = "z"
    TITLE_TEXT = "Range of apartments"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Where they are, the first and the last."""
        return {
            "": (
                PickField("building_id", "Building", required=True),
                TextField("first", "First APT", required=True, max_length=6, hint="as wide as all shall be: 0101"),
                TextField("last", "Last APT", required=True, max_length=6, hint="included; 1,000 at most"),
            )
        }

    async def load(self) -> None:
        """Offer the buildings."""
        rows = await self.session.ask(buildings_of, self.session)
        picker = self.form.fields["building_id"]
        assert isinstance(picker, PickField)
        picker.set_options(rows)
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
