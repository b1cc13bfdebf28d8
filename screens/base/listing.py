"""What a list shows: which rows of its record, filtered, sorted, counted, and what stands there when there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on

from backend.catalog.model import Field, Record
from backend.domain.errors import Forbidden, Invalid, SmartPlusError
from backend.domain.formats import counted, figure
from screens.base.drawing import DrawnSource, cell_of, columns_of
from screens.base.filter_line import FilterLine
from screens.base.messages import Refused
from screens.base.needs import of_row
from screens.base.page import Page
from screens.base.session import Session
from widgets.frame import Part
from widgets.state_pane import empty, failed, no_permission, nothing_found
from widgets.table import VirtualTable
from widgets.table_messages import CountKnown, LoadFailed, SortWanted
from widgets.table_source import Cell, Column

if TYPE_CHECKING:
    from textual.content import Content

    from backend.domain.filter import Filter
    from backend.domain.paging import ListPages, ListQuery


class Listing(Page):
    """The rows of one record type behind a filter line; whatever is done about them is a `ResourceScreen`'s."""

    RECORD: ClassVar[Record]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._filter: Filter | None = None
        self._filter_text = ""
        self._sort = ""
        self._descending: bool | None = None
        self._count: tuple[int, bool] = (0, False)
        self._total: int | None = None
        self._shown = False
        self.waiting = True

    @property
    def table(self) -> VirtualTable:
        """The list itself."""
        return self.query_one(VirtualTable)

    def columns(self) -> list[Column]:
        """The columns, as the catalog says."""
        return columns_of(self.RECORD)

    async def load(self) -> None:
        """Read the list anew; the cursor stays on its record."""
        if self._shown:
            self.table.reload()
        else:
            self._shown = True
            self._set_source()
        if self._filter is not None:
            await self._count_all()

    def stand_on(self, record: str, record_id: int) -> None:
        """The cursor goes to what was saved, where the filter lets it through."""
        if record == self.RECORD.name:
            self.table.stand_on(record_id)

    async def _count_all(self) -> None:
        """How many rows there are without the filter."""
        session = self.session
        self._total = await session.ask(session.engine.list(self.RECORD.name, session.context).count)

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """One cell; a screen overrides it where the catalog's way is not enough."""
        return cell_of(field, values.get(field.name), self.session.formats, self.session.now(), first=first)

    def _count_parts(self, word: str, one: str = "") -> tuple[Part, ...]:
        """ "312 of 1,284" while a filter holds, else "1,284 residents"; nothing before anything is known."""
        count, exact = self._count
        if not count and not exact:
            return ()
        shown: Part = (f"{'' if exact else 'about '}{figure(count)}", "$sp-t1")
        if self._filter is not None and self._total is not None:
            return shown, (f" of {figure(max(count, self._total))}", "$sp-t3")
        if exact and not count and self._filter is None:
            return (("none yet", "$sp-t3"),)
        return shown, (f" {one or self.RECORD.singular if count == 1 else word}", "$sp-t3")

    def offers(self, verb: str) -> bool:
        """Whether this screen can do a verb of the catalog."""
        return hasattr(self, f"verb_{verb}")

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
        table.set_source(DrawnSource(self.RECORD, self.shown(self._handle()), self.draw))

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
            self.table.show_message(failed(f"{title} could not be read", "Something unexpected went wrong.").content())
            self.start(_broken, error)

    @of_row
    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).open()

    @of_row
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

    @of_row
    def action_export(self) -> None:
        """Write all that is filtered to a file."""
        from screens.base.export import ExportDialog

        dialog = ExportDialog(self.session, self.RECORD, self._handle, self._filter_text)
        self.app.push_screen(dialog, self._exported)

    def _exported(self, answer: tuple[int, str] | None) -> None:
        if answer is not None:
            self.session.tell(f"{counted(answer[0], 'row')} exported", f" to {answer[1]}", "t2")
            self.refresh_frame()


async def _broken(error: Exception) -> None:
    """Have an error that nobody foresaw told and kept as one of a page's own work."""
    raise error
