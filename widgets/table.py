"""A table over any number of rows, drawn line by line from a source that pages through them by key.

The table opens as fast on five million rows as on a thousand: it asks its source for pages of `PAGE` rows around the
place the user looks at, never for an offset, and counts only after the first rows are on the screen. The cursor stays
on its record when rows come and go. A log opens at its end and follows it until the user scrolls away.

The parts: `table_source` (rows and where they come from), `table_model` (cursor, view, what to fetch next),
`table_window` and `table_fetch` (the loaded rows, the questions), `table_feed` (threads), `table_view`,
`table_layout` and `table_paint` (lines).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from widgets.table_feed import TableFeed
from widgets.table_layout import GAP, GUTTER
from widgets.table_messages import (
    CountKnown,
    CursorMoved,
    FollowChanged,
    LoadFailed,
    RowSelected,
    SortWanted,
    TicksChanged,
)
from widgets.table_source import Column, Row, RowSource
from widgets.table_ticks import Ticks
from widgets.text import clean


class VirtualTable(TableFeed, can_focus=True, inherit_bindings=False):
    """A table of records with a cursor, ticks, sort marks and, for logs, a follow mode.

    It takes no border or padding of its own; put it into a `Panel` where it needs one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "up", "Up", show=False, id="table.up", tooltip="To the row above"),
        Binding("down,j", "down", "Down", show=False, id="table.down", tooltip="To the row below"),
        Binding("pageup", "page_up", "Page up", show=False, id="table.page-up", tooltip="One page up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="table.page-down", tooltip="One page down"),
        Binding("home", "first", "First", show=False, id="table.first", tooltip="To the first row"),
        Binding("end", "last", "Last", show=False, id="table.last", tooltip="To the last row; follows a log"),
        Binding("enter", "select", "Details", show=False, id="table.select", tooltip="Open the row"),
        Binding("space", "tick", "Tick", show=False, id="table.tick", tooltip="Tick or untick the row"),
        Binding("a", "tick_all", "Tick all", show=False, id="table.tick-all", tooltip="Tick all that is filtered"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-table--header",
        "virtual-table--sorted",
        "virtual-table--cursor",
        "virtual-table--ticked",
        "virtual-table--mark",
        "virtual-table--skeleton",
        "virtual-table--notice",
        "virtual-table--notice-key",
        "virtual-table--notice-text",
    }
    """
    | Class | Target |
    | :- | :- |
    | `virtual-table--header`, `--sorted` | The column heads, the one sorted by. |
    | `virtual-table--cursor`, `--ticked` | Ground and style of the cursor row, of a ticked row. |
    | `virtual-table--mark` | The cursor bar and the tick. |
    | `virtual-table--skeleton` | The blocks of rows that are not there yet. |
    | `virtual-table--notice`, `--notice-key`, `--notice-text` | The line "12 new below". |
    """

    DEFAULT_CSS = """
    VirtualTable {
        width: 1fr;
        height: 1fr;
        color: $sp-t2;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .virtual-table--header { color: $sp-t3; }
        & > .virtual-table--sorted { color: $sp-t2; text-style: bold; }
        & > .virtual-table--cursor { color: $sp-t1; background: $sp-cur; text-style: $sp-cur-style; }
        & > .virtual-table--ticked { color: $sp-t1; background: $sp-sel; }
        & > .virtual-table--mark { color: $sp-acc; }
        & > .virtual-table--skeleton { background: $sp-raise; }
        & > .virtual-table--notice { color: $sp-on-acc; background: $sp-acc; text-style: bold; }
        & > .virtual-table--notice-key { color: $sp-acc; text-style: bold; }
        & > .virtual-table--notice-text { color: $sp-t2; }
    }
    """

    CursorMoved = CursorMoved
    RowSelected = RowSelected
    TicksChanged = TicksChanged
    FollowChanged = FollowChanged
    CountKnown = CountKnown
    SortWanted = SortWanted
    LoadFailed = LoadFailed

    def __init__(
        self,
        *,
        columns: Sequence[Column],
        source: RowSource | None = None,
        follow: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """A table of `columns` fed by `source`, which may also be set later; `follow` makes it a log."""
        super().__init__(columns, source, follow=follow, name=name, id=id, classes=classes)
        self._told: dict[str, object] = {"cursor": None, "follow": (follow, 0), "count": None}

    @property
    def cursor_row(self) -> Row | None:
        """The record under the cursor, or None while there is none."""
        return self._model.row

    @property
    def following(self) -> bool:
        """Does the table keep to the end of its log?"""
        return self._model.following

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, the folded ones included."""
        return self._columns

    @property
    def row_count(self) -> int:
        """How many rows there are, as far as known."""
        return self._model.window.total

    def show_message(self, message: str | Content | None) -> None:
        """Say something in place of rows while there are none: empty, nothing found, failed; None says nothing."""
        if isinstance(message, str):
            message = Content("\n").join([Content(clean(line)) for line in message.split("\n")])
        self._message = message
        self.refresh()

    def action_up(self) -> None:
        """One row up."""
        self.move_to(self._model.cursor - 1)

    def action_down(self) -> None:
        """One row down."""
        self.move_to(self._model.cursor + 1)

    def action_page_up(self) -> None:
        """One page up."""
        self._model.page(-1)
        self._show()

    def action_page_down(self) -> None:
        """One page down."""
        self._model.page(1)
        self._show()

    def action_first(self) -> None:
        """To the first row."""
        self._model.to_start()
        self._show()

    def action_last(self) -> None:
        """To the last row; a log is followed again."""
        self._model.to_end()
        self._show()

    def action_select(self) -> None:
        """Open the row under the cursor."""
        if (row := self._model.row) is not None:
            self.post_message(RowSelected(self, row))

    def action_tick(self) -> None:
        """Tick or untick the row under the cursor."""
        if (row := self._model.row) is not None:
            self.ticks = self.ticks.toggled(row.id)

    def action_tick_all(self) -> None:
        """Tick all that is filtered, or nothing."""
        self.ticks = self.ticks.toggled_all()

    def move_to(self, rank: int) -> None:
        """Cursor to a row by its rank, 0 for the first; to one that is loaded."""
        self._model.move(rank)
        self._show()

    def on_click(self, event: events.Click) -> None:
        """Cursor, tick, details, sort or follow, by where the mouse is."""
        event.stop()
        if event.y == 0:
            self._sort_at(event.x)
        elif self._model.notice and event.y == self._lines - 1:
            self.action_last()
        else:
            rank = self._model.drawn_top + event.y - 1
            if self._model.window.row(rank) is not None:
                self.move_to(rank)
                if event.x < GUTTER:
                    self.action_tick()
                elif event.chain == 2:
                    self.action_select()

    def _sort_at(self, x: int) -> None:
        """Ask the owner to sort by the column under the mouse."""
        left = GUTTER
        for placed in self._get_painter().columns:
            if left <= x < left + placed.width and placed.column.sortable:
                self.post_message(SortWanted(self, placed.column))
            left += placed.width + GAP

    def watch_ticks(self, ticks: Ticks) -> None:
        """Redraw and tell."""
        self.refresh()
        self.post_message(TicksChanged(self, ticks, ticks.count(self._model.window.total)))

    def _changed(self) -> None:
        """The model has changed: tell the owner, fetch what is missing."""
        super()._changed()
        self._tell()

    def _failed(self, error: Exception) -> None:
        """The source has raised: tell the owner."""
        self.post_message(LoadFailed(self, error))

    def _tell(self) -> None:
        """Post what the owner has not heard yet."""
        model, window = self._model, self._model.window
        row = model.row
        if self._is_news("cursor", None if row is None else row.id):
            self.post_message(CursorMoved(self, row))
        if self._is_news("follow", (model.following, model.new_below)):
            self.post_message(FollowChanged(self, model.following, model.new_below))
        exact = window.exact_total or window.whole
        if (window.rows or window.whole) and self._is_news("count", (window.total, exact)):
            self.post_message(CountKnown(self, window.total, exact))

    def _is_news(self, topic: str, value: object) -> bool:
        """Has this not been told yet? It is now."""
        news = self._told[topic] != value
        self._told[topic] = value
        return news
