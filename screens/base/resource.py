"""The base of every list: its verbs on the row under the cursor or the ticked ones, and the detail pane."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from backend.catalog.model import Verb
from backend.domain.errors import Invalid
from backend.domain.formats import figure
from screens.base.detail_pane import Detail, DetailPane
from screens.base.filter_line import FilterLine
from screens.base.keys import action_of
from screens.base.listing import Listing
from screens.base.messages import OpenRecord
from screens.base.needs import is_of_row, of_row
from screens.base.session import Session
from widgets.frame import Hint, Part, Title
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved, RowSelected, TicksChanged
from widgets.table_source import Cell
from widgets.table_ticks import Ticks

MOST_AT_ONCE = 10_000
"""Records that one act may be about."""


class ResourceScreen(Listing):
    """A list of records. A concrete screen names its record in the catalog and what is special about it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "verb('add')", "New", id="list.new", tooltip="Add a record", show=False),
        Binding("e", "verb('edit')", "Edit", id="list.edit", tooltip="Edit the record", show=False),
        Binding(
            "d", "verb('delete')", "Delete", id="list.delete", tooltip="Delete the record or the ticked", show=False
        ),
        Binding("slash", "filter", "Filter", id="list.filter", tooltip="Filter the list", show=False),
        Binding("s", "sort", "Sort", id="list.sort", tooltip="Sort by another column", show=False),
        Binding("x", "export", "Export", id="list.export", tooltip="Write what is filtered to a file", show=False),
        Binding("y", "copy", "Copy", id="list.copy", tooltip="Copy the row", show=False),
        Binding(
            "right_square_bracket", "detail(1)", "Next page", id="list.next", tooltip="Next page of details", show=False
        ),
        Binding("left_square_bracket", "detail(-1)", "Page back", id="list.back", tooltip="Previous page", show=False),
    ]
    FOLLOW: ClassVar[bool] = False
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ()
    """Names of the pages of the detail pane; none means that there is no pane."""
    DETAIL_KEYS: ClassVar[str] = "Enter open"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._ticks = Ticks()

    def compose_page(self) -> Iterable[Widget]:
        """Filter line, list, detail pane."""
        yield FilterLine(self._complete)
        yield VirtualTable(columns=self.columns(), follow=self.FOLLOW)
        if self.DETAIL_PAGES:
            yield DetailPane(self.DETAIL_PAGES, self.detail, keys=self.DETAIL_KEYS)

    def on_mount(self) -> None:
        """Focus the list."""
        super().on_mount()
        self.table.focus()

    def on_resize(self, event: events.Resize) -> None:
        """The pane says more or less by the room there is."""
        super().on_resize(event)
        self._follow_cursor()

    async def load(self) -> None:
        """Read the list anew, and the details of what is under the cursor."""
        if self._shown:
            self._follow_cursor()
        await super().load()

    async def detail(self, row_id: int, page: str) -> Detail:
        """A page of the detail pane for a record."""
        raise NotImplementedError(type(self).__name__)

    def heading(self) -> Title:
        """Name of the list, then how many rows of how many."""
        return Title(self.RECORD.title, right=(*self._ticked_parts(), *self._count_parts(self.RECORD.title.lower())))

    def _ticked_parts(self) -> tuple[Part, ...]:
        count = self._ticks.count(self._count[0])
        return ((f"■ {figure(count)} ticked   ", "bold $sp-acc"),) if count else ()

    def hints(self) -> Iterable[tuple[str, str]]:
        """The verbs of the record that this manager may use, then what every list can."""
        for verb in self.RECORD.verbs:
            if self.session.may(verb.permission) and self.offers(verb.name):
                yield verb.key, verb.label
        yield from (
            ("/", "Filter"),
            ("space", "Tick"),
            ("s", "Sort"),
            ("x", "Export"),
            ("o", "Open door"),
            ("u", "Undo"),
        )

    def offered(self) -> tuple[Hint, ...]:
        """An empty list offers nothing that is about a row of it."""
        hints = super().offered()
        return tuple(hint for hint in hints if not self._of_row(hint.key)) if self._count == (0, True) else hints

    def _of_row(self, key: str) -> bool:
        """Whether a key is about a row, as its verb or its action says; those of the table itself all are."""
        action = action_of(type(self), key)
        if action == "filter":
            return self._filter is None
        verb = self._verb_of(action)
        return verb.needs_row if verb else is_of_row(type(self), action) or bool(action_of(VirtualTable, key))

    def _verb_of(self, action: str) -> Verb | None:
        """The verb of the catalog that an action of a binding runs, if it does."""
        name = action.removeprefix("verb('").removesuffix("')")
        return self.RECORD.verb(name) if name != action else None

    def permission_of(self, action: str) -> str:
        """A verb's permission stands in the catalog."""
        verb = self._verb_of(action)
        return verb.permission if verb is not None else ""

    def under_cursor(self) -> tuple[int, ...]:
        """The record under the cursor, if there is one."""
        row = self.table.cursor_row
        return (row.id,) if row else ()

    def _all_ticked(self) -> tuple[int, ...]:
        """The ticked records, read where all that is filtered is ticked; raises Invalid for too many."""
        ticks = self.table.ticks
        if not ticks.everything:
            return tuple(sorted(ticks.ids))
        rows = self._handle().first(MOST_AT_ONCE + 1)
        if len(rows) > MOST_AT_ONCE:
            raise Invalid({"": f"These are more than {figure(MOST_AT_ONCE)} at once. Filter them first."})
        return tuple(row.id for row in rows if row.id not in ticks.ids)

    def meant(self) -> tuple[int, ...]:
        """The ticked records, else the one under the cursor; blocks on the database where all are ticked."""
        return self._all_ticked() if self.table.ticks else self.under_cursor()

    def apply_filter(self, text: str) -> None:
        """All that was filtered is not all that is filtered now: it is not ticked any more."""
        super().apply_filter(text)
        if self.table.ticks.everything:
            self.table.ticks = Ticks()

    def gone(self, ids: Iterable[int]) -> None:
        """They are not ticked any more either."""
        ticks = self.table.ticks
        self.table.ticks = Ticks() if ticks.everything else Ticks(ids=ticks.ids - set(ids))

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        self._follow_cursor()
        self.end_wait()

    def _follow_cursor(self) -> None:
        if self.DETAIL_PAGES:
            self.query_one(DetailPane).follow(self.table.cursor_row)

    @on(RowSelected)
    def _row_selected(self, event: RowSelected) -> None:
        event.stop()
        self.open_row(event.row.id)

    def open_row(self, row_id: int) -> None:
        """Enter on a row."""
        self.post_message(OpenRecord(self.RECORD.name, row_id))

    @on(TicksChanged)
    def _ticks_changed(self, event: TicksChanged) -> None:
        event.stop()
        self._ticks = event.ticks
        self.refresh_frame()

    def action_verb(self, name: str) -> None:
        """Run a verb of the catalog, if this manager may."""
        verb = self.RECORD.verb(name)
        if verb is None or not self.offers(name):
            return
        if not self.session.may(verb.permission):
            self.say(self.session.why_closed(verb.permission), bad=True)
            return
        if verb.many and self.table.ticks:
            self.start(self._verb_on_ticked, name)
            return
        ids = self.under_cursor()
        if ids or not verb.needs_row:
            getattr(self, f"verb_{name}")(ids)

    async def _verb_on_ticked(self, name: str) -> None:
        getattr(self, f"verb_{name}")(await self.session.ask(self._all_ticked))

    @of_row
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
            self.query_one(DetailPane).turn(step)

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
