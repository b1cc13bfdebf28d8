"""Residents by keys alone: list, filter, form with its errors and its plan, delete, undo."""

from __future__ import annotations

from typing import Any

import pytest

from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentPatch
from tests.screens.conftest import MakeApp
from tests.support.keys import Keys
from widgets.form import FormField

SIZE = (120, 40)


def names(engine: Any, context: Any) -> list[str]:
    """Who lives here, as the engine says."""
    return [row.values["name"] for row in engine.list("resident", context, ListQuery()).first(100)]


@pytest.mark.feature("RES-06")
async def test_the_list_shows_everybody_and_markup_is_only_text(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_text("Kowalska, Anna")
        assert "Markup, [/ x]" in keys.text()
        assert "5 residents" in keys.text()


@pytest.mark.feature("RES-06")
async def test_a_filter_narrows_the_list_and_escape_clears_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_text("Abara, Chidi")
        await keys.press("slash")
        await keys.type("b:A kowal")
        await keys.press("enter")
        await keys.until(lambda: "Abara, Chidi" not in keys.text() and "Kowalski, Piotr" in keys.text())
        await keys.press("escape")
        await keys.until_text("Abara, Chidi")


async def test_a_wrong_filter_says_so_and_keeps_what_was_typed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_text("Abara, Chidi")
        await keys.press("slash")
        await keys.type("flat:3")
        await keys.press("enter")
        await keys.until_text("no field")
        assert "flat:3" in keys.text()


@pytest.mark.feature("RES-01")
@pytest.mark.feature("SYNC-02")
async def test_a_resident_is_added_with_a_pin_by_keys(make_app: MakeApp, park: Any) -> None:
    engine, context = park
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r", "n")
        await keys.until_page("ResidentForm")
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Jan")
        await keys.press("tab")
        await keys.type("Nowak")
        await keys.press("tab", "tab")
        await keys.type("4711")
        await keys.until_text("receives")
        await keys.until_text("2 doors +2 -0")
        await keys.press("f2")
        await keys.until(lambda: "Nowak, Jan" in names(engine, context))
        await keys.until_text("Jan Nowak: 0 of 2 doors")


@pytest.mark.feature("RES-05")
@pytest.mark.parametrize(("pin", "sentence"), [("9123", "9"), ("2741", "Anna Kowalska"), ("1", "2 to 8 digits")])
async def test_a_bad_pin_is_said_at_its_field_and_nothing_is_lost(
    make_app: MakeApp, park: Any, pin: str, sentence: str
) -> None:
    engine, context = park
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r", "n")
        await keys.until_page("ResidentForm")
        await keys.type("1203")
        await keys.press("tab")
        await keys.type("Jan")
        await keys.press("tab")
        await keys.type("Nowak")
        await keys.press("tab", "tab")
        await keys.type(pin)
        await keys.press("f2")
        await keys.until_text("a correction")
        assert sentence in keys.page.query_one("#field-pin", FormField).error
        assert "Jan" in keys.text()
        assert "Nowak, Jan" not in names(engine, context)
        assert keys.page.query_one("#field-pin").has_focus_within


@pytest.mark.feature("RES-07")
@pytest.mark.feature("SYNC-07")
async def test_deleting_asks_and_undo_takes_it_back(make_app: MakeApp, park: Any) -> None:
    engine, context = park
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_text("Kowalski, Piotr")
        await keys.press("slash")
        await keys.type("piotr")
        await keys.press("enter")
        await keys.until(lambda: "Abara, Chidi" not in keys.text())
        await keys.press("d")
        await keys.until_text("Delete Kowalski, Piotr?")
        await keys.press("enter")
        await keys.until_page("ResidentsScreen")
        assert "Kowalski, Piotr" in names(engine, context)
        await keys.press("d")
        await keys.until_text("Delete Kowalski, Piotr?")
        await keys.press("y")
        await keys.until(lambda: "Kowalski, Piotr" not in names(engine, context))
        await keys.until_page("ResidentsScreen")
        await keys.press("u")
        await keys.until_page("UndoScreen")
        await keys.until_text("can be undone")
        await keys.press("enter")
        await keys.until_text("Undo number")
        await keys.press("y")
        await keys.until(lambda: "Kowalski, Piotr" in names(engine, context))


async def test_a_form_with_changes_asks_before_it_closes(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r", "n")
        await keys.until_page("ResidentForm")
        await keys.press("tab")
        await keys.type("Jan")
        await keys.press("escape")
        await keys.until_text("Throw away")
        await keys.press("escape")
        await keys.until_page("ResidentForm")
        assert "Jan" in keys.text()


@pytest.mark.feature("RES-06")
async def test_the_app_column_says_what_became_of_the_login(make_app: MakeApp, park: tuple[Any, Any]) -> None:
    engine, installer = park
    letters = {row.values["address"]: row.id for row in engine.list("outgoing", installer).first(100)}
    engine.outbox.hand_over(installer.again(), [letters["kowalska.a1001@mail.example"]])
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_text("Kowalska, Anna")
        lines = {line.split("  ")[0].strip(): line for line in (row[24:] for row in keys.text().splitlines())}
        assert "Handed over" in lines["Kowalska, Anna"]
        assert "Waiting" in lines["Kowalski, Piotr"]


async def test_a_form_is_folded_in_its_first_picture(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_page("ResidentsScreen")
        await pilot.press("n")
        await keys.until(lambda: type(app.screen).__name__ == "ResidentForm")
        assert app.screen.has_class("-narrow")
        assert app.screen.query_one("ModuleColumn").has_class("-narrow")


async def test_one_is_not_told_as_many(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "z")
        await keys.until_text("1 community")


async def test_a_long_name_leaves_the_pages_of_the_pane_their_room(make_app: MakeApp, park: tuple[Any, Any]) -> None:
    engine, installer = park
    anna = engine.residents.get(installer, engine.residents.find(installer, "Kowalska, Anna"))
    patch = ResidentPatch(last="Abenteuer-Öztürk 🏠 von und zu Hohenlohe-Langenburg-Sigmaringen")
    engine.residents.edit(installer.again(), anna.id, anna.version, patch)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        keys = Keys(pilot)
        await keys.until_page("DashboardScreen")
        await keys.press("g", "r")
        await keys.until_text("Abenteuer-Özt")
        await keys.press("down")
        edge = lambda: next((line for line in keys.text().splitlines() if "─ Abenteuer" in line), "")  # noqa: E731
        await keys.until(lambda: "Access  Doors  History" in edge() and "…" in edge())
