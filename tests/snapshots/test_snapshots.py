"""One picture of each screen state that matters, at 120x40 and some at 80x24. Look at them before accepting a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.conftest import MakeApp
from tests.support.keys import Keys

Compare = Callable[..., bool]
WIDE, SMALL = (120, 40), (80, 24)


def after(*acts: str) -> Callable[[Pilot[Any]], Any]:
    """Press keys one by one; "=text" types, "?Page" waits for a page, "!text" waits for a text."""

    async def run(pilot: Pilot[Any]) -> None:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.until_text("Live events")
        for act in acts:
            if act.startswith("="):
                await keys.type(act[1:])
            elif act.startswith("?"):
                await keys.until_page(act[1:])
            elif act.startswith("!"):
                await keys.until_text(act[1:])
            else:
                await keys.press(act)
        await keys.quiet()
        await pilot.pause(0.3)

    return run


PICTURES: dict[str, tuple[str, ...]] = {
    "dashboard": (),
    "residents": ("g", "r", "!Abara", "!anna", "down"),
    "residents-filtered": ("g", "r", "!Abara", "slash", "=kowal", "enter", "!2 residents"),
    "residents-nothing-found": ("g", "r", "!Abara", "slash", "=zzz", "enter", "!fit this filter"),
    "residents-filter-error": ("g", "r", "!Abara", "slash", "=flat:3", "enter", "!no field"),
    "residents-ticked": ("g", "r", "!Abara", "space", "down", "space", "!2 ticked"),
    "resident-form": ("g", "r", "n", "?ResidentForm"),
    "resident-form-plan": (
        "g",
        "r",
        "n",
        "?ResidentForm",
        "=1203",
        "tab",
        "=Jan",
        "tab",
        "=Nowak",
        "tab",
        "tab",
        "=4711",
        "!+2 -0",
    ),
    "resident-form-errors": (
        "g",
        "r",
        "n",
        "?ResidentForm",
        "=1203",
        "tab",
        "tab",
        "tab",
        "tab",
        "=9123",
        "f2",
        "!correction",
    ),
    "resident-delete": ("g", "r", "!Abara", "d", "!Delete Abara"),
    "devices": ("g", "p", "!Lobby A"),
    "device-form": ("g", "p", "n", "?DeviceForm"),
    "door-logs": ("g", "l", "!following"),
    "door-logs-why": ("g", "l", "!following", "w", "!may"),
    "operations": ("g", "h", "!Ines"),
    "undo": ("u", "?UndoScreen", "!can be undone"),
    "apartments": ("g", "a", "!1203"),
    "search": ("ctrl+p", "=kowal", "!Kowalski"),
    "open-door": ("o", "!Main Gate"),
    "open-door-confirm": ("o", "!Main Gate", "=gym", "enter", "!Open Gym now"),
    "help": ("question_mark", "!Filter by example"),
}
SMALL_ONES = ("dashboard", "residents", "resident-form", "door-logs", "devices")


@pytest.mark.parametrize("name", PICTURES)
def test_wide(name: str, make_app: MakeApp, snap_compare: Compare) -> None:
    assert snap_compare(make_app(), terminal_size=WIDE, run_before=after(*PICTURES[name]))


@pytest.mark.parametrize("name", SMALL_ONES)
def test_small(name: str, make_app: MakeApp, snap_compare: Compare) -> None:
    assert snap_compare(make_app(), terminal_size=SMALL, run_before=after(*PICTURES[name]))


@pytest.mark.parametrize("theme", ["day", "ansi"])
def test_themes(theme: str, make_app: MakeApp, snap_compare: Compare) -> None:
    assert snap_compare(make_app(theme=theme), terminal_size=WIDE, run_before=after(*PICTURES["residents"]))


def test_login(make_app: MakeApp, snap_compare: Compare) -> None:
    async def wait(pilot: Pilot[Any]) -> None:
        await Keys(pilot).until(lambda: "Opening the site" not in Keys(pilot).text())

    assert snap_compare(make_app(context=None), terminal_size=WIDE, run_before=wait)


def test_login_wrong(make_app: MakeApp, snap_compare: Compare) -> None:
    async def wrong(pilot: Pilot[Any]) -> None:
        keys = Keys(pilot)
        await keys.until(lambda: "Opening the site" not in keys.text())
        await keys.type("ines@rosewood.example")
        await keys.press("enter")
        await keys.type("not the password")
        await keys.press("enter")
        await keys.until_text("password", within=20)
        await keys.until(
            lambda: bool(
                pilot.app.screen.query_one("#error").visual
                and "wrong" in keys.text().lower()
                or "not" in keys.text().lower()
            )
        )

    assert snap_compare(make_app(context=None), terminal_size=WIDE, run_before=wrong)
