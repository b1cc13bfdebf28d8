"""The pane beside or under a list: what there is to know of the record under the cursor, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.css.query import NoMatches
from textual.timer import Timer
from textual.worker import Worker

from backend.domain.errors import SmartPlusError
from widgets.frame import Part
from widgets.panel import EDGE_ENDS, Lines, Panel
from widgets.table_source import Cell, Row
from widgets.text import width_of

FOLLOWS_AFTER = 0.08
"""Seconds that the pane waits before it follows the cursor (look: table)."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What a page of the pane says of a record; without a heading the record's first cell is it."""

    lines: Sequence[tuple[Part, ...]] = ()
    figure: tuple[Part, ...] = ()
    heading: str = ""


Read = Callable[[int, str], Awaitable[Detail]]
"""Reads a page of the pane for a record."""


class DetailPane(Panel):
    """Follows the cursor of a list; its pages are turned with ] and [."""

    def __init__(self, pages: Sequence[str], read: Read, *, keys: str) -> None:
        super().__init__(keys=keys + (" · ] next tab" if len(pages) > 1 else ""), id="detail")
        self._pages = tuple(pages)
        self._page = 0
        self._read = read
        self._row: Row | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lines of text."""
        yield Lines()

    def follow(self, row: Row | None) -> None:
        """Show this record soon; None shows nothing."""
        self._row = row
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(FOLLOWS_AFTER, self._read_now)

    def turn(self, step: int) -> None:
        """Turn to another page."""
        self._page = (self._page + step) % len(self._pages)
        self.follow(self._row)

    def _read_now(self) -> Worker[None]:
        self._timer = None
        return self.run_worker(self._show_row, group="detail", exclusive=True)

    async def _show_row(self) -> None:
        row, page = self._row, self._pages[self._page]
        if row is None:
            detail, name = Detail(), ""
        else:
            name = row.cells[0].text if isinstance(row.cells[0], Cell) else row.cells[0]
            try:
                detail = await self._read(row.id, page)
            except SmartPlusError as error:
                detail = Detail((((str(error), "$sp-t3"),),))
            except NoMatches:
                if self.is_attached and not self._pruning and self.screen in self.app.screen_stack:
                    raise
                return  # the page, or the application, went away while it was read
        if not self.is_attached:
            return
        self.set_class(row is None, "-empty")
        space = " " if self.screen.has_class("-narrow") and row is not None else ""  # its edge has no corners there
        self.heading = f"{space}{detail.heading or name}"
        self.figure = self._beside(detail.figure, self._tabs(page)) if row is not None else ()
        for lines in self.query(Lines):  # none while the page is being taken away
            lines.lines = tuple(detail.lines)

    def _beside(self, figure: tuple[Part, ...], tabs: tuple[Part, ...]) -> tuple[Part, ...]:
        """Figure and pages where the edge has room for both beside the name, else the pages alone."""
        told = width_of(self.heading) + sum(width_of(text) for text, _ in (*figure, *tabs))
        return (*figure, *tabs) if told + EDGE_ENDS + 3 <= self.outer_size.width else tabs or figure

    def _tabs(self, page: str) -> tuple[Part, ...]:
        """The names of the pages, the present one underlined; a pane with one page has none."""
        if len(self._pages) < 2:
            return ()
        parts: list[Part] = []
        for name in self._pages:
            parts += [("  ", ""), (name, "bold underline $sp-acc" if name == page else "$sp-t2")]
        return tuple(parts)
