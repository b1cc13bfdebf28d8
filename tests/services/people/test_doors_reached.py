"""An act counts the doors that it reaches and no others: the plan before it, the act itself, and its undo."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.groups import GroupDraft
from backend.domain.residents import ResidentPatch
from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.groups import Groups
from backend.services.personnel import Staff
from backend.store import tables as t
from tests.services.people.park import Park, add_relay
from tests.support.rows import insert_device

HOURS = ("daily", "daily 8-18")


@pytest.fixture
def gym(park: Park) -> tuple[int, int]:
    """A device and its relay that no default group opens."""
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        device_id = insert_device(work, park.context.community_id, "Gym", profile="R20A")
    return device_id, add_relay(park.store, park.context, device_id, "Gym")


def group(park: Park, name: str, schedule: str, *relay_ids: int) -> int:
    draft = GroupDraft(name=name, schedule=schedule, relay_ids=relay_ids)
    return Groups(park.store).add(park.act, draft).id


def reached(park: Park, holder_id: int, **patch: Any) -> tuple[set[int], set[int], set[int], set[int]]:
    """The doors that the plan, the act, the plan of its undo and the undo name; the act is taken back."""
    planned = park.residents.plan_edit(park.context, holder_id, ResidentPatch(**patch))
    saved = park.edit(holder_id, **patch)
    back = park.undo.plan(park.context, saved.operation)
    undone = park.take_back(saved)
    return {one.device_id for one in planned}, set(saved.doors), {one.device_id for one in back}, set(undone.doors)


@pytest.mark.feature("SYNC-02")
@pytest.mark.feature("RES-05")
@pytest.mark.feature("SYNC-07")
def test_the_edit_of_a_resident_counts_the_doors_that_it_reaches(park: Park, gym: tuple[int, int]) -> None:
    device_id, relay_id = gym
    anna = park.add(pin="2041").id
    home, everywhere = park.default_group, {park.gate, park.lobby}
    day = group(park, "Day", "daily 8-18", relay_id, park.gate_relay)  # the default group opens the gate all day
    none: tuple[set[int], ...] = (set(), set(), set(), set())
    assert reached(park, anna, remark="x", phone1="221234567") == none
    assert reached(park, anna, group_ids=(home, day)) == ({device_id},) * 4
    assert reached(park, anna, group_ids=(home, day), remark="y") == ({device_id},) * 4
    assert reached(park, anna, group_ids=()) == (everywhere,) * 4
    assert reached(park, anna, pin="3052") == (everywhere,) * 4
    assert reached(park, anna, first="Hanna") == (everywhere,) * 4
    other = group(park, "Other", "daily", park.gate_relay)
    park.edit(anna, group_ids=(home, other))
    assert reached(park, anna, group_ids=(home,)) == none
    assert reached(park, anna, group_ids=()) == (everywhere,) * 4  # each of both kept the gate open for the other


@pytest.mark.feature("VIS-06")
def test_the_edit_of_a_member_of_staff_counts_the_doors_that_it_reaches(park: Park, gym: tuple[int, int]) -> None:
    staff, (device_id, relay_id) = Staff(park.store), gym
    home, day = park.default_group, group(park, "Day", "daily 8-18", relay_id)
    kim = staff.add(park.act, StaffDraft(name="Kim", pin="5599", group_ids=(home,))).id
    version = staff.get(park.context, kim).version
    patch = StaffPatch(group_ids=(home, day))
    assert {one.device_id for one in staff.plan_edit(park.context, kim, patch)} == {device_id}
    saved = staff.edit(park.act, kim, version, patch)
    assert set(saved.doors) == {device_id}
    assert set(park.take_back(saved).doors) == {device_id}
    renamed = staff.plan_edit(park.context, kim, StaffPatch(name="Kim Lee"))
    assert [line.what for plan in renamed for line in plan.changes] == ["new name", "new name"]


@pytest.mark.feature("SYNC-01")
@pytest.mark.feature("SYNC-07")
def test_no_door_that_holds_something_else_is_left_out(park: Park, gym: tuple[int, int]) -> None:
    """Whatever groups somebody leaves and joins at once, and with every undo of it."""
    relays = (park.gate_relay, park.lobby_relay, gym[1])
    groups = [group(park, f"G{number}", HOURS[number % 2], *relays[number // 2 :]) for number in range(6)]
    anna = park.add(pin="2041", group_ids=()).id

    @given(st.frozensets(st.sampled_from(groups)), st.frozensets(st.sampled_from(groups)))
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    def whatever(first: frozenset[int], second: frozenset[int]) -> None:
        park.edit(anna, group_ids=tuple(first))
        planned, told, back, undone = reached(park, anna, group_ids=tuple(second)) if first != second else [set()] * 4
        assert planned <= told
        assert back <= undone
        concerned = {row["relay_id"] for one in first ^ second for row in park.rows(t.access_group_relay, group_id=one)}
        devices = {row["device_id"] for row in park.rows(t.relay) if row["id"] in concerned}
        assert told | undone <= devices

    whatever()
