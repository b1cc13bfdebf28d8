"""The base of who and can: a list of rights at one time, now or typed, past ones too (feature SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from backend.catalog.model import Field, Record
from backend.catalog.rights import OPENER
from backend.domain.errors import Forbidden, Invalid, SmartPlusError
from backend.domain.formats import counted
from screens.base.drawing import DrawnSource, cell_of, columns_of
from screens.base.export import ExportDialog
from screens.base.messages import Refused
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.rows_read import RowsRead
from screens.base.session import Session
from widgets.form import TextField
from widgets.frame import Part
from widgets.panel import Lines
from widgets.state_pane import empty, failed, no_permission
from widgets.table import VirtualTable
from widgets.table_source import Cell

HINT = "now, or su 22, 2h, 2026-11-29 22:00"
LABEL = 6
"""Cells of the label of the time."""


class AskPage(Page):
    """A list of rights at one time. A concrete page asks, and says what a row is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "when", "Time", id="ask.when", tooltip="Type another time", show=False),
        Binding("w", "why", "Why", id="ask.why", tooltip="Why it opens or not", show=False),
        Binding("x", "export", "Export", id="ask.export", tooltip="Write the list to a file", show=False),
        Binding("down", "rows", "List", id="ask.rows", tooltip="Go to the list", show=False),
    ]
    RECORD: ClassVar[Record]
    TOPICS = OPENER.topics
    HINTS = (("Enter", "Details"), ("w", "Why"), ("/", "Time"), ("x", "Export"), ("o", "Open door"), ("Esc", "Back"))

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.at: datetime | None = None
        """The time that was typed; None for now."""
        self.rows = RowsRead(())
        self._answered: datetime | None = None
        """The time of the list that stands."""
        self.waiting = True

    async def ask(self) -> Sequence[tuple[int, dict[str, Any]]]:
        """Ask the engine; the rows by their ids."""
        raise NotImplementedError(type(self).__name__)

    def rests_on(self) -> tuple[Part, ...]:
        """What the answer rests on and how old that is."""
        return ()

    def compose_page(self) -> Iterable[Widget]:
        """The time, what was understood, the list."""
        line = TextField("at", "When", hint=HINT)
        line.label_width = LABEL
        yield line
        yield Lines(id="rests-on")
        yield VirtualTable(columns=columns_of(self.RECORD))

    def on_mount(self) -> None:
        """A time can be typed at once."""
        super().on_mount()
        self.query_one(TextField).focus_value()

    async def load(self) -> None:
        """Ask anew; what cannot be answered is said in the list."""
        table = self.query_one(VirtualTable)
        try:
            self.rows = RowsRead(await self.ask())
        except Invalid as error:
            self.at = self._answered
            self.query_one(TextField).show_error(str(error))
            return
        except SmartPlusError as error:
            self.rows = RowsRead(())
            table.show_message(self._refused(error))
            table.set_source(DrawnSource(self.RECORD, self.rows, self.draw))
            return
        finally:
            self.end_wait()
        self._answered = self.at
        table.show_message(empty(self.RECORD.empty).content())
        table.set_source(DrawnSource(self.RECORD, self.rows, self.draw))
        self.query_one("#rests-on", Lines).lines = (self._understood(),)

    def _refused(self, error: SmartPlusError) -> Any:
        if isinstance(error, Forbidden):
            self.post_message(Refused())
            why = str(error)
            return no_permission("Rights are closed to your account", why, "The other modules stay open.").content()
        tried = f"tried at {self.session.formats.time(self.session.now(), seconds=True)}"
        return failed("The question could not be answered", str(error), tried).content()

    def _understood(self) -> tuple[Part, ...]:
        from backend.domain.timewords import describe_moment

        formats = self.session.formats
        when = "Now" if self.at is None else describe_moment(self.at, formats)
        past: tuple[Part, ...] = (("  by the rules of then", "$sp-warn"),) if self._past() else ()
        return ((when, "bold $sp-t1"), *past, ("   ", ""), *self.rests_on())

    def _past(self) -> bool:
        return self.at is not None and self.at < self.session.now()

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """A difference between rules and door in its colour; everything else as the catalog says."""
        text = values.get(field.name)
        if field.name == "mark" and text:
            symbol, tone = ("×", "bad") if "still" in text else ("◐", "warn")
            return Cell(str(text).removeprefix("the door "), symbol, tone, tone)
        if field.name == "opens_next" and text:
            return Cell(self.session.formats.moment(text), tone="t2")
        return cell_of(field, text, self.session.formats, self.session.now(), first=first)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.start(self._ask_for, event.value, group="load", exclusive=True)

    async def _ask_for(self, text: str) -> None:
        """Another time; what is not understood stays, marked."""
        from backend.domain.timewords import parse_moment

        field, session = self.query_one(TextField), self.session
        try:
            zone = session.formats.zone
            self.at = parse_moment(text, session.now(), zone, past=True) if text.strip() else None
        except Invalid as error:
            field.show_error(str(error))
            return
        field.show_error("")
        await self.load()
        self.refresh_frame()
        if not field.error:
            self.query_one(VirtualTable).focus()

    @needs("plan.read")
    def action_when(self) -> None:
        """Back to the time."""
        self.query_one(TextField).focus_value()

    @needs("plan.read")
    def action_rows(self) -> None:
        """From the time to the list."""
        self.query_one(VirtualTable).focus()

    def action_back(self) -> None:
        """One level back, from the time too."""
        if isinstance(self.focused, Input) and not self.query_one(TextField).value:
            self.set_focus(None)
        super().action_back()

    def action_export(self) -> None:
        """Write the list to a file."""
        dialog = ExportDialog(self.session, self.RECORD, lambda: self.rows, self.asked())

        def written(answer: tuple[int, str] | None) -> None:
            if answer is not None:
                self.say(f"{counted(answer[0], 'row')} exported", answer[1])

        self.app.push_screen(dialog, written)

    def asked(self) -> str:
        """Door or person, and the time that was typed, for the name of a file."""
        when = "" if self.at is None else self.session.formats.local(self.at).strftime("%Y-%m-%d %H %M")
        return f"{self.about()} {when}".strip()

    def about(self) -> str:
        """The door or the person."""
        raise NotImplementedError(type(self).__name__)

    def row(self) -> int | None:
        """The id of the row under the cursor."""
        row = self.query_one(VirtualTable).cursor_row
        return None if row is None else row.id
