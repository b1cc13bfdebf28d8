"""Access groups on the screen: list, form with its week, page, people in and out, holidays (AG-01 to AG-08)."""

from __future__ import annotations

from typing import Any

import pytest

from backend.domain.community_drafts import CommunitySwitches
from backend.domain.context import Context
from backend.domain.enums import Role
from backend.domain.groups import GroupDraft, GroupPatch, GroupRecord
from backend.domain.paging import ListQuery
from backend.engine import Engine
from screens.base.form_page import FormPage
from tests.screens.conftest import SMALL, Show
from tests.support.keys import Keys

Park = tuple[Engine, Context]


def group(park: Park, name: str) -> GroupRecord:
    """A group by its name, as the engine holds it."""
    engine, context = park
    found = [one for one in engine.groups.list_all(context) if one[1] == name]
    return engine.groups.get(context, found[0][0])


def make(park: Park, name: str = "Day team", schedule: str = "mo-fr 8-18", relay: int = 3, *people: int) -> int:
    engine, context = park
    group_id = engine.groups.add(context.again(), GroupDraft(name=name, schedule=schedule, relay_ids=(relay,))).id
    if people:
        engine.groups.add_people(context.again(), group_id, people)
    return group_id


def persons(park: Park) -> dict[str, int]:
    engine, context = park
    rows = engine.list("resident", context, ListQuery()).first(20)
    return {row.values["name"]: row.id for row in rows}


def values(keys: Keys) -> dict[str, Any]:
    assert isinstance(keys.page, FormPage)
    return keys.page.form.values()


@pytest.mark.feature("AG-01")
@pytest.mark.feature("AG-08")
async def test_a_group_is_made_from_one_line_that_is_written_out_in_full(show: Show, park: Park) -> None:
    async with show("g", "g") as keys:
        await keys.until_text("A (default)")
        await keys.press("n")
        await keys.until_page("GroupForm")
        await keys.type("Day team")
        await keys.press("tab")
        await keys.type("mo-fr 8-18; sa 22-6")
        await keys.until_text("= Monday to Friday, 08:00 to 18:00; Saturday, 22:00 to 06:00 the next day")
        await keys.until_text("58 h a week")
        await keys.until_text("08-18")
        await keys.press("tab")
        await keys.type("gym")
        await keys.press("f2")
        await keys.until_page("GroupsScreen")
        await keys.until_text("Day team")
    made = group(park, "Day team")
    assert (made.schedule, [door.door for door in made.doors]) == ("mo-fr 8-18; sa 22-6", ["Gym"])


@pytest.mark.edge("28")
async def test_what_is_not_understood_stays_in_the_field_with_its_sentence(show: Show) -> None:
    async with show("g", "g") as keys:
        await keys.until_text("A (default)")
        await keys.press("n")
        await keys.until_page("GroupForm")
        await keys.type("Night")
        await keys.press("tab")
        await keys.type("0-0")
        await keys.until_text("Not understood yet")
        await keys.press("f2")
        await keys.until_text("The end is the start. For a")
        await keys.until_text("Choose a door.")
        assert values(keys)["schedule"] == "0-0"


@pytest.mark.feature("AG-08")
async def test_the_week_is_painted_with_space_and_shift_arrows(show: Show, park: Park) -> None:
    make(park)
    async with show("g", "g") as keys:
        await keys.until_text("Day team")
        await keys.press("end", "e")
        await keys.until_page("GroupEdit")
        await keys.press(*["tab"] * 4)
        await keys.press("up", "home", *["shift+right"] * 5, "space")
        await keys.until(lambda: values(keys)["schedule"] == "mo-fr 8-18; su 0-2")
        await keys.until_text("00-02 +2 h")
        await keys.until_text("+2 h  52 h a week")
        await keys.until_text("▓▓▓▓▓")
        await keys.press("home", "space")
        await keys.until(lambda: values(keys)["schedule"] == "mo-fr 8-18; su 0:20-2")
        await keys.press("c")
        await keys.until(lambda: values(keys)["schedule"] == "mo,su 0:20-2; tu-fr 8-18")
        await keys.until_text("00:20-02 -8:20 h")
        await keys.press("f2")
        await keys.until_page("GroupsScreen")
    assert group(park, "Day team").schedule == "mo,su 0:20-2; tu-fr 8-18"


