"""From a save to the doors, and from a confirmed opening to the door's answer, less what a bare client needs."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from screens.base.session import Session
from screens.resident_form import ResidentForm
from smartplus_tui.app import SmartPlusApp
from smartplus_tui.bench.paper import until
from smartplus_tui.bench.result import Result, machine, p95, rounded
from smartplus_tui.bench.workshop import Workshop, child

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

CHANGE_GOAL, OPEN_GOAL = 150.0, 60.0
APARTMENT = "1001"
REST = 0.5
"""Seconds between two runs, so that the gap that a model needs between two requests is over."""


def change_to_door(shop: Workshop) -> Result:
    """From F2 in the form of a resident until every door concerned has taken the PIN."""
    stage = shop.stage()
    runs = shop.pick(5, 30)
    bare = child("bare-door", str(stage.engine.root), str(_device(stage.engine, stage.context, "Lobby A")), str(runs))
    ours = asyncio.run(_saves(stage.engine, stage.context, runs))
    return _result("change-to-door", ours, bare["adds"], CHANGE_GOAL)


def open_door(shop: Workshop) -> Result:
    """From the confirmed opening until the door's answer is known."""
    stage = shop.stage()
    runs = shop.pick(5, 30)
    engine, context = stage.engine, stage.context
    bare = child("bare-door", str(engine.root), str(_device(engine, context, "Main Gate")), str(runs))
    relay_id = engine.doors.find(context, "Main Gate")
    ours = [_opening(engine, context, relay_id) for _ in range(runs)]
    return _result("open-door", ours, bare["opens"], OPEN_GOAL)


def _result(name: str, ours: list[float], bare: list[float], goal: float) -> Result:
    figure, reference = p95(ours), p95(bare)
    return Result(
        name=name,
        figure=rounded(figure - reference),
        unit="ms",
        reference=rounded(reference),
        ratio=rounded(figure / reference),
        goal=f"p95 less the bare client's <= {goal:g} ms",
        ok=figure - reference <= goal,
        runs=len(ours),
        machine=machine(),
    )


def _device(engine: Engine, context: Context, name: str) -> int:
    return next(row.id for row in engine.list("device", context).first(100) if row.values["name"] == name)


def _opening(engine: Engine, context: Context, relay_id: int) -> float:
    time.sleep(REST)
    began = time.perf_counter()
    command_id = engine.doors.open(context.again(), relay_id)
    while not engine.doors.command(context, command_id).ended:
        time.sleep(0.002)
    return (time.perf_counter() - began) * 1000


async def _saves(engine: Engine, context: Context, runs: int) -> list[float]:
    app = SmartPlusApp(engine, context=context, keep_agent=False, summary_every=3600)
    async with app.run_test(size=(120, 40)):
        await until(lambda: app.session is not None)
        assert app.session is not None
        return [await _save(app, app.session, number) for number in range(runs)]


async def _save(app: SmartPlusApp, session: Session, number: int) -> float:
    """Fill in the form, save, and wait for the doors; milliseconds."""
    engine, context = session.engine, session.context
    rows = await session.ask(engine.list("apartment", context, engine_query(engine)).first, 1)
    form = ResidentForm(session, apartment_id=rows[0].id)
    app.push_screen(form)
    await until(lambda: form.is_mounted and bool(form.form.fields["last"].value))
    for key, text in (("first", f"Bench{number}"), ("pin", f"{80_000 + number}")):
        form.form.fields[key].query_one(Input).value = text
    await asyncio.sleep(REST)
    before = session.watched
    began = time.perf_counter()
    app.simulate_key("f2")
    await until(lambda: session.watched is not before)
    watched = session.watched
    assert watched is not None
    while True:
        progress = await session.ask(engine.sync.progress, context, watched.saved)
        if progress.done == progress.total:
            return (time.perf_counter() - began) * 1000
        await asyncio.sleep(0.002)


def engine_query(engine: Engine) -> Any:
    """The first apartment of building A, as the list filters it."""
    from backend.domain.paging import ListQuery

    return ListQuery(engine.parse_filter("apartment", f"building:A {APARTMENT}"))
