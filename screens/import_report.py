"""What an import did: its report, which stays (feature RES-09)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from backend.domain.enums import ImportState, Verdict
from backend.domain.exports import file_name
from screens.base.drawing import wrapped
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.import_drawing import REPORT_COLUMNS, count_line, report_table_row
from screens.import_files import TargetDialog
from widgets.frame import Title
from widgets.panel import Lines
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved, RowSelected
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.imports import ImportReport

LISTED = (
    Column("at", "When", width=16, importance=4),
    Column("source", "List", importance=7),
    Column("kind", "For", width=9, importance=3),
    Column("state", "State", width=12, importance=6),
    Column("written", "Written", width=8, align="right", importance=5),
    Column("refused", "Refused", width=8, align="right", importance=5),
    Column("actor", "By", width=14, importance=2),
    Column("operation", "No.", width=6, align="right", importance=1),
)
_STATES = {
    ImportState.RUNNING: ("◐", "acc", "running"),
    ImportState.DONE: ("✓", "ok", "done"),
    ImportState.STOPPED: ("◐", "warn", "stopped"),
    ImportState.BROKEN: ("×", "bad", "broken off"),
}


class ImportReportPage(Page):
    """One report."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "save_report", "Save report", id="report.save", tooltip="Write it as a file", show=False),
    ]
    MODULE = "r"
    TOPICS = frozenset({"imports"})
    HINTS = (("x", "Save report"), ("u", "Undo"), ("D", "Doors"), ("Esc", "Back"))

    def __init__(self, session: Session, report_id: int) -> None:
        super().__init__(session)
        self._report_id = report_id
        self._report: ImportReport | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Counts, what to do next, rows."""
        yield Lines(id="counts")
        yield Lines(id="next")
        yield VirtualTable(columns=REPORT_COLUMNS)
        yield Lines(id="whole")

    def on_mount(self) -> None:
        """Read it."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """The list, when, by whom; how it ended."""
        report = self._report
        if report is None:
            return Title("Report of an import")
        symbol, tone, word = _STATES[report.state]
        second = (
            (report.source, "$sp-t2"),
            (f" · {self.session.formats.moment(report.at)} · {report.actor}", "$sp-t3"),
        )
        return Title(report.title, second, ((f"{symbol} {word}", f"$sp-{tone}"),))

    async def load(self) -> None:
        """Read the report."""
        session = self.session
        report = await session.ask(session.engine.imports.report, session.context, self._report_id)
        self._report = report
        told = ((verdict, report.counts[verdict]) for verdict in Verdict)
        counts = count_line(told, narrow=self.has_class("-narrow"))
        undo = ((f"  undo number {report.operation}", "$sp-t3"),) if report.operation else ()
        self.query_one("#counts", Lines).lines = ((*counts, *undo),)
        following = self.query_one("#next", Lines)
        following.display = bool(report.sentence)
        width = max(20, self.query_one("#counts", Lines).size.width)
        following.lines = tuple(wrapped(report.sentence, width, "$sp-warn"))
        table = self.query_one(VirtualTable)
        table.set_source(ListSource([report_table_row(at, row) for at, row in enumerate(report.rows)]))

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        """The row in full, as it may be longer than its cell."""
        event.stop()
        rows = self._report.rows if self._report else ()
        row = rows[event.row.id - 1] if event.row is not None and event.row.id <= len(rows) else None
        lines = self.query_one("#whole", Lines)
        lines.lines = tuple(wrapped(row.text, max(20, lines.size.width - 2), "$sp-t2")) if row else ()

    @needs("resident.read")
    def action_save_report(self) -> None:
        """Ask where to, then write."""
        name = file_name(f"import-{self._report_id}", "", self.session.formats.local(self.session.now()).date())
        dialog = TargetDialog(self.session, "Save the report", name, self._save)
        self.app.push_screen(dialog, lambda path: self.say("Report saved", path) if path else None)

    async def _save(self, path: Path) -> None:
        session = self.session
        await session.ask(session.engine.files.write_report, session.context, self._report_id, path)


class ImportsPage(Page):
    """The imports that there were, newest first."""

    MODULE = "r"
    TITLE_TEXT = "Imports"
    TOPICS = frozenset({"imports"})
    HINTS = (("Enter", "Report"), ("r", "Refresh"), ("Esc", "Back"))

    def compose_page(self) -> Iterable[Widget]:
        """The list."""
        yield VirtualTable(columns=LISTED)

    def on_mount(self) -> None:
        """Read them."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    async def load(self) -> None:
        """Read the newest."""
        session = self.session
        reports = await session.ask(session.engine.imports.reports, session.context)
        table = self.query_one(VirtualTable)
        table.show_message(empty("Nothing has been imported yet").content())
        table.set_source(ListSource([self._row(at, report) for at, report in enumerate(reports)]))

    def _row(self, at: int, report: ImportReport) -> Row:
        symbol, tone, word = _STATES[report.state]
        loud = "t2" if report.state is ImportState.DONE else tone
        cells = (
            self.session.formats.moment(report.at),
            Cell(report.source, tone="t1"),
            report.word,
            Cell(word, symbol, loud, tone),
            f"{report.written:,}",
            Cell(f"{report.refused:,}", tone="bad" if report.refused else "t2"),
            report.actor,
            Cell(str(report.operation or "–"), tone="t3"),
        )
        return Row(report.id, (at,), cells)

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.app.push_screen(ImportReportPage(self.session, event.row.id))