@pytest.mark.feature("SYNC-02")
async def test_an_edit_that_takes_doors_away_shows_the_plan_and_asks(show: Show, park: Park) -> None:
    make(park, "Gate by day", "daily 8-18", 2, persons(park)["Anderson, Mia"])
    async with show("g", "g") as keys:
        await keys.until_text("Gate by day")
        await keys.press("end", "e")
        await keys.until_page("GroupEdit")
        await keys.press("tab", "tab", "backspace")
        await keys.type("gym")
        await keys.press("tab")
        await keys.until_text("× Lobby A")
        await keys.press("f2")
        await keys.until_text("loses access at 1 door")
        await keys.press("y")
        await keys.until_page("GroupsScreen")
    assert [door.door for door in group(park, "Gate by day").doors] == ["Gym"]


@pytest.mark.feature("AG-03")
async def test_the_list_is_filtered_by_type_and_shows_week_doors_and_people(show: Show, park: Park) -> None:
    make(park, "Day team", "mo-fr 8-18", 3, persons(park)["Kowalska, Anna"])
    async with show("g", "g") as keys:
        await keys.until_text("Mo-Fr 08:00-18:00")
        await keys.press("slash")
        await keys.type("type:custom")
        await keys.press("enter")
        await keys.until_text("1 of 3")
        await keys.until_text("██████")
        await keys.press("right_square_bracket")
        await keys.until_text("▸ Gym")
        await keys.press("right_square_bracket")
        await keys.until_text("Kowalska, Anna  A 1001")
        await keys.press("enter")
        await keys.until_page("GroupPage")
        await keys.until_text("Custom · 1 person")
        await keys.press("enter")
        await keys.until_page("ResidentPage")


@pytest.mark.feature("AG-02")
@pytest.mark.edge("42")
async def test_a_default_group_says_why_it_stays(show: Show, park: Park) -> None:
    async with show("g", "g") as keys:
        await keys.until_text("A (default)")
        await keys.press("e")
        await keys.until_text("A (default) stays as it is")
        await keys.press("d")
        await keys.until_text("A (default) stays.")
        await keys.press("escape", "enter")
        await keys.until_page("GroupPage")
        await keys.until_text("This is the default group of building A")
        assert "e Edit" not in keys.text()
        await keys.press("e")
        await keys.settled()
        assert type(keys.page).__name__ == "GroupPage"
    assert group(park, "A (default)").type == "default"


@pytest.mark.feature("AG-03")
async def test_deleting_says_who_would_lose_what_and_undo_brings_it_back(show: Show, park: Park) -> None:
    people = persons(park)
    make(park, "Gym", "daily 6-22", 3, people["Kowalska, Anna"], people["Abara, Chidi"])
    async with show("g", "g") as keys:
        await keys.until_text("daily 06:00-22:00")
        await keys.press("end", "d")
        await keys.until_text("Delete Gym?")
        await keys.until_text("By it 2 people may open Gym.")
        await keys.until_text("Abara, Chidi; Kowalska, Anna")
        await keys.until_text("-2 2 people")
        await keys.press("enter")
        await keys.settled()
        await keys.press("d")
        await keys.until_text("Delete Gym?")
        await keys.press("x")
        await keys.until_text("Gym deleted")
        await keys.until_text("A (default)")
    engine, context = park
    assert [name for _, name, _, _ in engine.groups.list_all(context)] == ["A (default)", "B (default)"]


