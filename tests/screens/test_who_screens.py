"""Who may open a door, what a person may open, and why with its ways out, by keys (SYNC-05, SYNC-06)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import insert

from backend.domain.context import Context
from backend.domain.enums import HeldKind, Role, Via
from backend.domain.groups import GroupDraft
from backend.domain.residents import ResidentDraft
from backend.engine import Engine
from backend.store import tables as t
from tests.documents.test_writer import read_xlsx
from tests.screens.conftest import SMALL, Show
from tests.support.clock import FakeClock
from tests.support.keys import Keys

Park = tuple[Engine, Context]

pytestmark = pytest.mark.feature("SYNC-06")


def relay_of(park: Park, name: str) -> int:
    """A door by its name."""
    return next(one.relay_id for one in park[0].doors.all(park[1]) if one.name == name)


def with_group(park: Park, name: str, schedule: str, doors: tuple[str, ...]) -> int:
    """A group of some doors, nobody in it."""
    engine, installer = park
    draft = GroupDraft(name=name, schedule=schedule, relay_ids=tuple(relay_of(park, door) for door in doors))
    return engine.groups.add(installer.again(), draft).id


async def open_door(keys: Keys, words: str) -> None:
    """Find a door and open its page."""
    await keys.press("ctrl+p")
    await keys.type(words)
    await keys.until_text("door")
    await keys.press("enter")
    await keys.until_page("DoorPage")


async def open_person(keys: Keys, words: str) -> None:
    """Find a person and open their page."""
    await keys.press("ctrl+p")
    await keys.type(words)
    await keys.until_text("person")
    await keys.press("enter")
    await keys.until_page("ResidentPage")


async def test_who_lists_everybody_with_their_group_now_and_at_a_typed_time(show: Show, park: Park) -> None:
    engine, installer = park
    group = with_group(park, "Gym Friday", "fr 19-21", ("Gym",))
    anna = engine.residents.find(installer, "Kowalska, Anna")
    engine.groups.add_people(installer.again(), group, [anna])
    async with show() as keys:
        await open_door(keys, "gym")
        await keys.press("w")
        await keys.until_page("WhoPage")
        await keys.until_text("Who may open Gym")
        await keys.until_text("1 person")
        await keys.until_text("Anderson, Mia")
        assert "Kowalska" not in keys.text()
        await keys.until_text("never read")
        await keys.type("fr 20")
        await keys.press("enter")
        await keys.until_text("2 people")
        await keys.until_text("Friday 2026-03-06 20:00")
        assert re.search(r"Kowalska, Anna +Resident +A 1001 +Gym Friday +PIN, Card", keys.text())
        assert re.search(r"Anderson, Mia +Resident +B 1001 +B \(default\)", keys.text())


async def test_a_time_that_is_not_understood_or_not_known_stays_marked(show: Show, park: Park) -> None:
    async with show() as keys:
        await open_door(keys, "gym")
        await keys.press("w")
        await keys.until_page("WhoPage")
        await keys.type("someday")
        await keys.press("enter")
        await keys.until_text("Write 22, 22:15, 2h")
        await keys.press("ctrl+u")
        await keys.type("2025-03-01 12:00")
        await keys.press("enter")
        await keys.until_text("are not known any")
        assert "Anderson, Mia" in keys.text(), "the list that stands stays"
        await keys.press("escape", "escape")
        await keys.until_page("DoorPage")


async def test_the_past_is_said_to_be_the_past(show: Show, park: Park, clock: FakeClock) -> None:
    engine, installer = park
    family = [engine.residents.find(installer, name) for name in ("Anderson, Mia", "Markup")]
    clock.advance(minutes=10)
    engine.residents.delete(installer.again(), family)
    clock.advance(minutes=10)
    async with show() as keys:
        await open_door(keys, "gym")
        await keys.press("w")
        await keys.until_text("Nobody may open this door then")
        await keys.type("2026-03-02 10:05")
        await keys.press("enter")
        await keys.until_text("by the rules of then")
        await keys.until_text("Anderson, Mia")


async def test_differences_are_marked_and_the_list_is_exported(
    show: Show, park: Park, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    hold_stranger(park)
    async with show() as keys:
        await open_door(keys, "gym")
        await keys.press("w")
        await keys.until_text("not written yet")
        await keys.until_text("× still holds them")
        await keys.press("down", "x")
        await keys.until_text("2 rows")
        await keys.press("enter")
        await keys.until_text("2 rows exported")
        (path,) = (tmp_path / "home").iterdir()
        heading, *rows = read_xlsx(path)
        assert heading == ["Name", "Type", "APT", "By group", "With", "Door"]
        assert {(row[0], row[3], row[5]) for row in rows} == {
            ("Anderson, Mia", "B (default)", "not written yet"),
            ("Kowalska, Anna", "none", "the door still holds them"),
        }


def hold_stranger(park: Park) -> None:
    """The gym holds Anna, whom nothing gives it, with a record whose content nobody knows."""
    engine, installer = park
    anna = engine.residents.find(installer, "Kowalska, Anna")
    store = engine._store
    assert store is not None
    with store.books(Context(None, "agent", 1, Via.AGENT)) as work:
        work.connection.execute(
            insert(t.held).values(
                device_id=3, kind=HeldKind.USER.value, key=f"SP{anna}-1", holder_id=anna, mac=b"x", remote_id="1",
                from_at=work.at,
            )
        )  # fmt: skip


async def test_from_a_row_one_gets_to_the_reason_and_to_the_person(show: Show) -> None:
    async with show() as keys:
        await open_door(keys, "gym")
        await keys.press("w")
        await keys.until_text("Anderson, Mia")
        await keys.press("down", "w")
        await keys.until_text("● May enter")
        await keys.until_text("Step by step")
        assert "Choose" not in keys.text()  # there is no way out to choose where nobody is kept out
        await keys.press("escape", "enter")
        await keys.until_page("ResidentPage")
        await keys.until_text("Anderson, Mia")


async def test_a_person_has_all_doors_with_hours_and_next_opening(show: Show, park: Park) -> None:
    engine, installer = park
    group = with_group(park, "Gym Friday", "fr 19-21", ("Gym",))
    anna = engine.residents.find(installer, "Kowalska, Anna")
    engine.groups.add_people(installer.again(), group, [anna])
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("w")
        await keys.until_page("CanPage")
        await keys.until_text("What opens to Kowalska, Anna")
        await keys.until_text("opens 2 doors")
        assert re.search(r"Gym +○ not then +Gym Friday .*2026-03-06 19:00", keys.text())
        await keys.type("fr 20")
        await keys.press("enter")
        await keys.until_text("opens 3 doors")


@pytest.mark.feature("SYNC-05")
async def test_a_change_is_chosen_by_its_number_after_its_plan(show: Show, park: Park) -> None:
    engine, installer = park
    with_group(park, "Gym Monday", "mo 9-12", ("Gym",))
    anna = engine.residents.find(installer, "Kowalska, Anna")
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("w")
        await keys.until_text("no group")
        await keys.press("down", "end", "enter")
        await keys.until_text("The smallest change that would open it")
        await keys.until_text("Add to group Gym Monday")
        await keys.until_text("Open Gym once, now")
        await keys.press("1")
        await keys.until_text("Add to group Gym Monday?")
        await keys.until_text("Gym")
        await keys.press("enter")
        assert not engine.access.why(installer, holder_id=anna, relay_id=relay_of(park, "Gym")).allowed
        await keys.press("1")
        await keys.until_text("Add to group Gym Monday?")
        await keys.press("y")
        await keys.until_page("CanPage")
        await keys.until_text("opens 3 doors")
    assert engine.access.why(installer, holder_id=anna, relay_id=relay_of(park, "Gym")).allowed
    newest = engine.undo.candidates(installer, 1)[0]
    engine.undo.undo(installer.again(), newest.id)
    assert not engine.access.why(installer, holder_id=anna, relay_id=relay_of(park, "Gym")).allowed


@pytest.mark.feature("SYNC-05")
async def test_whom_else_a_change_lets_in_is_named_before_it_is_made(show: Show, park: Park) -> None:
    engine, installer = park
    group = with_group(park, "Gym Night", "mo 22-23", ("Gym",))
    ids = [engine.residents.find(installer, name) for name in ("Kowalska, Anna", "Kowalski, Piotr")]
    engine.groups.add_people(installer.again(), group, ids)
    async with show() as keys:
        await open_person(keys, "anna kow")
        await keys.press("w")
        await keys.until_text("not then")
        await keys.press("down", "end", "enter")
        await keys.until_text("Gym Night: also Mo 10:00-11:00")
        number = re.search(r"(\d)  Gym Night: also", keys.text())
        assert number is not None
        await keys.press(number[1])
        await keys.until_text("also gets in then:")
        await keys.until_text("Kowalski, Piotr")
        await keys.press("y")
        await keys.until_text("opens 3 doors")
    assert engine.groups.get(installer, group).schedule == "mo 22-23; mo 10-11"


@pytest.mark.feature("SYNC-05")
async def test_a_code_is_given_in_the_form_and_a_viewer_is_told(show: Show, park: Park) -> None:
    engine, installer = park
    engine.residents.add(installer.again(), ResidentDraft(apartment_id=1, first="Ola", last="Kowalska"))
    async with show() as keys:
        await open_person(keys, "ola kow")
        await keys.press("w")
        await keys.until_text("What opens to Kowalska, Ola")
        await keys.press("down", "enter")
        await keys.until_text("Give a PIN or card")
        await keys.press("1")
        await keys.until_page("ResidentEdit")
    async with show(role=Role.VIEWER) as keys:
        await open_door(keys, "gym")
        await keys.press("w")
        await keys.until_text("Anderson, Mia")


async def test_a_technician_has_no_right_to_ask(show: Show) -> None:
    async with show(role=Role.TECHNICIAN) as keys:
        await keys.press("g", "p")
        await keys.until_page("DevicesScreen")
        await keys.until_text("Gym")
        await keys.press("w")
        await keys.until_text("Your role does not allow this")


@pytest.mark.feature("SYNC-05")
@pytest.mark.parametrize("size", [SMALL], ids=["80x24"])
async def test_on_a_small_terminal_the_answer_scrolls(show: Show, size: tuple[int, int]) -> None:
    async with show(size=size) as keys:
        await open_person(keys, "anna kow")
        await keys.press("w")
        await keys.until_text("no group")
        await keys.press("down", "end", "enter")
        await keys.until_text("× May not enter")
        while "Open Gym once, now" not in keys.text():
            await keys.press("down")
        await keys.press("2")
        await keys.until_text("Open Gym now?")
