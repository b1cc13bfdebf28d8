"""The import page: what each row would do, put right in place, then written (features RES-09 to RES-12, RES-15)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from backend.domain.enums import ImportKind, Verdict
from backend.domain.errors import SmartPlusError
from backend.domain.imports import TITLES
from screens.base.needs import needs
from screens.base.session import Session
from screens.import_drawing import (
    COLUMNS,
    count_line,
    door_lines,
    file_parts,
    filter_parts,
    row_lines,
    table_row,
)
from screens.import_fixing import Fixing
from screens.import_writing import Writing
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import failed
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved
from widgets.table_source import Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.imports import ImportDraft
    from backend.domain.sheets import Sheet

FILTERS = ("all", "bad", "warn")
_VERDICT = {"bad": Verdict.REFUSE, "warn": Verdict.WARN}


class PreviewSource(ListSource):
    """The rows of the preview; they change in place, so that the cursor stays on its row."""

    def show(self, rows: Iterable[Row]) -> None:
        """Have other rows from now on."""
        self._rows = list(rows)


class ImportPage(Fixing, Writing):
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
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    HINTS = (
        ("F2 ctrl+s", "Write good rows"), ("f", "Only bad rows"), ("Enter", "Row"), ("e", "Edit"), ("b", "Blank"),
        ("d", "Leave out"), ("c", "Columns"), ("Esc", "Cancel"),
    )  # fmt: skip

    def __init__(self, session: Session, kind: ImportKind, *, path: Path | None = None, pasted: str = "") -> None:
        super().__init__(session, kind, path, pasted)
        self._source = PreviewSource(())

    def compose_page(self) -> Iterable[Widget]:
        """Counts, rows; below the row under the cursor and the doors."""
        yield Lines(id="progress")
        yield Lines(id="counts")
        yield VirtualTable(columns=self.COLUMNS, source=self._source)
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
        return Title(
            self.TITLE_TEXT or TITLES[self._kind], file_parts(self._preview, name, self._progress is not None), right
        )

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
        session = self.session
        draft = self._draft = self._draft or await self.begin()
        self._checking = True
        self.refresh_frame()
        self._preview = await session.ask(self.imports.preview, session.context, draft)
        self._checking = False
        self._draw_rows()
        self.start(self._plan, group="plan", exclusive=True)

    async def begin(self) -> ImportDraft:
        """The list as a draft."""
        session, imports = self.session, self.session.engine.imports
        if self._kind is ImportKind.FACES and self._path is not None:
            faces = await session.ask(session.engine.files.read_faces, self._path, self._read_on)
            return await session.ask(imports.begin_faces, session.context, self._path.name, faces)
        return await session.ask(imports.begin, session.context, self._kind, await session.ask(self.read_sheets))

    def _read_on(self, _done: int, _photos: int) -> bool:
        """Called in a thread, between photos: whether the page is still there."""
        return self.is_running

    def read_sheets(self) -> tuple[Sheet, ...]:
        """The file, or what was pasted; called in a thread."""
        engine = self.session.engine
        return engine.files.read_sheets(self._path) if self._path else engine.files.read_pasted(self._pasted)

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
        plans = await session.ask(self.imports.plan, session.context, self._draft)
        panel.figure = ((f"{len(plans)} door{'s' if len(plans) != 1 else ''}", "$sp-t3"),)
        panel.query_one(Lines).lines = tuple(door_lines(plans))

    def _draw_rows(self) -> None:
        preview = self._preview
        if preview is None:
            return
        wanted = _VERDICT.get(self._show)
        rows = (row for row in preview.rows if wanted in (None, row.verdict))
        self._source.show(table_row(row, self.COLUMNS) for row in rows)
        table = self.query_one(VirtualTable)
        table.show_message(f"No row is {'refused' if self._show == 'bad' else 'doubtful'}.")
        table.reload()
        told = ((verdict, preview.count(verdict)) for verdict in Verdict)
        counts = count_line(told, narrow=self.has_class("-narrow"))
        self.query_one("#counts", Lines).lines = ((*counts, *filter_parts(self._show, FILTERS)),)
        self._draw_row()

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

    @needs("resident.write")
    def action_show_next(self) -> None:
        """All rows, the refused, the doubtful."""
        self._show = FILTERS[(FILTERS.index(self._show) + 1) % len(FILTERS)]
        self._draw_rows()

    @needs("plan.read")
    def action_doors(self) -> None:
        """On a narrow screen: the doors in the place of the row."""
        self.toggle_class("-doors")