@pytest.mark.feature("AG-03")
async def test_somebodys_only_group_is_not_deleted(show: Show, park: Park) -> None:
    anna = persons(park)["Kowalska, Anna"]
    make(park, "Gym", "daily 6-22", 3, anna)
    engine, context = park
    engine.groups.remove_people(context.again(), group(park, "A (default)").id, [anna])
    async with show("g", "g") as keys:
        await keys.until_text("daily 06:00-22:00")
        await keys.press("end", "d")
        await keys.until_text("Gym stays.")
        await keys.until_text("1 person is in no group but this group: Kowalska, Anna.")
        await keys.press("x", "escape")
    assert group(park, "Gym").people == 1


@pytest.mark.feature("AG-04")
async def test_people_join_and_leave_on_the_groups_page(show: Show, park: Park) -> None:
    make(park, "Gym", "daily 6-22", 3)
    async with show("g", "g") as keys:
        await keys.until_text("daily 06:00-22:00")
        await keys.press("end", "enter")
        await keys.until_text("Nobody is in this group")
        await keys.press("plus")
        await keys.until_text("Add to Gym")
        await keys.type("chidi")
        await keys.press("enter", "y")
        await keys.until_text("Abara, Chidi added to Gym")
        await keys.until_text("A 1002")
        await keys.press("minus")
        await keys.until_text("Take Abara, Chidi out of Gym?")
        await keys.press("y")
        await keys.until_text("Nobody is in this group")
    assert group(park, "Gym").people == 0


@pytest.mark.feature("AG-04")
async def test_the_question_whom_to_add_names_the_group_under_the_cursor(show: Show, park: Park) -> None:
    make(park, "Gym", "daily 6-22", 3)
    async with show("g", "g") as keys:
        await keys.until_text("daily 06:00-22:00")
        await keys.press("end", "plus")
        await keys.until_text("Add to Gym")
        await keys.press("escape", "home", "plus")
        await keys.until_text("Add to A (default)")


@pytest.mark.feature("AG-04")
@pytest.mark.feature("SYNC-02")
async def test_a_person_goes_into_a_group_and_out_of_it_from_their_own_page(show: Show, park: Park) -> None:
    make(park, "Gym", "daily 6-22", 3)
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("anna")
        await keys.press("enter")
        await keys.until_text("1 of 5")
        await keys.press("enter")
        await keys.until_page("ResidentPage")
        await keys.press("plus")
        await keys.type("gym")
        await keys.press("enter")
        await keys.until_text("Add Kowalska, Anna to Gym?")
        await keys.until_text("users after")
        await keys.press("y")
        await keys.until_text("Kowalska, Anna added to Gym")
        assert group(park, "Gym").people == 1
        await keys.press("minus")
        await keys.type("a (def")
        await keys.press("enter")
        await keys.until_text("Take Kowalska, Anna out of A (default)?")
        await keys.press("enter")
        await keys.settled()
    assert group(park, "A (default)").people == 3


@pytest.mark.feature("AG-06")
async def test_a_manager_under_only_public_area_hears_why(show: Show, park: Park) -> None:
    engine, context = park
    make(park, "Gym", "daily 6-22", 3)
    version = engine.communities.get(context).version
    engine.communities.switch(context.again(), version, CommunitySwitches(only_public_area=True))
    async with show("g", "r", role=Role.MANAGER) as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("plus")
        await keys.type("gym")
        await keys.press("enter", "y")
        await keys.until_text("Only Public Area is on")
    assert group(park, "Gym").people == 0


