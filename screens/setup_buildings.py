"""Buildings of Site Setup (feature SET-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.catalog.buildings import BUILDING
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.setup_tabs import SetupTab
from widgets.form import FormField, TextField

if TYPE_CHECKING:
    from backend.domain.communities import BuildingRecord
    from backend.domain.records import Saved

_DELETE = BUILDING.verb("delete")
assert _DELETE is not None
DELETE = _DELETE


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
        self.ask(DELETE, f"Delete building {record.name}?", delete, lines)


class BuildingForm(PlainForm):
    """The name of a building."""

    MODULE = "z"
    MAKES = "building"
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
