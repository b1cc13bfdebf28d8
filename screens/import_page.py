"""The import page: what each row would do, put right in place, then written (features RES-09 to RES-12, RES-15)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from backend.domain.enums import ImportKind, Verdict
from backend.domain.errors import SmartPlusError
from backend.domain.import_columns import LABELS
from backend.domain.imports import MAY_BE_BLANK, TITLES, ImportProgress
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.import_cells import CellDialog, column_rows, field_rows
from screens.import_drawing import (
    COLUMNS,
    count_line,
    door_lines,
    file_parts,
    filter_parts,
    progress_line,
    row_lines,
    table_row,
)
from widgets.dialog import Choice, ConfirmDialog, PickDialog
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import failed
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved, RowSelected
from widgets.table_source import ListSource, Row

if TYPE_CHECKING:
    from backend.domain.imports import ImportDraft, ImportReport, Note, Preview, PreviewRow
    from backend.domain.sheets import Sheet

FILTERS = ("all", "bad", "warn")
_VERDICT = {"bad": Verdict.REFUSE, "warn": Verdict.WARN}
DRAWN_EVERY = 0.1


class PreviewSource(ListSource):
    """The rows of the preview; they change in place, so that the cursor stays on its row."""

    def show(self, rows: Iterable[Row]) -> None:
        """Have other rows from now on."""
        self._rows = list(rows)


class ImportPage(Page):
    """One list being taken over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2,ctrl+s", "save", "Write", id="import.write", tooltip="Write the good rows", priority=True, show=False
        ),
        Binding(
            "f", "show_next", "Only bad rows", id="import.show", tooltip="All, refused or doubtful rows", show=False
        ),
        Binding("e", "edit_cell", "Edit the cell", id="import.edit", tooltip="Put the cell right here", show=False),
        Binding("b", "blank_cell", "Leave it blank", id="import.blank", tooltip="Take the row without it", show=False),
        Binding(
            "d", "leave_out", "Leave the row out", id="import.leave-out", tooltip="Do not take this row", show=False
        ),
        Binding("c", "columns", "Columns", id="import.columns", tooltip="Say what a column means", show=False),
        Binding("right_square_bracket", "doors", "Doors", id="import.doors", tooltip="Row or doors", show=False),
    ]
    MODULE = "r"
    HINTS = (
        ("F2 ctrl+s", "Write good rows"), ("f", "Only bad rows"), ("Enter", "Row"), ("e", "Edit"), ("b", "Blank"),
        ("d", "Leave out"), ("c", "Columns"), ("Esc", "Cancel"),
    )  # fmt: skip

    def __init__(self, session: Session, kind: ImportKind, *, path: Path | None = None, pasted: str = "") -> None:
        super().__init__(session)
        self._kind = kind
        self._path = path
        self._pasted = pasted
        self._draft: ImportDraft | None = None
        self._preview: Preview | None = None
        self._show = "all"
        self._changes = 0
        self._checking = True
        self._progress: ImportProgress | None = None
        self._stop = threading.Event()
        self._source = PreviewSource(())

    def compose_page(self) -> Iterable[Widget]:
        """Counts, rows; below the row under the cursor and the doors."""
        yield Lines(id="progress")
        yield Lines(id="counts")
        yield VirtualTable(columns=COLUMNS, source=self._source)
        with Horizontal(id="import-below"):
            yield Panel(Lines(), heading="Row", id="import-row")
            yield Panel(Lines(), heading="What each door would receive", id="import-doors")

    def on_mount(self) -> None:
        """Read the file."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """The file, and whether it is still being looked at."""
        name = self._path.name if self._path else "pasted lines"
        state = "writing" if self._progress else "checking" if self._checking else ""
        right = ((f"◐ {state}", "$sp-acc"),) if state else ()
        return Title(TITLES[self._kind], file_parts(self._preview, name, self._progress is not None), right)

    def hints(self) -> Iterable[tuple[str, str]]:
        """What can be done with the rows, once there are any."""
        if self._progress is not None:
            return (("Esc", "Stop"),)
        return self.HINTS if self._preview is not None else (("Esc", "Back"),)

    @property
    def unsaved(self) -> int:
        """Cells that were put right here and are not written."""
        return self._changes

    async def load(self) -> None:
        """Read, look at every row, then at the doors."""
        session, imports = self.session, self.session.engine.imports
        if self._draft is None and self._kind is ImportKind.FACES and self._path is not None:
            faces = await session.ask(session.engine.read_faces, self._path, self._read_on)
            self._draft = await session.ask(imports.begin_faces, session.context, self._path.name, faces)
        if self._draft is None:
            sheets = await session.ask(self._read)
            self._draft = await session.ask(imports.begin, session.context, self._kind, sheets)
        draft = self._draft
        self._checking = True
        self.refresh_frame()
        self._preview = await session.ask(imports.preview, session.context, draft)
        self._checking = False
        self._draw_rows()
        self.start(self._plan, group="plan", exclusive=True)

    def _read_on(self, _done: int, _photos: int) -> bool:
        """Called in a thread, between photos: whether the page is still there."""
        return self.is_running

    def _read(self) -> tuple[Sheet, ...]:
        engine = self.session.engine
        return engine.read_sheets(self._path) if self._path else engine.read_pasted(self._pasted)

    def failed(self, error: SmartPlusError) -> None:
        """A file that cannot be read is said where its rows would be."""
        self._checking = False
        if self._preview is not None or self._progress is not None:
            super().failed(error)
        else:
            name = self._path.name if self._path else "What was pasted"
            shown = failed(f"{name} was not taken over", str(error), "nothing is written", (("Esc", "Back"),))
            self.query_one(VirtualTable).show_message(shown.content())
            self.query_one("#import-below").display = False
        self.refresh_frame()

    async def _plan(self) -> None:
        session, panel = self.session, self.query_one("#import-doors", Panel)
        if self._draft is None or not session.may("plan.read"):
            return
        plans = await session.ask(session.engine.imports.plan, session.context, self._draft)
        panel.figure = ((f"{len(plans)} door{'s' if len(plans) != 1 else ''}", "$sp-t3"),)
        panel.query_one(Lines).lines = tuple(door_lines(plans))

    def _draw_rows(self) -> None:
        preview = self._preview
        if preview is None:
            return
        wanted = _VERDICT.get(self._show)
        self._source.show(table_row(row) for row in preview.rows if wanted in (None, row.verdict))
        table = self.query_one(VirtualTable)
        table.show_message(f"No row is {'refused' if self._show == 'bad' else 'doubtful'}.")
        table.reload()
        gap = 2 if self.has_class("-narrow") else 4
        counts = count_line(((verdict, preview.count(verdict)) for verdict in Verdict), gap)
        self.query_one("#counts", Lines).lines = ((*counts, *filter_parts(self._show, FILTERS)),)
        self._draw_row()

    @property
    def _row(self) -> PreviewRow | None:
        """The row under the cursor."""
        here = self.query_one(VirtualTable).cursor_row
        rows = self._preview.rows if self._preview else ()
        return next((row for row in rows if here is not None and row.number == here.id), None)

    @property
    def _note(self) -> Note | None:
        """The cell that wants a look in the row under the cursor, a refused one first."""
        notes = sorted(self._row.notes, key=lambda note: not note.refuses) if self._row else []
        return notes[0] if notes else None

    def _draw_row(self) -> None:
        panel, row = self.query_one("#import-row", Panel), self._row
        panel.heading = f"Row {row.number}" if row else "Row"
        panel.figure = ((row.name, "$sp-t2"),) if row else ()
        width = panel.content_size.width or 40
        panel.query_one(Lines).lines = tuple(row_lines(row, self._note, width)) if row else ()

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        event.stop()
        self._draw_row()

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        """Enter: pick a cell of the row."""
        event.stop()
        row = self._row
        if row is None or self._draft is None or self._progress is not None:
            return
        dialog = PickDialog(f"Row {row.number}", field_rows(row, self._draft))
        self.app.push_screen(dialog, lambda name: self._edit(row, name) if name else None)

    @needs("resident.write")
    def action_show_next(self) -> None:
        """All rows, the refused, the doubtful."""
        self._show = FILTERS[(FILTERS.index(self._show) + 1) % len(FILTERS)]
        self._draw_rows()

    @needs("resident.write")
    def action_edit_cell(self) -> None:
        """Type what the cell should say."""
        row, note = self._row, self._note
        if row is not None and note is not None and note.field in LABELS:
            self._edit(row, note.field)

    def _edit(self, row: PreviewRow, name: str) -> None:
        def typed(text: str | None) -> None:
            if text is not None:
                self._change(lambda draft: draft.fixed(row.number, name, text))

        self.app.push_screen(CellDialog(self.session, row, name), typed)

    @needs("resident.write")
    def action_blank_cell(self) -> None:
        """Take the row without the cell."""
        row, note = self._row, self._note
        if row is not None and note is not None and note.field in MAY_BE_BLANK:
            self._change(lambda draft: draft.fixed(row.number, note.field, ""))

    @needs("resident.write")
    def action_leave_out(self) -> None:
        """Do not take the row."""
        if (row := self._row) is not None:
            self._change(lambda draft: draft.without(row.number))

    def _change(self, change: Callable[[ImportDraft], ImportDraft]) -> None:
        if self._draft is not None and self._progress is None:
            self._draft = change(self._draft)
            self._changes += 1
            self.reload()

    @needs("resident.write")
    def action_columns(self) -> None:
        """Say what a column means."""
        draft = self._draft
        if draft is None or self._progress is not None:
            return

        def named(index: int, name: str | None) -> None:
            if name is not None:
                fields = [("" if field == name else field) for field in draft.columns.fields]
                fields[index] = name if name != "-" else ""
                columns = replace(draft.columns, fields=tuple(fields))
                self._change(lambda present: replace(present, columns=columns))

        def picked(answer: str | None) -> None:
            if answer is not None:
                dialog = PickDialog("It holds", column_rows(None))
                self.app.push_screen(dialog, lambda name: named(int(answer), name))

        self.app.push_screen(PickDialog("Which column", column_rows(draft)), picked)

    @needs("plan.read")
    def action_doors(self) -> None:
        """On a narrow screen: the doors in the place of the row."""
        self.toggle_class("-doors")

    @needs("resident.write")
    def action_save(self) -> None:
        """Write; where rows are refused only once that was chosen."""
        preview = self._preview
        if preview is None or self._checking or self._progress is not None:
            return
        refused, good = preview.count(Verdict.REFUSE), preview.writes
        if not good:
            self.say("Nothing to write", "Every row is refused or there already.", bad=True)
        elif not refused:
            self.start(self._write)
        else:
            rows = "1 row is refused and stays" if refused == 1 else f"{refused:,} rows are refused and stay"
            dialog = ConfirmDialog(
                "Write good rows",
                f"Write {good:,} row{'s' if good != 1 else ''} now?",
                lines=[((f"{rows} out. The report names them.", "$sp-warn"),)],
                choices=[Choice("y", "Write the good rows", "write")],
            )
            self.app.push_screen(dialog, self._chosen)

    def _chosen(self, answer: str | None) -> None:
        if answer:
            self.start(self._write)

    async def _write(self) -> None:
        session, draft = self.session, self._draft
        assert draft is not None, "there is something to write"
        self._progress = ImportProgress(0, self._preview.writes if self._preview else 0, 0.0)
        self.refresh_frame()
        self.add_class("-writing")
        timer = self.set_interval(DRAWN_EVERY, self._draw_progress)
        try:
            report = await session.ask(
                session.engine.imports.write,
                session.act(),
                draft,
                good_rows=True,
                tell=self._heard,
                stopped=self._stop.is_set,
            )
        finally:
            timer.stop()
            self._progress = None
            self.remove_class("-writing")
        self._written(report)

    def _heard(self, progress: ImportProgress) -> None:
        """Called in a thread, between slices."""
        self._progress = progress

    def _draw_progress(self) -> None:
        if self._progress is not None:
            line = progress_line(self._progress, self.query_one("#progress", Lines).size.width)
            self.query_one("#progress", Lines).lines = (line,)

    def _written(self, report: ImportReport) -> None:
        from backend.domain.records import Saved
        from screens.import_report import ImportReportPage

        self._changes = 0
        saved = Saved(id=report.id, operation=report.operation or 0, doors=dict(report.doors))
        people = "1 resident" if report.written == 1 else f"{report.written:,} residents"
        self.watch_save(f"Import of {people}", saved)
        self.app.switch_screen(ImportReportPage(self.session, report.id))

    def ask_leave(self, then: Callable[[], object]) -> None:
        """Throw away what was put right here only after one question."""
        if self._progress is not None:
            self._stop.set()
            return
        if not self._changes:
            then()
            return
        dialog = ConfirmDialog(
            "Leave the import",
            f"Throw away {self._changes} change{'s' if self._changes != 1 else ''}?",
            lines=[(("Nothing of the list is written.", "$sp-t2"),)],
            choices=[Choice("x", "Throw away", "leave", danger=True)],
            opened_by="escape",
        )

        def answered(answer: str | None) -> None:
            if answer:
                self._changes = 0
                then()

        self.app.push_screen(dialog, answered)

    def action_back(self) -> None:
        """Stop the writing after the rows under way; else leave."""
        if self._progress is not None:
            self._stop.set()
            self.say("Stopping", "What is written stays; u takes it back.")
        else:
            self.ask_leave(self.dismiss)
