"""Self Devices Authorisation: hours of a resident at the devices of their apartment (features AG-05, AG-06)."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from backend.domain.access.decide import decide
from backend.domain.community_drafts import CommunitySwitches
from backend.domain.context import Context
from backend.domain.enums import Role
from backend.domain.errors import Invalid
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentPatch
from backend.services.communities import Communities
from backend.services.device_setup import DeviceSetup
from backend.services.devices import Devices
from backend.services.rules import load_rules
from backend.store import tables as t
from tests.services.people.park import Park, add_relay
from tests.support.rows import insert_device, manager_contexts


@pytest.fixture
def door(park: Park) -> int:
    """A door phone of apartment 1001 itself; its relay."""
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        device_id = insert_device(
            work, park.context.community_id, "Villa", building_id=park.building, apartment_id=park.apartments["1001"],
            public=False, profile="X916",
        )  # fmt: skip
    return add_relay(park.store, park.context, device_id, "Villa Door")


def device_of(park: Park, relay_id: int) -> int:
    return int(park.rows(t.relay, id=relay_id)[0]["device_id"])


def opens(park: Park, holder_id: int, relay_id: int, hour: int = 12) -> bool:
    with park.store.read() as connection:
        rules = load_rules(connection, park.store.sealer, park.context.community_id, holder_ids=[holder_id])
    return decide(rules, rules.credentials[holder_id][0], relay_id, park.clock.now.replace(hour=hour)).allowed


def manager(park: Park) -> Context:
    return manager_contexts(park.store)(Role.MANAGER, community_id=park.context.community_id)


def only_public(park: Park, on: bool) -> None:
    service = Communities(park.store)
    switches = CommunitySwitches(only_public_area=on)
    service.switch(park.act, service.get(park.context).version, switches)


@pytest.mark.feature("AG-05")
def test_a_resident_is_authorised_at_the_own_door_when_added_and_when_changed(park: Park, door: int) -> None:
    anna = park.add(pin="2041", own_schedule="daily 8-18", own_relay_ids=(door,)).id
    assert opens(park, anna, door)
    assert not opens(park, anna, door, hour=20)
    record = park.residents.get(park.context, anna)
    assert (record.own_schedule, record.own_hours) == ("daily 8-18", "Every day, 08:00 to 18:00")
    assert record.own_doors == record.private_doors == ((door, "Villa Door"),)
    before = park.gens()
    saved = park.edit(anna, own_schedule="daily 19-23")
    assert device_of(park, door) in saved.doors
    assert all(gen >= before[device] for device, gen in park.gens().items())
    assert opens(park, anna, door, hour=20)
    park.take_back(saved)
    assert not opens(park, anna, door, hour=20)
    park.edit(anna, own_schedule="")
    assert not park.rows(t.own_relay)
    assert not park.rows(t.own_window)
    assert {device for device, _ in park.unproved(anna)} == {device_of(park, door)}


@pytest.mark.feature("AG-05")
@pytest.mark.parametrize(
    ("schedule", "doors", "field"),
    [
        ("", "own", "own_schedule"),
        ("daily 8-8", "own", "own_schedule"),
        ("daily", "none", "own_relay_ids"),
        ("daily", "lobby", "own_relay_ids"),
    ],
)
def test_hours_and_doors_go_together_and_the_doors_stand_in_the_apartment(
    park: Park, door: int, schedule: str, doors: str, field: str
) -> None:
    chosen = {"own": (door,), "none": (), "lobby": (park.lobby_relay,)}[doors]
    with pytest.raises(Invalid) as refused:
        park.add(pin="2041", own_schedule=schedule, own_relay_ids=chosen)
    assert refused.value.fields.keys() == {field}


@pytest.mark.feature("AG-05")
def test_an_apartment_without_devices_has_nobody_to_authorise(park: Park, door: int) -> None:
    assert park.residents.defaults(park.context, park.apartments["1001"]).private_doors == ((door, "Villa Door"),)
    assert park.residents.defaults(park.context, park.apartments["1002"]).private_doors == ()
    with pytest.raises(Invalid, match="No device stands in this apartment"):
        park.add("1002", own_schedule="daily", own_relay_ids=(door,))


@pytest.mark.feature("AG-05")
@pytest.mark.feature("SYNC-02")
def test_the_plan_shows_the_own_door(park: Park, door: int) -> None:
    draft = park.draft(pin="2041", group_ids=(), own_schedule="daily", own_relay_ids=(door,))
    plans = park.residents.plan_add(park.context, draft)
    assert [(plan.device_name, [line.what for line in plan.adds]) for plan in plans] == [("Villa", ["PIN"])]
    anna = park.add(pin="2041", own_schedule="daily", own_relay_ids=(door,)).id
    plans = park.residents.plan_edit(park.context, anna, ResidentPatch(own_schedule=""))
    assert [(plan.device_name, len(plan.removes)) for plan in plans] == [("Villa", 1)]
    plans = park.residents.plan_edit(park.context, anna, ResidentPatch(group_ids=()))
    assert [plan.device_name for plan in plans] == ["Gate", "Lobby"]


@pytest.mark.feature("AG-05")
@pytest.mark.feature("RES-06")
def test_the_list_counts_the_own_door_among_a_persons_doors(park: Park, door: int) -> None:
    park.add(pin="2041", group_ids=(), own_schedule="daily", own_relay_ids=(door,))
    (row,) = park.residents.list(park.context, ListQuery()).first(5)
    assert row.values["doors"] == "pending:1"
    version = Devices(park.store).get(park.context, device_of(park, door)).version
    with park.store.write(park.act, "test.prepare") as work:
        work.require("device.write")
        work.update(t.device, device_of(park, door), version=version, apartment_id=park.apartments["1002"])
    with park.store.books(park.context) as work:
        work.connection.execute(delete(t.read_back))
    (row,) = park.residents.list(park.context, ListQuery()).first(5)
    assert row.values["doors"] == "none"


@pytest.mark.feature("AG-05")
@pytest.mark.edge("46")
def test_a_device_that_leaves_the_apartment_takes_the_right_along(park: Park, door: int) -> None:
    anna = park.add(pin="2041", group_ids=(), own_schedule="daily", own_relay_ids=(door,)).id
    device_id = device_of(park, door)
    version = Devices(park.store).get(park.context, device_id).version
    DeviceSetup(park.store).place(park.act, device_id, version, apartment_id=park.apartments["1002"])
    assert not opens(park, anna, door)
    assert {device for device, _ in park.unproved(anna)} == {device_id}
    record = park.residents.get(park.context, anna)
    assert record.own_doors == record.private_doors == ()


@pytest.mark.feature("AG-06")
@pytest.mark.edge("45")
def test_only_public_area_stops_own_rights_at_once_and_managers_set_none(park: Park, door: int) -> None:
    anna = park.add(pin="2041", own_schedule="daily", own_relay_ids=(door,)).id
    assert opens(park, anna, door)
    only_public(park, True)
    assert not opens(park, anna, door)
    assert opens(park, anna, park.lobby_relay)
    assert {device for device, _ in park.unproved(anna)} == {device_of(park, door)}
    assert park.residents.get(park.context, anna).private_doors == ()
    mona, version = manager(park), park.residents.get(park.context, anna).version
    for patch in (ResidentPatch(own_schedule="daily 8-9"), ResidentPatch(own_schedule=""), ResidentPatch(group_ids=())):
        with pytest.raises(Invalid, match="Only Public Area is on"):
            park.residents.edit(mona.again(), anna, version, patch)
    draft = park.draft(first="Jan", own_schedule="daily", own_relay_ids=(door,))
    with pytest.raises(Invalid, match="Only Public Area is on"):
        park.residents.add(mona.again(), draft)
    assert not park.residents.plan_edit(park.context, anna, ResidentPatch(own_schedule="daily 8-9"))
    park.edit(anna, own_schedule="daily 9-10")
    only_public(park, False)
    assert not opens(park, anna, door, hour=12)
    assert opens(park, anna, door, hour=8)  # 09:00 there


@pytest.mark.feature("AG-05")
@pytest.mark.feature("RES-07")
def test_who_is_deleted_leaves_no_own_rights_and_gets_them_back(park: Park, door: int) -> None:
    anna = park.add(pin="2041", own_schedule="daily", own_relay_ids=(door,)).id
    saved = park.delete(anna)
    assert not park.rows(t.own_relay)
    park.take_back(saved)
    assert opens(park, anna, door)
