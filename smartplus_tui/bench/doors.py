"""From a save to the door, and from a confirmed opening to the door's answer, less what a bare client needs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.widgets import Input

from backend.domain.paging import ListQuery
from screens.base.session import Session
from screens.open_door import confirm_opening
from screens.resident_form import ResidentForm
from smartplus_tui.app import SmartPlusApp
from smartplus_tui.bench.paper import on_paper, until
from smartplus_tui.bench.result import Result, machine, p95, rounded
from smartplus_tui.bench.workshop import BareDoor, Workshop
from widgets.dialog import ConfirmDialog

if TYPE_CHECKING:
    from smartplus_tui.demo.stage import Stage

CHANGE_GOAL, OPEN_GOAL = 150.0, 60.0
DEVICE, DOOR = "Lobby-A", "A Lobby"
"""A door phone that speaks TLS with a digest login."""
APARTMENT = "building:A 1001"
REST = 1.0
"""Seconds before each run, so that the gap that a model needs between two requests is over."""

Run = Callable[[SmartPlusApp, Session, int], Awaitable[float]]


def change_to_door(shop: Workshop) -> Result:
    """From F2 in the form of a new resident until the door has the request with the PIN."""
    stage = shop.stage()
    return _compare(
        shop, "change-to-door", CHANGE_GOAL, partial(_save, stage), lambda bare: _arrival(stage, bare.run("add")[0])
    )


def open_door(shop: Workshop) -> Result:
    """From the key that confirms an opening until the screen knows the door's answer."""
    return _compare(shop, "open-door", OPEN_GOAL, partial(_open, shop.stage()), lambda bare: bare.run("open")[1])


def _compare(shop: Workshop, name: str, goal: float, ours: Run, bare: Callable[[BareDoor], float]) -> Result:
    runs = shop.pick(5, 30)
    figures, references = asyncio.run(_by_turns(shop.stage(), runs, ours, bare))
    figure, reference = p95(figures), p95(references)
    return Result(
        name=name,
        figure=rounded(figure - reference),
        unit="ms",
        reference=rounded(reference),
        ratio=rounded((figure - reference) / reference),
        goal=f"p95 less that of a bare client <= {goal:g} ms",
        ok=figure - reference <= goal,
        runs=runs,
        machine=machine(),
    )


async def _by_turns(
    stage: Stage, runs: int, ours: Run, bare: Callable[[BareDoor], float]
) -> tuple[list[float], list[float]]:
    """Milliseconds in the app and by the bare client, by turns."""
    figures: list[float] = []
    references: list[float] = []
    rows = stage.engine.list("device", stage.context).first(100)
    device_id = next(row.id for row in rows if row.values["name"] == DEVICE.replace("-", " "))
    with BareDoor(stage.engine.root, device_id) as door:
        async with _app(stage) as app:
            assert app.session is not None
            for number in range(runs + 1):
                await asyncio.sleep(REST)
                figure = await ours(app, app.session, number)
                await asyncio.sleep(REST)
                reference = await asyncio.to_thread(bare, door)
                if number:  # the first run imports
                    figures.append(figure)
                    references.append(reference)
    return figures, references


@asynccontextmanager
async def _app(stage: Stage) -> AsyncIterator[SmartPlusApp]:
    app = on_paper(SmartPlusApp(stage.engine, context=stage.context, keep_agent=False))
    async with app.run_test(headless=False, size=(120, 40)) as pilot:
        await until(lambda: app.session is not None)
        yield app
        await pilot.pause()


async def _save(stage: Stage, app: SmartPlusApp, session: Session, number: int) -> float:
    """Fill in the form, press F2, and wait for the door; milliseconds."""
    engine = session.engine
    query = ListQuery(engine.parse_filter("apartment", session.context, APARTMENT))
    home = (await session.ask(engine.list("apartment", session.context, query).first, 1))[0].id
    pin = (await session.ask(engine.residents.defaults, session.context, home)).free_pin
    form = ResidentForm(session, apartment_id=home)
    app.push_screen(form)
    await until(lambda: form.is_mounted and bool(form.form.fields["last"].value))
    for key, text in (("first", f"Bench{number}"), ("pin", pin)):
        form.form.fields[key].query_one(Input).value = text
    await asyncio.sleep(REST)  # the plan of a pause in typing is drawn
    before, began = session.watched, time.time()
    app.simulate_key("f2")
    await until(lambda: session.watched is not before)
    await until(lambda: session.watched is not None and session.watched.done)
    return await asyncio.to_thread(_arrival, stage, began)


def _arrival(stage: Stage, began: float) -> float:
    """Milliseconds from `began` (seconds since the epoch) until the door took a request that writes a user."""
    for seen in stage.demo.doors.state(DEVICE)["requests"]:
        after = datetime.fromisoformat(seen["at"]).timestamp() - began
        if after > 0 and seen["target"] == "user" and seen["action"] in ("add", "set") and seen["status"] == 200:
            return after * 1000
    raise RuntimeError(f"{DEVICE} was not told of the change")


async def _open(stage: Stage, app: SmartPlusApp, session: Session, number: int) -> float:
    """Ask for the opening, confirm it, and wait for the answer; milliseconds."""
    del number
    doors = await session.ask(stage.engine.doors.all, session.context)
    confirm_opening(app, session, next(door for door in doors if door.name == DOOR))
    await until(lambda: isinstance(app.screen, ConfirmDialog) and app.screen.is_mounted)
    await asyncio.sleep(REST)
    before, began = session.told, time.perf_counter()
    app.simulate_key("y")
    await until(lambda: session.told is not before)
    took = (time.perf_counter() - began) * 1000
    assert session.told is not None
    if session.told[2] != "ok":
        raise RuntimeError(f"{DOOR} did not open: {session.told[1]}")
    return took
