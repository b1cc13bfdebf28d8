"""Apartments by keys alone: the page, the settings with their errors, a reset with its number typed."""

from __future__ import annotations

from typing import Any

import pytest

from backend.domain.context import Context
from backend.domain.enums import Role
from backend.domain.paging import ListQuery
from backend.engine import Engine
from tests.screens.conftest import SMALL, WIDE, Show
from widgets.dialog import ConfirmDialog
from widgets.form import FormField

Park = tuple[Engine, Context]


def apartment(park: Park, number: str = "1001") -> Any:
    """The first apartment with this number."""
    engine, context = park
    rows = engine.list("apartment", context, ListQuery()).first(10)
    return engine.apartments.get(context, next(row.id for row in rows if row.values["number"] == number))


@pytest.mark.feature("APT-02")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_the_page_says_who_lives_there_and_what_is_set(show: Show, size: tuple[int, int]) -> None:
    async with show("g", "a", "enter", size=size) as keys:
        await keys.until_page("ApartmentPage")
        for text in (
            "A 1001",
            "Kowalska, Anna",
            "Kowalski, Piotr",
            "SmartPlus and indoor monitors",
            "SIP call",
            "✓ QR code",
        ):
            await keys.until_text(text)
        await keys.press("h")
        await keys.until_text("Added apartment")
        await keys.press("enter")
        await keys.until_page("ResidentPage")


@pytest.mark.feature("APT-02")
async def test_the_pane_under_the_list_has_four_pages(show: Show) -> None:
    async with show("g", "a") as keys:
        await keys.until_text("Kowalski, Piotr")
        await keys.press("right_square_bracket")
        await keys.until_text("No device of its own")
        await keys.press("right_square_bracket")
        await keys.until_text("Users may")
        await keys.press("right_square_bracket")
        await keys.until_text("Added apartment")


@pytest.mark.feature("APT-03")
async def test_settings_are_changed_and_what_has_no_effect_is_said_before_saving(show: Show, park: Park) -> None:
    async with show("g", "a", "e") as keys:
        await keys.until_page("ApartmentForm")
        await keys.type("Sea view")
        await keys.press("tab")
        await keys.type("phone and")
        await keys.press("tab")
        await keys.until_text("No telephone is called")
        await keys.press("tab", "space", "f2")
        await keys.until_page("ApartmentsScreen")
        found = apartment(park)
        assert (found.name, found.call_type, found.allow_qr) == ("Sea view", "phone_monitor", False)
        await keys.until_text("▲ No telephone is called")


@pytest.mark.feature("APT-03")
async def test_a_bad_limit_is_said_at_its_field_and_nothing_is_lost(show: Show, park: Park) -> None:
    async with show("g", "a", "e", size=SMALL) as keys:
        await keys.until_page("ApartmentForm")
        await keys.type("Sea view")
        await keys.press(*["tab"] * 6)
        await keys.type("64")
        await keys.press("f2")
        await keys.until(lambda: "0 to 63" in keys.page.query_one("#field-member-limit", FormField).error)
        assert keys.page.form.values()["name"] == "Sea view"
        await keys.press("escape")
        await keys.until_text("Throw away 2 changes?")
        await keys.press("x")
        await keys.until_page("ApartmentsScreen")
        assert apartment(park).name == ""


@pytest.mark.feature("APT-04")
@pytest.mark.edge("35")
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["120x40", "80x24"])
async def test_a_reset_shows_two_lists_wants_the_number_and_offers_the_login(
    show: Show, park: Park, size: tuple[int, int]
) -> None:
    async with show("g", "a", "enter", size=size) as keys:
        await keys.until_page("ApartmentPage")
        await keys.press("z")
        for text in ("Empty A 1001 for its next tenant?", "Goes", "family members", "Stays", "Account", "Type 1001"):
            await keys.until_text(text)
        await keys.press("f2")
        assert isinstance(keys.app.screen, ConfirmDialog)
        await keys.type("1002")
        await keys.press("f2", "enter")
        await keys.until_page("ApartmentPage")
        assert apartment(park).members == 1
        await keys.press("z")
        await keys.until_text("Type 1001")
        await keys.type("1001")
        await keys.press("f2")
        await keys.until(lambda: apartment(park).members == 0)
        await keys.until_text("Nobody here can sign in")
        await keys.press("p")
        await keys.until_page("ResidentEdit")
        await keys.until_text("Kowalska, Anna")


@pytest.mark.feature("APT-04")
@pytest.mark.feature("SYNC-07")
async def test_a_reset_is_taken_back_from_the_list(show: Show, park: Park) -> None:
    async with show("g", "a") as keys:
        await keys.until_text("Kowalski, Piotr")
        await keys.press("z")
        await keys.until_text("Type 1001")
        await keys.type("1001")
        await keys.press("f2")
        await keys.until(lambda: apartment(park).members == 0)
        await keys.until_page("ApartmentsScreen")
        await keys.press("u")
        await keys.until_page("UndoScreen")
        await keys.until_text("Reset apartment")
        await keys.press("enter")
        await keys.until_text("Undo number")
        await keys.press("y")
        await keys.until(lambda: apartment(park).members == 1)


@pytest.mark.feature("SET-06")
@pytest.mark.edge("39")
async def test_an_installer_adds_apartments_in_a_row_and_deletes_an_empty_one(show: Show, park: Park) -> None:
    async with show("g", "a", "n") as keys:
        await keys.until_page("ApartmentNew")
        await keys.type("B")
        await keys.press("tab")
        await keys.type("0101")
        await keys.press("f4")
        await keys.until(lambda: keys.page.form.values()["number"] == "")
        await keys.type("101")
        await keys.press("f2")
        await keys.until_page("ApartmentsScreen")
        await keys.until_text("6 apartments")
        assert apartment(park, "0101").building == "B"
        await keys.press("end", "d")
        await keys.until_text("Delete B 1001?")
        await keys.press("y")
        await keys.until_text("still has residents")


@pytest.mark.feature("ACC-08")
async def test_a_viewer_changes_nothing(show: Show, park: Park) -> None:
    async with show("g", "a", role=Role.VIEWER) as keys:
        await keys.until_text("Kowalski, Piotr")
        await keys.press("z")
        await keys.until_text("Your role does not allow this")
        await keys.press("e", "n", "d")
        await keys.until_page("ApartmentsScreen")
        assert apartment(park).members == 1


async def test_a_family_member_is_added_from_the_page(show: Show) -> None:
    async with show("g", "a", "enter") as keys:
        await keys.until_page("ApartmentPage")
        await keys.press("f")
        await keys.until_page("ResidentForm")
        await keys.until_text("A 1001")


async def test_the_logs_of_an_apartment_are_one_key_away(show: Show) -> None:
    async with show("g", "a", "enter") as keys:
        await keys.until_page("ApartmentPage")
        await keys.press("l")
        await keys.until_page("DoorLogsScreen")
        await keys.until_text('apartment:"A 1001"')
