"""The base of every list: rows, filter, sort, ticks, detail pane, and the states in which there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from backend.catalog.model import Field, Record
from backend.domain.errors import Forbidden, Invalid, SmartPlusError
from backend.domain.formats import figure
from screens.base.drawing import DrawnSource, cell_of, columns_of
from screens.base.filter_line import FilterLine
from screens.base.messages import OpenRecord
from screens.base.page import Page
from screens.base.session import Session
from widgets.frame import Part, Title
from widgets.panel import Lines, Panel
from widgets.table import VirtualTable
from widgets.table_messages import CountKnown, CursorMoved, LoadFailed, RowSelected, SortWanted, TicksChanged
from widgets.table_source import Cell, Row

if TYPE_CHECKING:
    from backend.domain.filter import Filter

DETAIL_AFTER = 0.08
"""Seconds that the detail pane waits before it follows the cursor (look: table)."""


class ResourceScreen(Page):
    """A list of records. A concrete screen names its record in the catalog and what is special about it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "verb('add')", "New", id="list.new", tooltip="Add a record", show=False),
        Binding("e", "verb('edit')", "Edit", id="list.edit", tooltip="Edit the record", show=False),
        Binding(
            "d", "verb('delete')", "Delete", id="list.delete", tooltip="Delete the record or the ticked", show=False
        ),
        Binding("slash", "filter", "Filter", id="list.filter", tooltip="Filter the list", show=False),
        Binding("s", "sort", "Sort", id="list.sort", tooltip="Sort by another column", show=False),
        Binding("y", "copy", "Copy", id="list.copy", tooltip="Copy the row", show=False),
        Binding(
            "right_square_bracket", "detail(1)", "Next page", id="list.next", tooltip="Next page of details", show=False
        ),
        Binding("left_square_bracket", "detail(-1)", "Page back", id="list.back", tooltip="Previous page", show=False),
    ]
    RECORD: ClassVar[Record]
    FOLLOW: ClassVar[bool] = False
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ()
    """Names of the pages of the detail pane; none means that there is no pane."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._filter: Filter | None = None
        self._filter_text = ""
        self._sort = ""
        self._descending: bool | None = None
        self._count: tuple[int, bool] = (0, False)
        self._ticked = 0
        self._detail_page = 0
        self._timer: Timer | None = None
        self._shown = False

    @property
    def table(self) -> VirtualTable:
        """The list itself."""
        return self.query_one(VirtualTable)

    def compose_page(self) -> Iterable[Widget]:
        """Filter line, list, detail pane."""
        yield FilterLine(self._complete)
        yield VirtualTable(columns=columns_of(self.RECORD), follow=self.FOLLOW)
        if self.DETAIL_PAGES:
            yield Panel(Lines(), id="detail")

    def on_mount(self) -> None:
        """Focus the list."""
        super().on_mount()
        self.table.focus()

    async def load(self) -> None:
        """Read the list anew; the cursor stays on its record."""
        if self._shown:
            self.table.reload()
        else:
            self._shown = True
            self._set_source()

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """One cell; a screen overrides it where the catalog's way is not enough."""
        return cell_of(field, values.get(field.name), self.session.formats, self.session.now(), first=first)

    async def detail(self, row_id: int, page: str) -> tuple[tuple[Part, ...], Sequence[tuple[Part, ...]]]:
        """Figure and lines of the detail pane for a record."""
        del row_id, page
        return (), ()

    def heading(self) -> Title:
        """Name of the list, then how many rows of how many."""
        count, exact = self._count
        right: list[Part] = []
        if self._ticked:
            right.append((f"■ {figure(self._ticked)} ticked   ", "bold $sp-acc"))
        right += [
            (f"{'' if exact else 'about '}{figure(count)}", "$sp-t1"),
            (f" {self.RECORD.title.lower()}", "$sp-t3"),
        ]
        return Title(self.RECORD.title, right=tuple(right))

    def hints(self) -> Iterable[tuple[str, str]]:
        """The verbs of the record that this manager may use, then what every list can."""
        for verb in self.RECORD.verbs:
            if self.session.may(verb.permission) and self.offers(verb.name):
                yield verb.key, verb.label
        yield from (("/", "Filter"), ("space", "Tick"), ("s", "Sort"), ("o", "Open door"), ("u", "Undo"))

    def offers(self, verb: str) -> bool:
        """Whether this screen can do a verb of the catalog."""
        return hasattr(self, f"verb_{verb}")

    def chosen(self) -> tuple[int, ...]:
        """The ticked records, else the one under the cursor."""
        ticks = self.table.ticks
        if ticks.ids and not ticks.everything:
            return tuple(sorted(ticks.ids))
        row = self.table.cursor_row
        return (row.id,) if row else ()

    def apply_filter(self, text: str) -> None:
        """Show the rows that fit an expression; raises Invalid."""
        self._filter = self.session.engine.parse_filter(self.RECORD.name, text) if text else None
        self._filter_text = text
        self._set_source()

    def _set_source(self) -> None:
        from backend.domain.paging import ListQuery

        query = ListQuery(self._filter, self._sort, self._descending)
        handle = self.session.engine.list(self.RECORD.name, self.session.context, query)
        table = self.table
        empty = f"No {self.RECORD.title.lower()} fit this filter. Escape clears it." if self._filter else self._empty()
        table.show_message(empty)
        table.sort = self._sort or self.RECORD.default_sort
        table.descending = self.RECORD.descending if self._descending is None else self._descending
        table.set_source(DrawnSource(self.RECORD, handle, self.session.formats, self.draw))

    def _empty(self) -> str:
        verb = self.RECORD.verb("add")
        offered = verb is not None and self.offers("add") and self.session.may(verb.permission)
        return f"{self.RECORD.empty}  n adds the first." if offered else self.RECORD.empty

    def _complete(self, text: str) -> str | None:
        options = self.session.engine.complete_filter(self.RECORD.name, text, len(text))
        return text + options[0] if options else None

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        try:
            self.apply_filter(event.text)
        except Invalid as error:
            self.query_one(FilterLine).refuse(str(error))
        else:
            self.table.focus()

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        self._follow_cursor()

    def _follow_cursor(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DETAIL_AFTER, lambda: self.start(self._detail, group="detail", exclusive=True))

    async def _detail(self) -> None:
        row = self.table.cursor_row
        if not self.DETAIL_PAGES or row is None:
            return
        page = self.DETAIL_PAGES[self._detail_page]
        figure_parts, lines = await self.detail(row.id, page)
        panel = self.query_one("#detail", Panel)
        tabs = [(f"{name}  ", "bold underline $sp-acc" if name == page else "$sp-t2") for name in self.DETAIL_PAGES]
        panel.heading = self.heading_of(row)
        panel.figure = (*figure_parts, *(tabs if len(self.DETAIL_PAGES) > 1 else ()))
        panel.query_one(Lines).lines = tuple(lines)

    def heading_of(self, row: Row) -> str:
        """The name of a row: its first cell."""
        first = row.cells[0]
        return first.text if isinstance(first, Cell) else first

    @on(RowSelected)
    def _row_selected(self, event: RowSelected) -> None:
        event.stop()
        self.open_row(event.row.id)

    def open_row(self, row_id: int) -> None:
        """Enter on a row."""
        self.post_message(OpenRecord(self.RECORD.name, row_id))

    @on(CountKnown)
    def _count_known(self, event: CountKnown) -> None:
        event.stop()
        self._count = (event.count, event.exact)
        self.refresh_frame()

    @on(TicksChanged)
    def _ticks_changed(self, event: TicksChanged) -> None:
        event.stop()
        self._ticked = event.count
        self.refresh_frame()

    @on(SortWanted)
    def _sort_wanted(self, event: SortWanted) -> None:
        event.stop()
        self._sort_by(event.column.name)

    @on(LoadFailed)
    def _load_failed(self, event: LoadFailed) -> None:
        event.stop()
        error = event.error
        if isinstance(error, Forbidden):
            self.table.show_message(str(error))
        elif isinstance(error, SmartPlusError):
            self.table.show_message(f"{error}  r tries again.")
        else:
            raise error

    def action_verb(self, name: str) -> None:
        """Run a verb of the catalog, if this manager may."""
        verb = self.RECORD.verb(name)
        if verb is None or not self.offers(name):
            return
        if not self.session.may(verb.permission):
            self.say(str(Forbidden(verb.permission)), bad=True)
            return
        ids = self.chosen()
        if verb.needs_row and not ids:
            return
        getattr(self, f"verb_{name}")(ids)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).open()

    def action_sort(self) -> None:
        """Sort by the next column that can be sorted by; after the last one the direction turns."""
        names = [field.name for field in self.RECORD.fields if field.sorted and field.listed]
        if names:
            now = self._sort or self.RECORD.default_sort
            self._sort_by(names[(names.index(now) + 1) % len(names)] if now in names else names[0])

    def _sort_by(self, name: str) -> None:
        same = name == (self._sort or self.RECORD.default_sort)
        before = self.RECORD.descending if self._descending is None else self._descending
        self._descending = not before if same else False
        self._sort = name
        self._set_source()

    def action_copy(self) -> None:
        """Copy the row as tab-separated text."""
        row = self.table.cursor_row
        if row is not None:
            texts = [cell.text if isinstance(cell, Cell) else cell for cell in row.cells]
            self.app.copy_to_clipboard("\t".join(texts))
            self.say("Copied")

    def action_detail(self, step: int) -> None:
        """Turn the pages of the detail pane."""
        if self.DETAIL_PAGES:
            self._detail_page = (self._detail_page + step) % len(self.DETAIL_PAGES)
            self._follow_cursor()

    def action_back(self) -> None:
        """Clear the filter first, then go one level back."""
        if self._filter_text:
            self.query_one(FilterLine).set_text("")
            self.apply_filter("")
        else:
            super().action_back()

    def subject(self) -> tuple[str, int] | None:
        """The record under the cursor."""
        row = self.table.cursor_row
        return (self.RECORD.name, row.id) if row else None
