"""Plans of people whose hours begin further away than doors hold them ahead (feature SYNC-02; data: compile)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.domain.access.results import DoorPlan
from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.residents import ResidentPatch
from backend.domain.staff import StaffDraft
from backend.services.groups import Groups
from backend.services.personnel import Staff
from backend.store import tables as t
from tests.services.people.park import Park

SATURDAY = "2026-03-07 10:00"

pytestmark = pytest.mark.feature("SYNC-02")


def group(park: Park, schedule: str, *relay_ids: int, name: str = "Weekend") -> int:
    draft = GroupDraft(name=name, schedule=schedule, relay_ids=relay_ids or (park.gate_relay,))
    return Groups(park.store).add(park.act, draft).id


def told(plans: tuple[DoorPlan, ...]) -> list[tuple[str, list[str], list[str], list[str], str]]:
    """Per door what comes, goes and changes, and when in wall time, "" for at once."""
    berlin = timedelta(hours=1)
    return [
        (
            plan.device_name,
            [line.what for line in plan.adds],
            [line.what for line in plan.removes],
            [line.what for line in plan.changes],
            f"{plan.opens_at + berlin:%Y-%m-%d %H:%M}" if plan.opens_at else "",
        )
        for plan in plans
    ]


def test_a_new_person_is_planned_for_when_the_hours_begin(park: Park) -> None:
    weekend = group(park, "sa 10-14; su 9-12")
    draft = park.draft(pin="2041", group_ids=(weekend,))
    assert told(park.residents.plan_add(park.context, draft)) == [("Gate", ["PIN"], [], [], SATURDAY)]
    plans = Staff(park.store).plan_add(park.context, StaffDraft(name="Jan", pin="2042", group_ids=(weekend,)))
    assert told(plans) == [("Gate", ["PIN"], [], [], SATURDAY)]


def test_a_door_that_differs_at_once_says_no_time_and_stands_once(park: Park) -> None:
    draft = park.draft(
        pin="2041",
        group_ids=(group(park, "sa 10-14", park.gate_relay, park.lobby_relay), group(park, "daily", name="D")),
    )
    assert told(park.residents.plan_add(park.context, draft)) == [
        ("Gate", ["PIN"], [], [], ""),
        ("Lobby", ["PIN"], [], [], SATURDAY),
    ]


def test_what_is_taken_from_hours_that_are_far_is_shown_too(park: Park) -> None:
    weekend = group(park, "sa 10-14")
    anna = park.add(pin="2041", group_ids=(weekend,)).id
    lost = park.residents.plan_edit(park.context, anna, ResidentPatch(group_ids=()))
    assert told(lost) == [("Gate", [], ["PIN"], [], SATURDAY)]
    people = Groups(park.store).people_change(park.context, weekend, [anna], add=False)
    assert told(people.plans) == [("Gate", [], ["PIN"], [], SATURDAY)]
    hours = Groups(park.store).plan_edit(park.context, weekend, GroupPatch(schedule="sa 9-14"))
    assert told(hours) == [("Gate", [], [], ["new hours"], "2026-03-07 09:00")]


def test_hours_that_begin_within_a_day_are_at_once(park: Park) -> None:
    draft = park.draft(pin="2041", group_ids=(group(park, "tu 9-12"),))
    assert told(park.residents.plan_add(park.context, draft)) == [("Gate", ["PIN"], [], [], "")]


def test_hours_that_never_come_again_and_who_may_not_enter_are_no_plan(park: Park) -> None:
    past = group(park, "2026-01-01..2026-01-05", name="Past")
    assert not park.residents.plan_add(park.context, park.draft(pin="2041", group_ids=(past,)))
    weekend = group(park, "sa 10-14")
    with park.store.books(park.context) as work:
        work.connection.execute(update(t.community).values(only_public_area=True))
        work.connection.execute(update(t.device).where(t.device.c.id == park.gate).values(public=False))
    assert not park.residents.plan_add(park.context, park.draft(pin="2041", group_ids=(weekend,)))
