"""Access groups: made, found, changed and deleted, and the people in them (features AG-01 to AG-04, AG-06, AG-08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.domain.access.decide import decide
from backend.domain.access.rules import Rules
from backend.domain.context import Context
from backend.domain.enums import Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound, SmartPlusError, Stale
from backend.domain.filter import parse
from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.engine import _specs
from backend.services.groups import Groups
from backend.services.holidays import Holidays
from backend.services.plans import door_plans
from backend.services.rules import load_rules
from backend.store import tables as t
from tests.services.people.crowd import fill
from tests.services.people.park import Park, killed
from tests.support.rows import manager_contexts

DAY = "mo-fr 8-18; sa 10-14"


def groups(park: Park) -> Groups:
    return Groups(park.store)


def add(park: Park, name: str = "Day team", schedule: str = DAY, *relay_ids: int, holidays: bool = False) -> int:
    draft = GroupDraft(
        name=name, schedule=schedule, relay_ids=relay_ids or (park.lobby_relay,), keeps_holidays=holidays
    )
    return groups(park).add(park.act, draft).id


def edit(park: Park, group_id: int, **patch: object) -> Saved:
    version = groups(park).get(park.context, group_id).version
    return groups(park).edit(park.act, group_id, version, GroupPatch.model_validate(patch))


def members(park: Park, group_id: int) -> set[int]:
    return {row["holder_id"] for row in park.rows(t.access_group_member, group_id=group_id)}


def opens(park: Park, holder_id: int, relay_id: int, **at: int) -> bool:
    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id, holder_ids=[holder_id])
    return decide(rules, rules.credentials[holder_id][0], relay_id, park.clock.now.replace(**at)).allowed


def dirtied(park: Park, before: dict[int, int]) -> set[int]:
    return {device_id for device_id, gen in park.gens().items() if gen > before[device_id]}


def only_public(park: Park) -> None:
    with park.store.write(park.act, "community.switch") as work:
        work.require("community.write")
        work.update(t.community, park.context.community_id, only_public_area=True)


def manager(park: Park) -> Context:
    return manager_contexts(park.store)(Role.MANAGER, community_id=park.context.community_id)


@pytest.mark.feature("AG-01")
@pytest.mark.feature("AG-08")
def test_a_group_has_its_hours_in_full_its_doors_and_the_next_number(park: Park) -> None:
    group_id = add(park, " Day  team ", DAY, park.lobby_relay, park.gate_relay)
    found = groups(park).get(park.context, group_id)
    assert (found.name, found.number, found.type, found.people) == ("Day team", 2, "custom", 0)
    assert (found.schedule, found.hours_per_week) == (DAY, 54)
    assert found.hours == "Monday to Friday, 08:00 to 18:00; Saturday, 10:00 to 14:00"
    assert [door.door for door in found.doors] == ["Lobby Door", "Main Gate"]
    assert found.fixed == ""


@pytest.mark.feature("AG-01")
@pytest.mark.edge("28")
@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (GroupDraft(), {"name", "schedule", "relay_ids"}),
        (GroupDraft(name="x" * 65, schedule="daily", relay_ids=(4711,)), {"name", "relay_ids"}),
        (GroupDraft(name="Night", schedule="00:00-00:00", relay_ids=(1,)), {"schedule"}),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_field_by_field(park: Park, draft: GroupDraft, fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        groups(park).add(park.act, draft)
    assert refused.value.fields.keys() == fields


@pytest.mark.feature("AG-01")
def test_a_name_is_there_once_whatever_its_case(park: Park) -> None:
    add(park, "Day team")
    with pytest.raises(Conflict) as refused:
        add(park, "DAY TEAM")
    assert refused.value.field == "name"


@pytest.mark.feature("AG-03")
def test_the_list_is_filtered_by_type_name_door_and_keyword(park: Park) -> None:
    day = add(park, "Day team", DAY, park.lobby_relay)
    gate = add(park, "Night gate", "daily 22-6", park.gate_relay)

    def found(text: str) -> list[int]:
        wanted = parse(text, _specs("access-group"), now=park.clock.now, zone="UTC") if text else None
        return [row.id for row in groups(park).list(park.context, ListQuery(wanted)).first(10)]

    assert found("") == [park.default_group, day, gate]
    assert found("type:default") == [park.default_group]
    assert found("type:custom") == [day, gate]
    assert found("name:night") == found("door:main -type:default") == [gate]
    assert found("lobby") == [park.default_group, day]
    rows = groups(park).list(park.context, ListQuery(sort="name", descending=True)).first(10)
    assert [row.values["name"] for row in rows] == ["Night gate", "Day team", "A (default)"]
    assert rows[0].values["hours"] == "daily 22:00-06:00"
    assert rows[1].values["hours"] == "Mo-Fr 08:00-18:00; Sa 10:00-14:00"


@pytest.mark.feature("AG-04")
def test_people_join_and_leave_and_every_door_concerned_hears_of_it(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    group_id = add(park, "Gate by day", "daily 8-18", park.gate_relay)
    before = park.gens()
    saved = groups(park).add_people(park.act, group_id, [anna])
    assert set(saved.doors) == dirtied(park, before) == {park.gate}
    assert [person.name for person in groups(park).people(park.context, group_id)] == ["Kowalska, Anna"]
    assert [person.place for person in groups(park).people(park.context, group_id)] == ["A 1001"]
    assert opens(park, anna, park.gate_relay, hour=12)
    assert not opens(park, anna, park.gate_relay, hour=20)
    groups(park).remove_people(park.act, group_id, [anna])
    assert not opens(park, anna, park.gate_relay, hour=12)
    assert {device for device, _ in park.unproved(anna)} == {park.gate}


@pytest.mark.feature("AG-04")
def test_who_is_in_the_group_already_is_left_as_they_are(park: Park) -> None:
    anna, jan = park.add(pin="2041").id, park.add(first="Jan", pin="2042").id
    group_id = add(park)
    groups(park).add_people(park.act, group_id, [anna])
    change = groups(park).people_change(park.context, group_id, [anna, jan], add=True)
    assert (change.people, change.same) == (("Kowalska, Jan",), 1)
    saved = groups(park).add_people(park.act, group_id, [anna, jan])
    assert members(park, group_id) == {anna, jan}
    park.take_back(saved)
    assert members(park, group_id) == {anna}


@pytest.mark.feature("AG-04")
def test_only_residents_who_are_there_can_be_added(park: Park) -> None:
    gone = park.add(pin="2041").id
    park.delete(gone)
    group_id = add(park)
    for ids, error in (([gone], NotFound), ([4711], NotFound), ([], Invalid)):
        with pytest.raises(error):
            groups(park).add_people(park.act, group_id, ids)
    assert not members(park, group_id)


@pytest.mark.feature("SYNC-02")
def test_the_plan_of_people_is_per_door_with_capacity(park: Park) -> None:
    anna, jan = park.add(pin="2041", group_ids=()).id, park.add(first="Jan", pin="2042", group_ids=()).id
    group_id = add(park, "Both", "daily", park.gate_relay, park.lobby_relay)
    change = groups(park).people_change(park.context, group_id, [anna, jan], add=True)
    assert [(plan.device_name, len(plan.adds), plan.users_after) for plan in change.plans] == [
        ("Gate", 2, 2),
        ("Lobby", 2, 2),
    ]
    groups(park).add_people(park.act, group_id, [anna, jan])
    change = groups(park).people_change(park.context, group_id, [anna], add=False)
    assert [(plan.device_name, len(plan.removes)) for plan in change.plans] == [("Gate", 1), ("Lobby", 1)]
    assert change.alone == ("Kowalska, Anna",)


@pytest.mark.feature("AG-03")
def test_other_hours_reach_the_doors_and_other_doors_are_proved(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    group_id = add(park, "Gate", "daily 8-18", park.gate_relay)
    groups(park).add_people(park.act, group_id, [anna])
    plans = groups(park).plan_edit(park.context, group_id, GroupPatch(schedule="daily 10-14"))
    assert [(plan.device_name, [line.what for line in plan.changes]) for plan in plans] == [("Gate", ["new hours"])]
    before = park.gens()
    edit(park, group_id, schedule="daily 10-14", name="Gate at noon")
    assert dirtied(park, before) == {park.gate}
    assert not park.unproved(anna)
    assert opens(park, anna, park.gate_relay, hour=11)
    assert not opens(park, anna, park.gate_relay, hour=7)
    plans = groups(park).plan_edit(park.context, group_id, GroupPatch(relay_ids=(park.lobby_relay,)))
    assert [(plan.device_name, len(plan.adds), len(plan.removes)) for plan in plans] == [
        ("Gate", 0, 1),
        ("Lobby", 1, 0),
    ]
    before = park.gens()
    saved = edit(park, group_id, relay_ids=(park.lobby_relay,))
    assert dirtied(park, before) == {park.gate, park.lobby}
    assert {device for device, _ in park.unproved(anna)} == {park.gate}
    park.take_back(saved)
    assert opens(park, anna, park.gate_relay, hour=11)


@pytest.mark.feature("AG-03")
def test_a_form_of_an_older_version_does_not_save_over_other_hours(park: Park) -> None:
    group_id = add(park)
    version = groups(park).get(park.context, group_id).version
    edit(park, group_id, schedule="daily 9-17")
    with pytest.raises(Stale):
        groups(park).edit(park.act, group_id, version, GroupPatch(name="Late"))
    assert groups(park).get(park.context, group_id).name == "Day team"


@pytest.mark.feature("AG-02")
@pytest.mark.edge("42")
def test_no_path_deletes_or_changes_a_default_group(park: Park) -> None:
    custom, default = add(park), park.default_group
    for ids in ([default], [custom, default]):
        with pytest.raises(Conflict, match="default group of building A"):
            groups(park).delete(park.act, ids)
    version = groups(park).get(park.context, default).version
    for patch in (GroupPatch(name="x"), GroupPatch(schedule="daily"), GroupPatch(relay_ids=(park.gate_relay,))):
        with pytest.raises(Conflict, match="Make another group"):
            groups(park).edit(park.act, default, version, patch)
    assert {row["id"] for row in park.rows(t.access_group)} == {custom, default}
    assert groups(park).get(park.context, default).fixed


@pytest.mark.feature("AG-03")
def test_a_group_that_is_somebodys_only_one_stays_and_names_them(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    park.add(first="Jan", pin="2042")
    group_id, other = add(park), add(park, "Other")
    groups(park).add_people(park.act, group_id, [anna])
    groups(park).add_people(park.act, other, [anna])
    losses = groups(park).losses(park.context, [group_id])
    assert (losses.people, losses.doors, losses.alone, losses.blocked) == (("Kowalska, Anna",), ("Lobby Door",), (), "")
    losses = groups(park).losses(park.context, [group_id, other])
    assert losses.alone == ("Kowalska, Anna",)
    assert [(plan.device_name, len(plan.removes)) for plan in losses.plans] == [("Lobby", 1)]
    with pytest.raises(Conflict, match=r"1 person is in no group but these groups: Kowalska, Anna\."):
        groups(park).delete(park.act, [group_id, other])
    groups(park).delete(park.act, [group_id])
    with pytest.raises(Conflict, match="in no group but this group"):
        groups(park).delete(park.act, [other])
    assert members(park, other) == {anna}


@pytest.mark.feature("AG-03")
def test_a_deleted_group_comes_back_with_hours_doors_and_people(park: Park) -> None:
    anna = park.add(pin="2041").id
    group_id = add(park, "Day team", DAY, park.lobby_relay, park.gate_relay, holidays=True)
    groups(park).add_people(park.act, group_id, [anna])
    before = groups(park).get(park.context, group_id)
    saved = groups(park).delete(park.act, [group_id])
    with pytest.raises(NotFound):
        groups(park).get(park.context, group_id)
    assert not park.unproved(anna)  # the default group opens both doors
    park.take_back(saved)
    assert groups(park).get(park.context, group_id) == before
    assert members(park, group_id) == {anna}


@pytest.mark.feature("AG-04")
def test_very_many_join_in_slices_and_a_broken_request_goes_on(park: Park) -> None:
    fill(park, 120)
    people = [row["id"] for row in park.rows(t.holder)]
    group_id = add(park, "Gate", "daily 8-18", park.gate_relay)
    act = park.act
    park.store.after_commit.append(killed)
    with pytest.raises(KeyboardInterrupt):
        groups(park).add_people(act, group_id, people)
    park.store.after_commit.remove(killed)
    some = len(members(park, group_id))
    assert 0 < some <= len(people)
    saved = groups(park).add_people(act, group_id, people)
    assert members(park, group_id) == set(people)
    with park.store.read() as connection:
        acts = select(func.count()).where(t.operation.c.type == "group.add_people")
        assert connection.execute(acts).scalar_one() == 1
    park.take_back(saved)
    assert not members(park, group_id)


@pytest.mark.feature("AG-06")
def test_under_only_public_area_a_manager_sets_no_residents_permissions(park: Park) -> None:
    anna = park.add(pin="2041").id
    group_id, empty = add(park), add(park, "Nobody yet")
    groups(park).add_people(park.act, group_id, [anna])
    only_public(park)
    mona = manager(park)
    version = groups(park).get(mona, group_id).version
    acts = (
        lambda: groups(park).add_people(mona.again(), empty, [anna]),
        lambda: groups(park).remove_people(mona.again(), group_id, [anna]),
        lambda: groups(park).delete(mona.again(), [group_id]),
        lambda: groups(park).edit(mona.again(), group_id, version, GroupPatch(schedule="daily")),
    )
    for act in acts:
        with pytest.raises(Forbidden, match="Only Public Area is on"):
            act()
    assert members(park, group_id) == {anna}
    groups(park).delete(mona.again(), [empty])
    groups(park).remove_people(park.act, group_id, [anna])
    assert not members(park, group_id)


@pytest.mark.edge("48")
def test_a_relay_that_takes_no_pin_stays_shut_for_pins_in_any_group(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    group_id = add(park, "Gate", "daily", park.gate_relay)
    groups(park).add_people(park.act, group_id, [anna])
    assert opens(park, anna, park.gate_relay, hour=12)
    with park.store.write(park.act, "device.edit") as work:
        work.require("device.edit")
        work.update(t.relay, park.gate_relay, methods="card")
    assert not opens(park, anna, park.gate_relay, hour=12)
    assert [kind.value for kind in groups(park).get(park.context, group_id).doors[0].methods] == ["card"]


@pytest.mark.edge("47")
def test_a_group_of_another_community_is_none(park: Park) -> None:
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        other = work.insert(t.community, uuid="x", name="Elsewhere", timezone="UTC")
        group_id = work.insert(t.access_group, uuid="y", community_id=other, number=1, name="Z", name_fold="z")
    anna = park.add(pin="2041").id
    calls = (
        lambda: groups(park).get(park.context, group_id),
        lambda: groups(park).add_people(park.act, group_id, [anna]),
        lambda: groups(park).delete(park.act, [group_id]),
        lambda: groups(park).edit(park.act, group_id, 1, GroupPatch(name="Mine")),
        lambda: park.edit(anna, group_ids=(group_id,)),
    )
    for call in calls:
        with pytest.raises(SmartPlusError):
            call()
    assert not members(park, group_id)


@pytest.mark.feature("AG-07")
@pytest.mark.edge("26")
def test_another_time_zone_moves_hours_that_repeat_and_no_span_of_dates(park: Park) -> None:
    anna = park.add(pin="2041", group_ids=()).id
    today = park.clock.now.date()
    group_id = add(park, "Both", f"{today} 12:00..{today} 13:00; daily 8-9", park.gate_relay)
    groups(park).add_people(park.act, group_id, [anna])
    instants = [park.clock.now.replace(minute=30) + timedelta(hours=hours) for hours in range(-24, 24)]

    def open_at() -> set[object]:
        with park.store.read() as connection:
            rules = load_rules(connection, park.store.sealer, park.context.community_id)
        code = rules.credentials[anna][0]
        return {at for at in instants if decide(rules, code, park.gate_relay, at).allowed}

    span = [row for row in park.rows(t.access_window, group_id=group_id) if row["repeat"] == "never"]
    before = open_at()
    with park.store.write(park.act, "community.edit") as work:
        work.require("community.edit")
        work.update(t.community, park.context.community_id, timezone="Asia/Tokyo")
    assert [row for row in park.rows(t.access_window, group_id=group_id) if row["repeat"] == "never"] == span
    after = open_at()
    assert before != after
    dated = {at for at in instants if span[0]["begins_at"] <= at < span[0]["ends_at"]}
    assert dated <= before & after


@pytest.mark.feature("SYNC-02")
@pytest.mark.parametrize(
    "patch",
    [
        GroupPatch(schedule="daily 6-12; sa 0-24"),
        GroupPatch(keeps_holidays=True),
        GroupPatch(name="Other"),
        GroupPatch(schedule="mo 8-9", keeps_holidays=True),
    ],
)
def test_the_plan_of_an_edit_is_what_then_comes_true(park: Park, patch: GroupPatch) -> None:
    people = [park.add("1001", first, pin=f"204{n}", group_ids=()).id for n, first in enumerate(("Anna", "Jan"))]
    Holidays(park.store).add(park.act, "Fair", park.clock.now.date().isoformat())
    group_id = add(park, "Both", "daily 8-18", park.gate_relay, park.lobby_relay)
    groups(park).add_people(park.act, group_id, people)

    def rules() -> Rules:
        with park.store.read() as connection:
            return load_rules(connection, park.store.sealer, park.context.community_id, holder_ids=people)

    before, planned = rules(), groups(park).plan_edit(park.context, group_id, patch)
    edit(park, group_id, **patch.model_dump(exclude_none=True))
    with park.store.read() as connection:
        assert planned == door_plans(connection, before, rules(), park.clock.now)
