"""Opening the door log and going to its end: as fast on five million lines as on a thousand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from screens.base.session import Session
from screens.door_logs import DoorLogsScreen
from smartplus_tui.app import SmartPlusApp
from smartplus_tui.bench.paper import on_paper, painted_after, until
from smartplus_tui.bench.result import Result, machine, median, rounded
from smartplus_tui.bench.workshop import Workshop

SIZE = (160, 50)
FEW = 1_000
MANY_SMALL, MANY = 200_000, 5_000_000
OPEN_GOAL, END_GOAL = 1.15, 1.5


def table_open(shop: Workshop) -> Result:
    """From the wish for the screen to its painted rows."""
    return _measure(shop, "table-open", OPEN_GOAL, at_end=False)


def table_end(shop: Workshop) -> Result:
    """From the key End, pressed on the first row, to the painted last rows."""
    return _measure(shop, "table-end", END_GOAL, at_end=True)


def _measure(shop: Workshop, name: str, goal: float, *, at_end: bool) -> Result:
    runs = shop.pick(7, 25)
    few, many = asyncio.run(_visits(shop, runs, at_end))
    ratio = median(many) / median(few)
    return Result(
        name=name,
        figure=rounded(median(many) * 1000),
        unit="ms",
        reference=rounded(median(few) * 1000),
        ratio=rounded(ratio),
        goal=f"ratio <= {goal}",
        ok=ratio <= goal,
        runs=runs,
        machine=machine(),
    )


async def _visits(shop: Workshop, runs: int, at_end: bool) -> tuple[list[float], list[float]]:
    """Seconds on the short log and on the long one, by turns in one app."""
    rows = shop.pick(MANY_SMALL, MANY)
    async with app_on_logs(shop) as (app, few):
        long = session_on(shop, few, rows)
        seconds: tuple[list[float], list[float]] = [], []
        for number in range(runs + 2):
            for side, (session, lines) in enumerate(((few, FEW), (long, rows))):
                opened, ended = await _visit(app, session, lines)
                if number >= 2:  # the first visits import and parse
                    seconds[side].append(ended if at_end else opened)
        return seconds


@asynccontextmanager
async def app_on_logs(shop: Workshop) -> AsyncIterator[tuple[SmartPlusApp, Session]]:
    """The app on the short log, past its dashboard, and its session."""
    engine, context = shop.logs(FEW)
    app = on_paper(SmartPlusApp(engine, context=context, keep_agent=False, summary_every=3600))
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await until(lambda: app.session is not None)
        assert app.session is not None
        await pilot.pause()
        yield app, app.session
        await pilot.pause()


def session_on(shop: Workshop, session: Session, rows: int) -> Session:
    """The same manager on the log with so many lines."""
    engine, context = shop.logs(rows)
    return replace(session, engine=engine, context=context)


async def open_log(app: SmartPlusApp, session: Session, lines: int) -> tuple[DoorLogsScreen, float]:
    """Push the log and wait for its newest rows; answers the screen and the seconds."""
    screen = DoorLogsScreen(session)
    began = time.perf_counter()
    app.push_screen(screen)

    def shows() -> bool:
        return screen.is_mounted and screen.table.cursor_row is not None and screen.table.cursor_row.id == lines

    return screen, await painted_after(app, began, shows) - began


async def _visit(app: SmartPlusApp, session: Session, lines: int) -> tuple[float, float]:
    """Open the log, go to its start and back to its end; seconds of the first and of the last."""
    screen, opened = await open_log(app, session, lines)
    await until(lambda: all(worker.is_finished for worker in app.workers))  # the exact count of the rows, too
    await press(app, screen, "home", 1)
    ended = await press(app, screen, "end", lines)
    app.pop_screen()
    await until(lambda: app.screen is not screen)
    return opened, ended


async def press(app: SmartPlusApp, screen: DoorLogsScreen, key: str, row_id: int) -> float:
    """Press a key and wait until the cursor is painted on a record; answers the seconds."""
    began = time.perf_counter()
    app.simulate_key(key)

    def stands() -> bool:
        row = screen.table.cursor_row
        return row is not None and row.id == row_id

    return await painted_after(app, began, stands) - began
