"""A resident's own page: facts, codes, doors, and what can be done about each (feature RES-06)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from backend.catalog.states import drawn
from screens.base.messages import GoTo
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.library_form import REPLACED, CodeForm
from screens.resident_acts import delete_residents, reset_password, show_codes, show_photo
from screens.resident_drawing import (
    WORDS,
    codes_of,
    door_lines,
    history_lines,
    page_lines,
    revoked_figure,
    revoked_lines,
)
from screens.resident_form import ResidentEdit, ResidentForm
from screens.why import WhyDialog
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.records import CredentialRecord, ResidentRecord

COLUMNS = (
    Column("kind", "Code", width=12, importance=5),
    Column("masked", "Value", width=12, importance=4),
    Column("state", "State", width=14, importance=3),
    Column("used", "Last used", width=0, importance=1),
)


class ResidentPage(Page):
    """One resident."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "replace_code", "Replace code", id="resident.replace", tooltip="Replace this code", show=False),
        Binding("E", "edit", "Edit person", id="resident.edit", tooltip="Edit this person", show=False),
        Binding("d", "remove_code", "Delete code", id="resident.code", tooltip="Take this code away", show=False),
        Binding("X", "delete", "Delete person", id="resident.delete", tooltip="Delete this person", show=False),
        Binding("h", "history", "History", id="resident.history", tooltip="Who changed this person", show=False),
        Binding("l", "logs", "Logs", id="resident.logs", tooltip="This person in the door logs", show=False),
        Binding("w", "why", "Why", id="resident.why", tooltip="May this person open a door, and why", show=False),
        Binding("f", "family", "Family", id="resident.family", tooltip="Add a family member", show=False),
        Binding("p", "password", "New password", id="resident.password", tooltip="Send a new app password", show=False),
        Binding("v", "photo", "Photo", id="resident.photo", tooltip="Show the face photo", show=False),
        Binding("C", "codes", "Show codes", id="resident.codes", tooltip="Show PIN and cards for a minute", show=False),
    ]
    MODULE = "r"
    TOPICS = frozenset({"residents", "sync", "door_logs", "outbox"})
    HINTS = (
        ("E", "Edit person"),
        ("e", "Replace code"),
        ("d", "Delete code"),
        ("h", "History"),
        ("l", "Logs"),
        ("w", "Why"),
        ("f", "Family"),
        ("p", "New password"),
        ("o", "Open door"),
        ("Esc", "Back"),
    )

    def __init__(self, session: Session, resident_id: int) -> None:
        super().__init__(session)
        self._resident_id = resident_id
        self._record: ResidentRecord | None = None
        self.waiting = True

    def compose_page(self) -> Iterable[Widget]:
        """Facts and doors side by side, codes below, history at the bottom."""
        with Horizontal(id="facts"):
            yield Panel(Lines(id="facts-lines"), heading="Person", id="person")
            yield Panel(Lines(id="doors-lines"), heading="Doors", id="doors")
        yield VirtualTable(columns=COLUMNS)
        yield Panel(Lines(id="revoked-lines"), heading="Taken away", id="revoked")
        yield Panel(Lines(id="history-lines"), heading="History", id="history")

    def on_mount(self) -> None:
        """Cursor on the first code."""
        super().on_mount()
        self.query_one("#history").display = False
        self.query_one("#revoked").display = False
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """Name, place, type."""
        record = self._record
        if record is None:
            return Title("Resident")
        second = f"{record.building} {record.apartment} · {record.role.value.capitalize()} · UID {record.uid}"
        return Title(record.name, ((second, "$sp-t2"),))

    async def load(self) -> None:
        """Read the person."""
        session = self.session
        record = await session.ask(session.engine.residents.get, session.context, self._resident_id)
        self._record = record
        self.query_one("#facts-lines", Lines).lines = tuple(page_lines(record, session.formats))
        self.query_one("#doors-lines", Lines).lines = tuple(door_lines(record, session.now()))
        opens = sum(1 for door in record.doors if door.opens)
        self.query_one("#doors", Panel).figure = ((f"opens {opens}", "$sp-t2"),)
        table = self.query_one(VirtualTable)
        table.show_message(empty("No PIN and no card", "E", "Add one").content())
        codes = codes_of(record)
        table.set_source(ListSource([self._row(at, one) for at, one in enumerate(codes)]))
        if not codes:
            self.end_wait()
        await self._load_revoked()
        if self.query_one("#history").display:
            await self._load_history()

    async def _load_revoked(self) -> None:
        """The proof, door by door, of what was taken away."""
        session = self.session
        found = await session.ask(session.engine.sync.revoked, session.context, self._resident_id)
        panel = self.query_one("#revoked", Panel)
        panel.display = bool(found)
        panel.figure = revoked_figure(found)
        self.query_one("#revoked-lines", Lines).lines = tuple(revoked_lines(found, session.formats))

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        if event.row is not None and self.code_wanted is not None and self._record is not None:
            ids = [one.id for one in codes_of(self._record)]
            wanted, self.code_wanted = self.code_wanted, None
            if wanted in ids:
                self.query_one(VirtualTable).move_to(ids.index(wanted))
        self.end_wait()

    def _row(self, at: int, one: CredentialRecord) -> Row:
        look = drawn("credential", one.status)
        used = self.session.formats.moment(one.last_used_at) if one.last_used_at else "–"
        state = Cell(look.word, look.symbol, look.word_tone, look.symbol_tone)
        return Row(one.id, (at, one.id), (Cell(WORDS[one.kind.value], tone="t1"), one.masked, state, used))

    @needs("resident.write")
    def action_edit(self) -> None:
        """Edit."""
        self.app.push_screen(ResidentEdit(self.session, self._resident_id))

    @needs("resident.write")
    def action_replace_code(self) -> None:
        """Replace the PIN or card under the cursor; a face or ID access is changed with the person."""
        row = self.query_one(VirtualTable).cursor_row
        code = next((one for one in codes_of(self._record) if row and one.id == row.id), None) if self._record else None
        if code is not None and code.kind in REPLACED:
            self.app.push_screen(CodeForm(self.session, code.id, code.kind))
        else:
            self.action_edit()

    @needs("resident.write")
    def action_family(self) -> None:
        """Add a member of this family."""
        if self._record is not None:
            self.app.push_screen(ResidentForm(self.session, apartment_id=self._record.apartment_id))

    @needs("resident.delete")
    def action_delete(self) -> None:
        """Delete the person."""
        self.start(delete_residents, self, (self._resident_id,))

    @needs("credential.reveal")
    def action_codes(self) -> None:
        """Show the codes."""
        self.start(show_codes, self, self._resident_id)

    @needs("resident.write")
    def action_password(self) -> None:
        """Send a new app password, after one question."""
        self.start(reset_password, self, self._resident_id)

    @needs("resident.read")
    def action_photo(self) -> None:
        """Draw the face photo."""
        self.start(show_photo, self, self._resident_id)

    @needs("resident.write")
    def action_remove_code(self) -> None:
        """Take the code under the cursor away, after one question."""
        row = self.query_one(VirtualTable).cursor_row
        record = self._record
        if row is None or record is None:
            return
        code = next(one for one in record.credentials if one.id == row.id)
        doors = ", ".join(door.device for door in record.doors if door.opens) or "no door"
        dialog = ConfirmDialog(
            "Delete code",
            f"Take {WORDS[code.kind.value]} {code.masked} away from {record.name}?",
            lines=[
                ((f"{record.building} {record.apartment} · {record.role.value.capitalize()}", "$sp-t2"),),
                (("", ""),),
                (("- ", "$sp-bad"), (f"no more at: {doors}", "$sp-t1")),
                (("", ""),),
                (("Each door is read back as proof. ", "$sp-t3"), ("u", "bold $sp-acc"), (" takes it back.", "$sp-t3")),
            ],
            choices=[Choice("y", "Take away", "remove", danger=True)],
            opened_by="d",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._remove_now, row.id)

        self.app.push_screen(dialog, answered)

    async def _remove_now(self, credential_id: int) -> None:
        from backend.domain.records import ResidentPatch

        session, record = self.session, self._record
        assert record is not None
        patch = ResidentPatch(credentials_remove=(credential_id,))
        saved = await session.ask(
            session.engine.residents.edit, session.act(), self._resident_id, record.version, patch
        )
        self.watch_save(f"{record.name}: code taken away", saved)

    @needs("operation.read")
    def action_history(self) -> None:
        """Show or hide who changed this person."""
        panel = self.query_one("#history")
        panel.display = not panel.display
        if panel.display:
            self.start(self._load_history)

    async def _load_history(self) -> None:
        lines = await history_lines(self.session, "resident", self._resident_id)
        self.query_one("#history-lines", Lines).lines = tuple(lines)

    @needs("door_log.read")
    def action_logs(self) -> None:
        """This person's lines in the door logs."""
        if self._record is not None:
            self.session.wanted_filter = f'"{self._record.last}"' if self._record.last else self._record.first
            self.app.post_message(GoTo("l"))

    @needs("plan.read")
    def action_why(self) -> None:
        """Why this person may or may not open a door."""
        self.app.push_screen(WhyDialog(self.session, holder_id=self._resident_id))

    def subject(self) -> tuple[str, int] | None:
        """This person."""
        return "resident", self._resident_id
