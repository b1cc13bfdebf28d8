"""The page of anybody with codes: facts, codes, doors, what can be done about each (RES-06, VIS-05, VIS-06)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from backend.catalog.states import drawn
from screens.base.history import HistoryPanel
from screens.base.needs import needs
from screens.base.record_page import RecordPage
from screens.base.session import Session
from screens.can import CanPage
from screens.library_form import REPLACED, CodeForm
from screens.person_acts import People, show_codes
from screens.resident_drawing import WORDS, codes_of, door_lines, revoked_figure, revoked_lines
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part, Title
from widgets.panel import Lines, Panel
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.credentials import CredentialRecord
    from backend.domain.records import Saved
    from screens.resident_drawing import PersonRecord

RecordType = TypeVar("RecordType", bound="PersonRecord")

COLUMNS = (
    Column("kind", "Code", width=12, importance=5),
    Column("masked", "Value", width=12, importance=4),
    Column("state", "State", width=14, importance=3),
    Column("used", "Last used", width=0, importance=1),
)


def person_keys(name: str) -> list[BindingType]:
    """The keys of the page of one kind of person, for its `BINDINGS`; the page has the actions that write."""
    return [
        Binding("e", "replace_code", "Replace code", id=f"{name}.replace", tooltip="Replace this code", show=False),
        Binding("E", "edit", "Edit person", id=f"{name}.edit", tooltip="Edit this person", show=False),
        Binding("d", "remove_code", "Delete code", id=f"{name}.code", tooltip="Take this code away", show=False),
        Binding("X", "delete", "Delete person", id=f"{name}.delete", tooltip="Delete this person", show=False),
        Binding("h", "history", "History", id=f"{name}.history", tooltip="Who changed this person", show=False),
        Binding("l", "logs", "Logs", id=f"{name}.logs", tooltip="This person in the door logs", show=False),
        Binding("w", "why", "Why", id=f"{name}.why", tooltip="What opens to this person, and why", show=False),
        Binding("C", "codes", "Show codes", id=f"{name}.codes", tooltip="Show PIN and cards for a minute", show=False),
    ]


class PersonPage(RecordPage, Generic[RecordType]):
    """One person; a concrete page says whom, from which service, and has the actions that write."""

    AGES = True

    def __init__(self, session: Session, person_id: int) -> None:
        super().__init__(session, person_id)
        self.record: RecordType | None = None
        self.waiting = True

    @property
    def people(self) -> People:
        """The service that keeps people of this kind."""
        raise NotImplementedError(type(self).__name__)

    async def read(self) -> RecordType:
        """The record as it stands."""
        raise NotImplementedError(type(self).__name__)

    def facts(self, record: RecordType) -> list[tuple[Part, ...]]:
        """The lines of the panel at the left."""
        raise NotImplementedError(type(self).__name__)

    def place(self, record: RecordType) -> str:
        """Who somebody is beside the name."""
        raise NotImplementedError(type(self).__name__)

    def words(self, record: RecordType) -> str:
        """What finds the person in the door logs."""
        return f'"{record.name}"'

    def action_edit(self) -> None:
        """Edit."""
        raise NotImplementedError(type(self).__name__)

    async def take_away(self, credential_id: int, record: RecordType) -> Saved:
        """Take one code away."""
        raise NotImplementedError(type(self).__name__)

    def compose_page(self) -> Iterable[Widget]:
        """Facts and doors side by side, codes below, history at the bottom."""
        with Horizontal(id="facts"):
            yield Panel(Lines(id="facts-lines"), heading="Person", id="person")
            yield Panel(Lines(id="doors-lines"), heading="Doors", id="doors")
        yield VirtualTable(columns=COLUMNS, id="codes")
        yield Panel(Lines(id="revoked-lines"), heading="Taken away", id="revoked")
        yield HistoryPanel()

    def on_mount(self) -> None:
        """Cursor on the first code."""
        super().on_mount()
        self.query_one("#revoked").display = False
        self.query_one("#codes", VirtualTable).focus()

    def heading(self) -> Title:
        """Name, and who it is."""
        record = self.record
        return Title(self.TITLE_TEXT) if record is None else Title(record.name, ((self.place(record), "$sp-t2"),))

    async def load(self) -> None:
        """Read the person."""
        session = self.session
        record = self.record = await self.read()
        self.query_one("#facts-lines", Lines).lines = tuple(self.facts(record))
        self.query_one("#doors-lines", Lines).lines = tuple(door_lines(record, session.now()))
        opens = sum(1 for door in record.doors if door.opens)
        self.query_one("#doors", Panel).figure = ((f"opens {opens}", "$sp-t2"),)
        table = self.query_one("#codes", VirtualTable)
        table.show_message(empty("No PIN and no card", "E", "Add one").content())
        codes = codes_of(record)
        table.set_source(ListSource([self._row(at, one) for at, one in enumerate(codes)]))
        if not codes:
            self.end_wait()
        await self._load_revoked()
        await self.load_history()

    async def _load_revoked(self) -> None:
        """The proof, door by door, of what was taken away."""
        session = self.session
        found = await session.ask(session.engine.sync.revoked, session.context, self.record_id)
        panel = self.query_one("#revoked", Panel)
        panel.display = bool(found)
        panel.figure = revoked_figure(found)
        self.query_one("#revoked-lines", Lines).lines = tuple(revoked_lines(found, session.formats))

    @on(CursorMoved, "#codes")
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        if event.row is not None and self.code_wanted is not None and self.record is not None:
            ids = [one.id for one in codes_of(self.record)]
            wanted, self.code_wanted = self.code_wanted, None
            if wanted in ids:
                self.query_one("#codes", VirtualTable).move_to(ids.index(wanted))
        self.end_wait()

    def _row(self, at: int, one: CredentialRecord) -> Row:
        look = drawn("credential", one.status)
        used = self.session.formats.moment(one.last_used_at) if one.last_used_at else "–"
        state = Cell(look.word, look.symbol, look.word_tone, look.symbol_tone)
        return Row(one.id, (at, one.id), (Cell(WORDS[one.kind.value], tone="t1"), one.masked, state, used))

    @property
    def code(self) -> CredentialRecord | None:
        """The code under the cursor."""
        row = self.query_one("#codes", VirtualTable).cursor_row
        codes = codes_of(self.record) if self.record is not None else []
        return next((one for one in codes if row is not None and one.id == row.id), None)

    def replace_code(self) -> None:
        """Replace the PIN or card under the cursor; a face or ID access is changed with the person."""
        code = self.code
        if code is not None and code.kind in REPLACED:
            self.app.push_screen(CodeForm(self.session, code.id, code.kind))
        else:
            self.action_edit()

    def ask_remove_code(self) -> None:
        """Take the code under the cursor away, after one question."""
        code, record = self.code, self.record
        if code is None or record is None:
            return
        doors = ", ".join(door.device for door in record.doors if door.opens) or "no door"
        dialog = ConfirmDialog(
            "Delete code",
            f"Take {WORDS[code.kind.value]} {code.masked} away from {record.name}?",
            lines=[
                ((self.place(record), "$sp-t2"),),
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
                self.start(self._remove_now, code.id)

        self.app.push_screen(dialog, answered)

    async def _remove_now(self, credential_id: int) -> None:
        record = self.record
        assert record is not None, "its code was chosen"
        saved = await self.take_away(credential_id, record)
        self.watch_save(f"{record.name}: code taken away", saved)

    @needs("credential.reveal")
    def action_codes(self) -> None:
        """Show the codes."""
        self.start(show_codes, self, self.people, self.record_id)

    @needs("door_log.read")
    def action_logs(self) -> None:
        """This person's lines in the door logs."""
        if self.record is not None:
            self.show_logs(self.words(self.record))

    @needs("plan.read")
    def action_why(self) -> None:
        """What opens to this person, and why."""
        self.app.push_screen(CanPage(self.session, self.record_id))
