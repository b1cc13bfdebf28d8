"""Finding and acting from anywhere: search, opening a door, help, login, the filter."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from backend.domain.context import Context, agent_context
from backend.domain.enums import Role
from backend.domain.errors import Busy
from backend.domain.operations import OperationRecord
from backend.domain.paging import ListQuery
from backend.engine import Engine
from backend.store import tables as t
from tests.screens.conftest import SMALL, MakeApp, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys
from widgets.entries import Entries
from widgets.pick_list import PickList

Park = tuple[Engine, Context]


async def test_search_finds_people_places_doors_and_modules(show: Show) -> None:
    async with show("ctrl+p") as keys:
        await keys.type("gym")
        await keys.until_text("door")
        await keys.press("escape")
        await keys.press("ctrl+p")
        await keys.type("1001")
        await keys.until_text("A 1001")
        await keys.press("enter")
        await keys.until_page("ApartmentPage")
        await keys.press("escape", "ctrl+p")
        await keys.type("operation")
        await keys.press("enter")
        await keys.until_page("OperationsScreen")


@pytest.mark.feature("LIB-01")
async def test_a_pin_is_found_only_by_its_whole_value_and_with_the_right_to_see_it(show: Show) -> None:
    async with show("ctrl+p") as keys:
        await keys.type("pin:274")
        await keys.until_text("Nothing found.")
        assert keys.app.screen.query_one(PickList).rows == []
        await keys.type("1")
        await keys.until(lambda: [row.name for row in keys.app.screen.query_one(PickList).rows] == ["Kowalska, Anna"])
    async with show("ctrl+p", role=Role.VIEWER) as keys:
        await keys.type("pin:2741")
        await keys.until_text("Your role does not allow this")


async def test_a_search_hit_takes_the_keys_typed_behind_it(show: Show) -> None:
    async with show() as keys:
        await keys.pilot.press("ctrl+p", *"anna", "enter", "h")
        await keys.until_page("ResidentPage")
        await keys.until_text("Added")


@pytest.mark.feature("DEV-12")
async def test_an_opening_without_an_agent_is_said_honestly(show: Show, park: Park, clock: FakeClock) -> None:
    engine, installer = park
    async with show(size=SMALL) as keys:
        await keys.pilot.press("o", *"gym", "enter", "y")
        await keys.until(lambda: any("pen" in one.action for one in operations(engine, installer)))
        await keys.until_page("DashboardScreen")
        clock.advance(seconds=10)
        await keys.until_text("Gym did not open")
        status = keys.text().splitlines()[-2]
        assert status.startswith(" Gym: expired")
        assert "▌" not in status, "the toast covers the status line"


@pytest.mark.feature("DEV-12")
async def test_an_opened_door_is_told_once_in_the_status_line(show: Show, park: Park) -> None:
    engine, installer = park
    async with show(size=SMALL) as keys:
        await keys.pilot.press("o", *"gym", "enter", "y")
        await keys.until(lambda: any("pen" in one.action for one in operations(engine, installer)))
        with engine.sync.store.books(agent_context(1)) as work:
            work.connection.execute(update(t.command).values(state="done", result="opened", ended_at=work.at))
            work.touch("doors")
        await keys.until(lambda: keys.text().splitlines()[-2].startswith(" Gym: opened"))
        await keys.settled()
        assert not keys.app.screen.query("Toast")


def operations(engine: Engine, context: Context) -> list[OperationRecord]:
    """The newest acts."""
    return [engine.operations.get(context, row.id) for row in engine.list("operation", context, ListQuery()).first(3)]


async def test_a_door_that_does_not_exist_is_not_opened(show: Show) -> None:
    async with show("o") as keys:
        await keys.type("nowhere")
        await keys.until_text("There is no such door.")
        await keys.press("enter", "escape")
        await keys.until_page("DashboardScreen")


async def test_help_is_searched_by_typing(show: Show) -> None:
    async with show("g", "r", "question_mark") as keys:
        await keys.until_text("This page")
        await keys.type("ticked")
        await keys.until_text("Delete the record or the ticked")
        assert "To the row above" not in keys.text()
        await keys.type("zzz")
        await keys.until_text("No key does that here.")
        await keys.press("escape")
        await keys.until_page("ResidentsScreen")


@pytest.mark.feature("ACC-01")
async def test_a_wrong_password_is_said_without_naming_the_part_and_the_field_is_emptied(make_app: MakeApp) -> None:
    app = make_app(context=None)
    async with app.run_test(size=SMALL) as pilot:
        keys = Keys(pilot)
        await keys.until(lambda: "Opening the site" not in keys.text())
        await keys.type("ines@rosewood.example")
        await keys.press("enter")
        await keys.type("wrong")
        await keys.press("enter")
        await keys.until_text("E-mail or password is wrong.", within=30)
        assert app.screen.query_one(Entries).values["password"] == ""
        await keys.type("correct horse battery")
        await keys.press("enter")
        await keys.until_page("DashboardScreen", within=30)


async def test_a_filter_is_completed_by_tab(show: Show) -> None:
    async with show("g", "r", "slash") as keys:
        await keys.type("bui")
        await keys.press("tab")
        await keys.type("A")
        await keys.press("enter")
        await keys.until_text("3 of 5")


async def test_a_known_error_of_an_act_is_said_and_nothing_else_happens(
    show: Show, park: Park, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = park

    def locked(*_: object) -> object:
        raise Busy("The site is being written by somebody else. Try again.")

    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        monkeypatch.setattr(engine.residents, "deletion", locked)
        await keys.press("d")
        await keys.until_text("Try again.")
        await keys.until_page("ResidentsScreen")
