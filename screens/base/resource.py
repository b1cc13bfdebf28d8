"""The base of every list: rows, filter, sort, ticks, detail pane, and the states in which there is nothing to show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from backend.catalog.model import Field, Record
from backend.domain.errors import Forbidden, Invalid, SmartPlusError
from backend.domain.formats import figure
from screens.base.detail_pane import Detail, DetailPane
from screens.base.drawing import DrawnSource, cell_of, columns_of
from screens.base.filter_line import FilterLine
from screens.base.messages import OpenRecord, Refused
from screens.base.page import Page
from screens.base.session import Session
from widgets.frame import Part, Title
from widgets.state_pane import empty, failed, no_permission, nothing_found
from widgets.table import VirtualTable
from widgets.table_messages import CountKnown, CursorMoved, LoadFailed, RowSelected, SortWanted, TicksChanged
from widgets.table_source import Cell, Column
from widgets.table_ticks import Ticks

if TYPE_CHECKING:
    from textual.content import Content

    from backend.domain.filter import Filter
    from backend.domain.paging import ListPages, ListQuery

MOST_AT_ONCE = 10_000
"""Records that one act may be about."""


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
        Binding("x", "export", "Export", id="list.export", tooltip="Write what is filtered to a file", show=False),
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
    DETAIL_KEYS: ClassVar[str] = "Enter open"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._filter: Filter | None = None
        self._filter_text = ""
        self._sort = ""
        self._descending: bool | None = None
        self._count: tuple[int, bool] = (0, False)
        self._total: int | None = None
        self._ticked = 0
        self._shown = False
        self.waiting = True

    @property
    def table(self) -> VirtualTable:
        """The list itself."""
        return self.query_one(VirtualTable)

    def compose_page(self) -> Iterable[Widget]:
        """Filter line, list, detail pane."""
        yield FilterLine(self._complete)
        yield VirtualTable(columns=self.columns(), follow=self.FOLLOW)
        if self.DETAIL_PAGES:
            yield DetailPane(self.DETAIL_PAGES, self.detail, keys=self.DETAIL_KEYS)

    def columns(self) -> list[Column]:
        """The columns, as the catalog says."""
        return columns_of(self.RECORD)

    def on_mount(self) -> None:
        """Focus the list."""
        super().on_mount()
        self.table.focus()

    def on_resize(self, event: events.Resize) -> None:
        """The pane says more or less by the room there is."""
        super().on_resize(event)
        self._follow_cursor()

    async def load(self) -> None:
        """Read the list anew; the cursor stays on its record."""
        if self._shown:
            self.table.reload()
            self._follow_cursor()
        else:
            self._shown = True
            self._set_source()
        if self._filter is not None:
            await self._count_all()

    async def _count_all(self) -> None:
        """How many rows there are without the filter."""
        session = self.session
        self._total = await session.ask(session.engine.list(self.RECORD.name, session.context).count)

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """One cell; a screen overrides it where the catalog's way is not enough."""
        return cell_of(field, values.get(field.name), self.session.formats, self.session.now(), first=first)

    async def detail(self, row_id: int, page: str) -> Detail:
        """A page of the detail pane for a record."""
        raise NotImplementedError(type(self).__name__)

    def heading(self) -> Title:
        """Name of the list, then how many rows of how many."""
        return Title(self.RECORD.title, right=(*self._ticked_parts(), *self._count_parts(self.RECORD.title.lower())))

    def _ticked_parts(self) -> tuple[Part, ...]:
        return ((f"■ {figure(self._ticked)} ticked   ", "bold $sp-acc"),) if self._ticked else ()

    def _count_parts(self, word: str) -> tuple[Part, ...]:
        """ "312 of 1,284" while a filter holds, else "1,284 residents"; nothing before anything is known."""
        count, exact = self._count
        if not count and not exact:
            return ()
        counted: Part = (f"{'' if exact else 'about '}{figure(count)}", "$sp-t1")
        if self._filter is not None and self._total is not None:
            return counted, (f" of {figure(max(count, self._total))}", "$sp-t3")
        if exact and not count and self._filter is None:
            return (("none yet", "$sp-t3"),)
        return counted, (f" {word}", "$sp-t3")

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

    def offers(self, verb: str) -> bool:
        """Whether this screen can do a verb of the catalog."""
        return hasattr(self, f"verb_{verb}")

    def permission_of(self, action: str) -> str:
        """A verb's permission stands in the catalog."""
        name = action.removeprefix("verb('").removesuffix("')")
        verb = self.RECORD.verb(name) if name != action else None
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

    def gone(self, ids: Iterable[int]) -> None:
        """They are not ticked any more either."""
        ticks = self.table.ticks
        self.table.ticks = Ticks() if ticks.everything else Ticks(ids=ticks.ids - set(ids))

    def apply_filter(self, text: str) -> None:
        """Show the rows that fit an expression; raises Invalid."""
        session = self.session
        parse = session.engine.parse_filter
        self._filter = parse(self.RECORD.name, session.context, text) if text else None
        self._filter_text = text
        self._set_source()
        if self._filter is not None:
            self.start(self._recount, group="total", exclusive=True)

    async def _recount(self) -> None:
        await self._count_all()
        self.refresh_frame()

    def _query(self) -> ListQuery:
        from backend.domain.paging import ListQuery

        return ListQuery(self._filter, self._sort, self._descending)

    def _handle(self) -> ListPages:
        return self.session.engine.list(self.RECORD.name, self.session.context, self._query())

    def shown(self, pages: ListPages) -> ListPages:
        """The rows as the table shows them; a screen adds what the list itself does not know."""
        return pages

    def _set_source(self) -> None:
        table = self.table
        table.show_message(None if self._filter else self._empty())
        table.sort = self._sort or self.RECORD.default_sort
        table.descending = self.RECORD.descending if self._descending is None else self._descending
        table.set_source(DrawnSource(self.RECORD, self.shown(self._handle()), self.session.formats, self.draw))

    def _empty(self) -> Content:
        verb = self.RECORD.verb("add")
        offered = verb is not None and self.offers("add") and self.session.may(verb.permission)
        sentence = self.RECORD.empty.partition(" n adds")[0]
        return empty(sentence, "n", "Add the first one").content() if offered else empty(sentence).content()

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

    @on(CountKnown)
    def _count_known(self, event: CountKnown) -> None:
        event.stop()
        self._count = (event.count, event.exact)
        self.end_wait()
        if self._filter is None:
            self._total = event.count
        elif event.exact and not event.count:
            self.table.show_message(nothing_found(self._filter_text, self._total or 0).content())
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
        self.end_wait()
        title = self.RECORD.title
        if isinstance(error, Forbidden):
            still = "The other modules of the left column stay open."
            self.table.show_message(no_permission(f"{title} are closed to your account", str(error), still).content())
            self.post_message(Refused())
        elif isinstance(error, SmartPlusError):
            tried = f"tried at {self.session.formats.time(self.session.now(), seconds=True)}"
            self.table.show_message(failed(f"{title} could not be read", str(error), tried).content())
        else:
            raise error

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

    def action_export(self) -> None:
        """Write all that is filtered to a file."""
        from screens.base.export import ExportDialog

        dialog = ExportDialog(self.session, self.RECORD, self._handle, self._filter_text)
        self.app.push_screen(dialog, self._exported)

    def _exported(self, answer: tuple[int, str] | None) -> None:
        if answer is not None:
            self.session.tell(f"{figure(answer[0])} rows exported", f" to {answer[1]}", "t2")
            self.refresh_frame()

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
