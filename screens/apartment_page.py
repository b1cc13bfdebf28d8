"""An apartment's own page: who lives there, its settings, and its acts (features APT-02 to APT-04, RES-02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.apartment_acts import enter_address, reset_apartment
from screens.apartment_drawing import settings_lines, warning_lines
from screens.apartment_form import ApartmentForm
from screens.base.history import HistoryPanel
from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.base.record_page import RecordPage
from screens.move_acts import cancel_move, move, save_receipt
from screens.move_panel import MovesPanel
from screens.resident_form import ResidentForm
from screens.temp_key_acts import new_key
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import RowSelected
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.apartments import ApartmentRecord


COLUMNS = (Column("name", "Name", width=0), Column("role", "Type", width=10))
MARGIN = 6
"""Cells beside the warnings."""


class ApartmentPage(RecordPage):
    """One apartment."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,n", "family", "Family", id="apartment.family", tooltip="Add a member, or the first one", show=False),
        Binding("e", "edit", "Edit", id="apartment.edit", tooltip="Calls and what users may", show=False),
        Binding("m", "move", "Move", id="apartment.move", tooltip="Family out, the next one in", show=False),
        Binding("C", "cancel", "Cancel move", id="apartment.cancel-move", tooltip="Cancel what is planned", show=False),
        Binding("x", "receipt", "Receipt", id="apartment.receipt", tooltip="Save the last move's receipt", show=False),
        Binding("t", "key", "Temporary key", id="apartment.key", tooltip="A temporary key for it", show=False),
        Binding("z", "reset", "Reset", id="apartment.reset", tooltip="Empty it for a new tenant", show=False),
        Binding("p", "login", "New login", id="apartment.login", tooltip="Enter the master's address", show=False),
        Binding("h", "history", "History", id="apartment.history", tooltip="Who changed this apartment", show=False),
        Binding("l", "logs", "Logs", id="apartment.logs", tooltip="This apartment in the door logs", show=False),
    ]
    KIND = "apartment"
    MODULE = "a"
    TOPICS = frozenset({"residents", "apartments", "devices"})
    HINTS = (
        ("f", "Family member"),
        ("Enter", "Person"),
        ("e", "Edit"),
        ("m", "Move"),
        ("t", "Temporary key"),
        ("z", "Reset"),
        ("h", "History"),
        ("l", "Logs"),
        ("o", "Open door"),
        ("Esc", "Back"),
    )

    record: ApartmentRecord | None = None

    def compose_page(self) -> Iterable[Widget]:
        """What is odd, the settings, who lives there, history."""
        yield Lines(id="warnings")
        yield Panel(Lines(id="setting-lines"), heading="Settings", keys="e Edit", id="apartment-settings")
        yield MovesPanel()
        yield VirtualTable(columns=COLUMNS)
        yield HistoryPanel()

    def on_mount(self) -> None:
        """Cursor on the master."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """Building and number, and its name."""
        record = self.record
        if record is None:
            return Title("Apartment")
        return Title(record.place, ((record.name, "$sp-t2"),))

    def hints(self) -> Iterable[tuple[str, str]]:
        """The address first, where nobody can sign in."""
        wanted = self.record is not None and self.record.unreachable
        return [("p", "New login"), *self.HINTS] if wanted else self.HINTS

    async def load(self) -> None:
        """Read it."""
        session = self.session
        record = self.record = await session.ask(session.engine.apartments.get, session.context, self.record_id)
        warnings = self.query_one("#warnings", Lines)
        warnings.lines = tuple(warning_lines(record, max(20, self.query_one("#main").size.width - MARGIN)))
        warnings.display = bool(warnings.lines)
        self.query_one("#setting-lines", Lines).lines = tuple(settings_lines(record, session.formats))
        await self._load_moves()
        table = self.query_one(VirtualTable)
        table.show_message(empty("Nobody lives here", "f", "Add the family master").content())
        rows = [
            Row(one, (at, one), (Cell(name, tone="t1"), role.value.capitalize()))
            for at, (one, name, role) in enumerate(record.residents)
        ]
        table.set_source(ListSource(rows))
        await self.load_history()

    async def _load_moves(self) -> None:
        session = self.session
        if session.may("resident.read"):
            moves = await session.ask(session.engine.moves.of, session.context, self.record_id)
            width = max(20, self.query_one("#main").size.width - MARGIN)
            self.query_one(MovesPanel).show(moves, session.formats, width)

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.post_message(OpenRecord("resident", event.row.id))

    @needs("resident.write")
    def action_family(self) -> None:
        """Add somebody here."""
        self.app.push_screen(ResidentForm(self.session, apartment_id=self.record_id))

    @needs("apartment.write")
    def action_edit(self) -> None:
        """Change its settings."""
        self.app.push_screen(ApartmentForm(self.session, self.record_id))

    @needs("apartment.reset")
    def action_move(self) -> None:
        """Move the family out, the next one in; change what is planned."""
        self.start(move, self, self.record_id)

    @needs("apartment.reset")
    def action_cancel(self) -> None:
        """Cancel the move that is planned."""
        if planned := self.query_one(MovesPanel).planned:
            cancel_move(self, planned)

    @needs("resident.read")
    def action_receipt(self) -> None:
        """Save the receipt of the last move."""
        if done := self.query_one(MovesPanel).done:
            save_receipt(self, done)

    @needs("apartment.reset")
    def action_reset(self) -> None:
        """Empty it for the next tenant."""
        self.start(reset_apartment, self, self.record_id)

    @needs("visitor.write")
    def action_key(self) -> None:
        """A temporary key for this apartment."""
        new_key(self, self.record_id)

    @needs("resident.write")
    def action_login(self) -> None:
        """Enter an address, so that the login goes out."""
        self.start(enter_address, self, self.record_id)

    @needs("door_log.read")
    def action_logs(self) -> None:
        """This apartment's lines in the door logs."""
        if self.record is not None:
            self.show_logs(f'apartment:"{self.record.place}"')
