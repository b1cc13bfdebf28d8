"""A page down in the door log while an agent compiles, against Textual's own table with the same cells and styles."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from rich.text import Text
from textual.widget import Widget
from textual.widgets import DataTable

from backend.domain.paging import ListQuery
from screens.base.drawing import DrawnSource
from screens.base.page import Page
from screens.base.session import Session
from screens.door_logs import DoorLogsScreen
from smartplus_tui.app import SmartPlusApp
from smartplus_tui.bench.paper import paintings, until
from smartplus_tui.bench.result import Result, machine, p95, rounded
from smartplus_tui.bench.tables import FEW, MANY, MANY_SMALL, app_on_logs, open_log, session_on
from smartplus_tui.bench.workshop import Workshop, beside
from widgets.table_layout import place
from widgets.table_source import Cell, Column, Row

RATIO_GOAL, MS_GOAL = 1 / 3, 16.0
GAP = 0.02
"""Seconds between two keys: a key held down repeats 30 to 50 times a second."""
PAGES = 15
"""Keys in a block: the shorter table has some pages more."""
SETTLE = 1.0
"""Seconds for going to the start and for what a table reads ahead there."""


class DataTablePage(Page):
    """The frame of every page around a `DataTable`."""

    TITLE_TEXT = "Logs"

    def __init__(self, session: Session, columns: list[Column], rows: list[Row]) -> None:
        super().__init__(session)
        self._columns = columns
        self._rows = rows

    def compose_page(self) -> Iterable[Widget]:
        """The table alone."""
        yield DataTable[Text](cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        super().on_mount()
        table: DataTable[Text] = self.query_one(DataTable)
        placed = place(self._columns, table.app.size.width - 24)
        for one in placed:
            table.add_column(one.column.title, width=one.width)
        for row in self._rows:
            table.add_row(*(self._text(row.cells[one.index]) for one in placed))
        table.focus()

    def _text(self, cell: Cell | str) -> Text:
        """A cell in the colours that our table draws it in."""
        if isinstance(cell, str):
            return Text(cell)
        colours = self.app.theme_variables
        text = Text()
        if cell.symbol:
            text.append(f"{cell.symbol} ", colours[f"sp-{cell.symbol_tone or cell.tone}"])
        text.append(cell.text, colours[f"sp-{cell.tone}"])
        return text


def table_keys(shop: Workshop) -> Result:
    """From the key to the painted page, 95 of 100 keys."""
    keys = shop.pick(30, 450)
    with beside("compile-on", str(shop.pick(1_000, 10_000)), "10"):
        ours, theirs = asyncio.run(_by_turns(shop, keys))
    figure, reference = p95(ours) * 1000, p95(theirs) * 1000
    return Result(
        name="table-keys",
        figure=rounded(figure),
        unit="ms",
        reference=rounded(reference),
        ratio=rounded(figure / reference),
        goal="ratio <= 1/3, p95 <= 16 ms",
        ok=figure / reference <= RATIO_GOAL and figure <= MS_GOAL,
        runs=len(ours),
        machine=machine(),
    )


async def _by_turns(shop: Workshop, keys: int) -> tuple[list[float], list[float]]:
    """Seconds of each key in our table and in theirs."""
    ours: list[float] = []
    theirs: list[float] = []
    rows = shop.pick(MANY_SMALL, MANY)
    async with app_on_logs(shop) as (app, few):
        log, _ = await open_log(app, session_on(shop, few, rows), rows)
        drawn = _drawn(log, few)
        for _ in range(keys // PAGES):
            ours += await _block(app, "home", 1, lambda: log.table.cursor_row and log.table.cursor_row.id)
            page = DataTablePage(few, log.columns(), drawn)
            app.push_screen(page)
            await until(lambda: _is_filled(page))  # noqa: B023 - awaited within the iteration
            theirs += await _block(app, "ctrl+home", 0, lambda: page.query_one(DataTable).cursor_row)  # noqa: B023
            await app.pop_screen()
    return ours, theirs


def _drawn(log: DoorLogsScreen, few: Session) -> list[Row]:
    """The rows of the short log, drawn as the log draws its own."""
    handle = few.engine.list("door-log", few.context, ListQuery())
    return DrawnSource(log.RECORD, handle, log.draw).first(FEW)


def _is_filled(page: DataTablePage) -> bool:
    return page.is_mounted and page.query_one(DataTable).row_count == FEW


async def _block(app: SmartPlusApp, home: str, first: int, cursor: Callable[[], object]) -> list[float]:
    """From the `first` row on press page down some times; answers the seconds from key to painting."""
    app.simulate_key(home)
    await until(lambda: cursor() == first)
    await asyncio.sleep(SETTLE)
    seconds = []
    for _ in range(PAGES):
        before, began = cursor(), time.perf_counter()
        app.simulate_key("pagedown")
        await until(lambda: cursor() != before and _first(app, began) is not None)  # noqa: B023 - awaited here
        painted = _first(app, began)
        assert painted is not None
        seconds.append(painted - began)
        await asyncio.sleep(max(0.0, GAP - seconds[-1]))
    return seconds


def _first(app: SmartPlusApp, began: float) -> float | None:
    """The first painting since `began`."""
    return next((moment for moment in paintings(app)[-50:] if moment > began), None)
