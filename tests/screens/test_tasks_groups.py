"""Tasks 17 and 23 by keys alone, on the demo community with its virtual doors; see test_tasks.py."""

from __future__ import annotations

import pytest

from backend.domain.paging import ListQuery
from smartplus_tui.demo.build import Demo
from tests.screens.test_tasks import Begin, Tally, begin, demo, tally

__all__ = ("begin", "demo", "tally")

pytestmark = pytest.mark.timeout(180)


def group_id(demo: Demo, name: str) -> int:
    return next(one[0] for one in demo.engine.groups.list_all(demo.context) if one[1] == name)


def of_building(demo: Demo, building: str) -> set[int]:
    wanted = demo.engine.parse_filter("resident", demo.context, f"b:{building}")
    return {row.id for row in demo.engine.list("resident", demo.context, ListQuery(wanted)).first(500)}


@pytest.mark.feature("AG-04")
@pytest.mark.feature("SYNC-02")
async def test_17_the_residents_of_building_a_into_a_group(demo: Demo, begin: Begin, tally: Tally) -> None:
    everybody = of_building(demo, "A")
    gym = group_id(demo, "Gym")
    async with begin() as keys:
        await keys.press("g", "r", "slash", "b", "colon")
        await keys.type("A")
        await keys.press("enter", "a", "plus")
        await keys.type("gym")
        await keys.press("enter", "y")
        pressed = keys.pressed
        await keys.until_text(f"{len(everybody)} people added to Gym", within=30)
        await keys.settled()
    assert {person.id for person in demo.engine.groups.people(demo.context, gym)} == everybody
    tally.note(17, "Building A's residents into a group", 10, pressed)


@pytest.mark.feature("SYNC-02")
async def test_17_the_plan_is_per_door_with_its_room_before_anything_is_written(demo: Demo, begin: Begin) -> None:
    cleaning = group_id(demo, "Cleaning")
    async with begin() as keys:
        await keys.press("g", "r", "slash", "b", "colon")
        await keys.type("B")
        await keys.press("enter", "a", "plus")
        await keys.type("cleaning")
        await keys.press("enter")
        await keys.until_text(f"Add {len(of_building(demo, 'B'))} people to Cleaning?", within=30)
        await keys.until_text("Lobby A")
        await keys.until_text("users after")
        await keys.press("enter")
        await keys.settled()
    assert not demo.engine.groups.people(demo.context, cleaning)


@pytest.mark.feature("AG-01")
async def test_23_a_weekly_group_with_three_doors(demo: Demo, begin: Begin, tally: Tally) -> None:
    async with begin() as keys:
        await keys.press("g", "g", "n")
        await keys.type("Day team")
        await keys.press("tab")
        await keys.type("mo-fr 8-18")
        await keys.press("tab")
        await keys.type("gym")
        await keys.press("comma")
        await keys.type("gar")
        await keys.press("comma")
        await keys.type("bike")
        await keys.press("f2")
        pressed = keys.pressed
        await keys.until_page("GroupsScreen")
        await keys.until_text("Day team")
    made = demo.engine.groups.get(demo.context, group_id(demo, "Day team"))
    assert (made.schedule, {door.door for door in made.doors}) == ("mo-fr 8-18", {"Gym", "Garage", "Bike Room"})
    tally.note(23, "Weekly group with three doors", 8, pressed)
