"""`x` on a list: what is filtered becomes a file, xlsx or csv, with its path said after (features APT-05, LOG-01)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from backend.catalog.model import Record
from backend.domain.errors import Invalid, SmartPlusError
from backend.domain.formats import counted, figure
from screens.base.files import proposed, shown
from screens.base.session import Session
from widgets.dialog import Dialog
from widgets.form import TextField
from widgets.frame import Part
from widgets.panel import Lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.domain.paging import ListPages

SUFFIXES = (".xlsx", ".csv")
LABEL_WIDTH = 6
DRAWN_EVERY = 0.1
"""Seconds between two looks at how far a file is."""


class ExportDialog(Dialog[tuple[int, str] | None]):
    """Asks where to, writes while it counts, and answers the number of rows and the path; None where there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", id="export.leave", tooltip="Write nothing, or stop", show=False),
        Binding("tab", "turn", "Format", id="export.format", tooltip="xlsx or csv", show=False, priority=True),
    ]

    def __init__(self, session: Session, record: Record, pages: Callable[[], ListPages], filter_text: str) -> None:
        super().__init__()
        self._session = session
        self._record = record
        self._pages = pages
        self._filter_text = filter_text
        self._written: tuple[int, int] | None = None
        """Rows written and rows there are, while a file is being written."""
        self._began = 0.0
        self._stopped = False

    def compose(self) -> ComposeResult:
        """What is written, where to, how far it is."""
        with self.box(f"Export {self._record.title.lower()}", "Enter Write · Tab xlsx or csv · Esc Cancel"):
            yield Lines(id="what")
            field = TextField("path", "File")
            field.label_width = LABEL_WIDTH
            yield field
            yield Lines(id="state")

    def on_mount(self) -> None:
        """Propose a name, count the rows."""
        self._line.focus()
        field = self.query_one(TextField)
        field.begin(shown(proposed(self._session, self._record, self._filter_text)))
        self._line.cursor_position = len(field.value)
        self.query_one("#what", Lines).lines = (self._what("…"), (("", ""),))
        self._count()

    @property
    def _line(self) -> Input:
        return self.query_one(Input)

    def _what(self, rows: str) -> tuple[Part, ...]:
        """How many rows, and the filter that they fit."""
        every = (("every row of the list", "$sp-t2"),) if not self._filter_text else ()
        fits = (("filtered by ", "$sp-t2"), (self._filter_text, "$sp-acc")) if self._filter_text else ()
        return ((rows, "$sp-t1"), (", ", "$sp-t2"), *every, *fits)

    @work
    async def _count(self) -> None:
        session = self._session
        try:
            count = await session.ask(self._pages().count)
        except SmartPlusError as error:
            self._say(str(error), bad=True)
            return
        self.query_one("#what", Lines).lines = (self._what(counted(count, "row")), (("", ""),))

    def on_key(self, event: events.Key) -> None:
        """Enter that came before the line had the focus is meant for it."""
        if event.key == "enter" and not self._line.has_focus:
            event.stop()
            self._start()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._start()

    def _start(self) -> None:
        if self._written is not None:
            return
        try:
            path = Path(self._line.value.strip()).expanduser().absolute()
        except RuntimeError:  # "~somebody/list.xlsx"
            self.query_one(TextField).show_error("There is nobody of this name here. Begin with ~/ or /.")
            return
        self._written, self._stopped, self._began = (0, 0), False, time.monotonic()
        self._write(path)

    @work
    async def _write(self, path: Path) -> None:
        self._line.disabled = True
        timer = self.set_interval(DRAWN_EVERY, self._draw)
        try:
            count = await self._session.ask(self._export, path)
        except Invalid as error:
            self.query_one(TextField).show_error(str(error))
        except SmartPlusError as error:
            self._say(str(error), bad=True)
        else:
            if count is not None:
                self._session.export_folder, self._session.export_suffix = str(path.parent), path.suffix.lower()
                self.dismiss((count, shown(path)))
                return
            self._say("Stopped: no file was written.")
        finally:
            timer.stop()
        self._written, self._line.disabled = None, False
        self._line.focus()

    def _export(self, path: Path) -> int | None:
        """Runs in a thread, as what it calls back does."""
        if path.is_file():
            raise Invalid({"path": "There is a file of this name already. Type another name."})
        session = self._session
        return session.engine.files.export_pages(self._record, session.context, self._pages(), path, self._told)

    def _told(self, done: int, total: int) -> bool:
        self._written = (done, total)
        return not self._stopped

    def _draw(self) -> None:
        if self._written is None or not self._written[1]:
            return
        done, total = self._written
        rate = done / max(0.001, time.monotonic() - self._began)
        self._say(
            f"{figure(done)} of {figure(total)}, {figure(round(rate))} a second, {(total - done) / rate:.0f} s left"
        )

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.query_one("#state", Lines).lines = ((("", ""),), ((text, "$sp-bad" if bad else "$sp-t2"),))

    def action_turn(self) -> None:
        """The other format."""
        if self._written is not None:
            return
        path = Path(self._line.value)
        suffix = path.suffix.lower()
        other = SUFFIXES[1 - SUFFIXES.index(suffix)] if suffix in SUFFIXES else SUFFIXES[0]
        self._line.value = str(path.with_suffix(other)) if suffix in SUFFIXES else f"{self._line.value}{other}"
        self._line.cursor_position = len(self._line.value)

    def action_leave(self) -> None:
        """Stop what is being written, else leave."""
        if self._written is None:
            self.dismiss(None)
        else:
            self._stopped = True
