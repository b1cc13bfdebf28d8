"""An apartment's own page: who lives there; f adds a family member (features APT-02, RES-02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.resident_form import ResidentForm
from widgets.frame import Title
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import RowSelected
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.apartments import ApartmentRecord

COLUMNS = (Column("name", "Name", width=0), Column("role", "Type", width=10))


class ApartmentPage(Page):
    """One apartment."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,n", "family", "Family", id="apartment.family", tooltip="Add a member, or the first one", show=False),
    ]
    MODULE = "a"
    TOPICS = frozenset({"residents", "apartments"})
    HINTS = (("f", "Family member"), ("Enter", "Person"), ("o", "Open door"), ("Esc", "Back"))

    def __init__(self, session: Session, apartment_id: int) -> None:
        super().__init__(session)
        self._apartment_id = apartment_id
        self._record: ApartmentRecord | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Who lives there."""
        yield VirtualTable(columns=COLUMNS)

    def on_mount(self) -> None:
        """Cursor on the master."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """Building and number, and its name."""
        record = self._record
        if record is None:
            return Title("Apartment")
        return Title(f"{record.building} {record.number}", ((record.name, "$sp-t2"),))

    async def load(self) -> None:
        """Read it."""
        session = self.session
        record = self._record = await session.ask(session.engine.apartments.get, session.context, self._apartment_id)
        table = self.query_one(VirtualTable)
        table.show_message(empty("Nobody lives here", "f", "Add the family master").content())
        rows = [
            Row(one, (at, one), (Cell(name, tone="t1"), role.value.capitalize()))
            for at, (one, name, role) in enumerate(record.residents)
        ]
        table.set_source(ListSource(rows))

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.post_message(OpenRecord("resident", event.row.id))

    @needs("resident.write")
    def action_family(self) -> None:
        """Add somebody here."""
        self.app.push_screen(ResidentForm(self.session, apartment_id=self._apartment_id))