@pytest.mark.feature("AG-08")
async def test_holidays_come_change_and_go(show: Show, park: Park) -> None:
    async with show("g", "g", "2") as keys:
        await keys.until_page("HolidaysTab")
        await keys.until_text("There is no holiday yet")
        await keys.press("n")
        await keys.until_page("HolidayForm")
        await keys.type("Christmas")
        await keys.press("tab")
        await keys.type("25.12.2026")
        await keys.press("f2")
        await keys.until_text("Write a day like 2026-12-25.")
        await keys.press(*["backspace"] * 10)
        await keys.type("2026-12-25")
        await keys.press("tab")
        await keys.type("2026-12-26")
        await keys.press("f2")
        await keys.until_page("HolidaysTab")
        await keys.until_text("2026-12-26")
        await keys.press("d")
        await keys.until_text("Delete Christmas, 2026-12-25 to 2026-12-26?")
        await keys.press("x")
        await keys.until_text("There is no holiday yet")
    engine, context = park
    assert engine.list("holiday", context, ListQuery()).count() == 0


@pytest.mark.feature("AG-05")
async def test_self_devices_are_offered_where_devices_stand_in_the_apartment(show: Show, park: Park) -> None:
    engine, context = park
    people = persons(park)
    anna = engine.residents.get(context, people["Kowalska, Anna"])
    device = engine.devices.get(context, 3)
    engine.device_setup.place(context.again(), 3, device.version, apartment_id=anna.apartment_id)
    async with show("g", "r") as keys:
        await keys.until_text("Kowalska, Anna")
        await keys.press("slash")
        await keys.type("chidi")
        await keys.press("enter")
        await keys.until_text("1 of 5")
        await keys.press("e")
        await keys.until_page("ResidentEdit")
        await keys.until_text("Groups")
        assert "Self hours" not in keys.text()
        await keys.press("escape", "slash")
        await keys.type("anna")
        await keys.press("enter")
        await keys.until_text("1 of 5")
        await keys.press("e")
        await keys.until_page("ResidentEdit")
        await keys.until_text("Self hours")
        form = keys.page.form
        form.fields["own_relay_ids"].focus_value()
        await keys.type("gym")
        await keys.press("tab")
        await keys.type("daily 8-18")
        await keys.press("f2")
        await keys.until_page("ResidentsScreen")
    record = engine.residents.get(context, anna.id)
    assert (record.own_schedule, [name for _, name in record.own_doors]) == ("daily 8-18", ["Gym"])


@pytest.mark.edge("75")
async def test_two_at_one_group_see_field_by_field_whose_is_what(show: Show, park: Park) -> None:
    engine, context = park
    group_id = make(park)
    async with show("g", "g") as keys:
        await keys.until_text("Day team")
        await keys.press("end", "e")
        await keys.until_page("GroupEdit")
        await keys.type("Night team")
        version = engine.groups.get(context, group_id).version
        engine.groups.edit(context.again(), group_id, version, GroupPatch(schedule="mo-fr 9-17"))
        await keys.press("f2")
        await keys.until_text("Theirs now; it was mo-fr")
        await keys.until_text("40 h a week")
        assert values(keys)["schedule"] == "mo-fr 9-17"
        await keys.press("f2")
        await keys.until_page("GroupsScreen")
    found = engine.groups.get(context, group_id)
    assert (found.name, found.schedule) == ("Night team", "mo-fr 9-17")


@pytest.mark.feature("AG-03")
async def test_one_search_finds_groups(show: Show, park: Park) -> None:
    make(park)
    async with show("ctrl+p") as keys:
        await keys.type("day tea")
        await keys.press("enter")
        await keys.until_page("GroupPage")
        await keys.until_text("50 h a week")


async def test_a_viewer_looks_and_changes_nothing(show: Show, park: Park) -> None:
    make(park, "Gym", "daily 6-22", 3)
    async with show("g", "g", role=Role.VIEWER, size=SMALL) as keys:
        await keys.until_text("Gym")
        await keys.press("n", "end", "d", "e", "plus")
        await keys.settled()
        assert type(keys.page).__name__ == "GroupsScreen"
        await keys.press("enter")
        await keys.until_page("GroupPage")
        await keys.press("minus", "d", "e")
        await keys.settled()
        assert type(keys.page).__name__ == "GroupPage"
    assert group(park, "Gym").schedule == "daily 6-22"
