"""The page of a move by keys: errors before the question, dated ahead, changed, its receipt, who may (RES-16)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.domain.context import Context
from backend.domain.enums import MoveState, Role
from backend.domain.moves import MoveDraft
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentDraft
from backend.engine import Engine
from tests.screens.conftest import SMALL, WIDE, Show
from widgets.form import FormField

Park = tuple[Engine, Context]


def home(park: Park) -> int:
    """Apartment A 1001, where the Kowalskis live."""
    engine, context = park
    rows = engine.list("apartment", context, ListQuery()).first(10)
    return next(row.id for row in rows if row.values["number"] == "1001")


def people(park: Park) -> list[str]:
    """Who lives there."""
    engine, context = park
    return [name for _, name, _ in engine.apartments.get(context, home(park)).residents]


def plan(park: Park, **more: Any) -> int:
    """A move that is planned."""
    engine, context = park
    comes = ResidentDraft(first="Ewa", last="Nowak", pin="73519")
    draft = MoveDraft(apartment_id=home(park), incoming=comes, at=engine.clock() + timedelta(days=9), **more)
    return engine.moves.move(context.again(), draft, "1001").id


@pytest.mark.feature("RES-16")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_what_is_wrong_stands_at_its_field_before_anything_is_asked(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    async with show("g", "a", "m", size=size) as keys:
        await keys.until_page("MoveForm")
        await keys.until_text("Move out")
        await keys.paste("Ewa Nowak <ewa@example.com>")
        await keys.press("tab", "tab", "tab")
        await keys.type("9123")
        await keys.press("tab", "tab")
        await keys.type("someday")
        await keys.press("f2")
        await keys.until(lambda: bool(keys.page.query_one("#field-at", FormField).error))
        line = keys.page.query_one("#field-at", FormField)
        assert "is no moment" in line.error
        await keys.press("end", "ctrl+u")
        await keys.type("tomorrow 9")
        await keys.press("f2")
        await keys.until(lambda: "9" in keys.page.query_one("#field-pin", FormField).error)
        values = keys.page.form.values()
        assert (values["first"], values["last"], values["email"]) == ("Ewa", "Nowak", "ewa@example.com")
        assert people(park) == ["Kowalska, Anna", "Kowalski, Piotr"]


@pytest.mark.feature("RES-16")
async def test_enter_and_a_wrong_number_move_nobody(show: Show, park: Park) -> None:
    async with show("g", "a", "m") as keys:
        await keys.until_page("MoveForm")
        await keys.press("f2")
        await keys.until_text("Type 1001 to go on")
        await keys.press(*"1002", "f2", "enter")
        await keys.until_page("MoveForm")
        assert people(park) == ["Kowalska, Anna", "Kowalski, Piotr"]
        await keys.press("f2")
        await keys.until_text("Type 1001 to go on")
        await keys.press(*"1001", "f2")
        await keys.until(lambda: people(park) == [])


@pytest.mark.feature("RES-16")
async def test_a_planned_move_is_changed_where_it_stands_and_codes_are_kept(show: Show, park: Park) -> None:
    engine, context = park
    planned = plan(park)
    async with show("g", "a", "enter") as keys:
        await keys.until_text("Ewa Nowak in")
        await keys.press("m")
        await keys.until_page("MoveChange")
        await keys.until_text("··19 is kept")
        await keys.press("tab")
        await keys.type("Nowakowa")
        await keys.press("f2")
        await keys.until(lambda: engine.moves.get(context, planned).comes == "Ewa Nowakowa")
        found = engine.moves.get(context, planned)
        assert [masked for _, masked in found.codes] == ["··19"]
        assert found.state is MoveState.PLANNED


@pytest.mark.feature("RES-16")
async def test_the_receipt_is_saved_from_the_page(show: Show, park: Park, tmp_path: Path) -> None:
    engine, context = park
    engine.moves.move(context.again(), MoveDraft(apartment_id=home(park)), "1001")
    target = tmp_path / "receipt.txt"
    async with show("g", "a", "enter") as keys:
        await keys.until_text("Anna Kowalska out")
        await keys.press("x")
        await keys.until_text("Receipt, .pdf or .txt")
        await keys.press("end", "ctrl+u")
        await keys.type(str(target))
        await keys.press("enter")
        await keys.until(target.exists)
        await keys.until_text("Receipt written")
    assert "Handover of A 1001" in target.read_text()


@pytest.mark.feature("RES-16")
@pytest.mark.edge("40")
async def test_without_the_permission_m_says_so(show: Show, park: Park) -> None:
    async with show("g", "a", "enter", role=Role.VIEWER) as keys:
        await keys.until_page("ApartmentPage")
        await keys.press("m")
        await keys.quiet()
        assert type(keys.app.screen).__name__ == "ApartmentPage"
        assert "m Move" not in keys.text()
