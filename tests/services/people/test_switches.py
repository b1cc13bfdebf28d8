"""The switches of a community change what services allow, not only what screens show (rules 1.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from backend.domain.community_drafts import CommunityDraft, CommunitySwitches
from backend.domain.context import Context
from backend.domain.enums import ChargeMode, Role, Verdict
from backend.domain.errors import Conflict, Forbidden, Invalid, Stale
from backend.domain.paging import ListQuery
from backend.domain.residents import ResidentPatch
from backend.services.communities import Communities
from backend.services.device_setup import DeviceSetup
from backend.services.devices import Devices
from backend.services.rules import load_rules
from backend.store import tables as t
from tests.services.people.lists import PERSON, Lists
from tests.services.people.park import Park, add_group
from tests.support.rows import insert_device, manager_contexts


@pytest.fixture
def communities(park: Park) -> Communities:
    return Communities(park.store)


@pytest.fixture
def manager(park: Park) -> Context:
    """A property manager of the park."""
    return manager_contexts(park.store)(Role.MANAGER, community_id=park.context.community_id)


def switch(park: Park, **values: Any) -> Any:
    """Flip switches as the installer."""
    service = Communities(park.store)
    return service.switch(park.act, service.get(park.context).version, CommunitySwitches(**values))


def private_lobby(park: Park) -> None:
    """The lobby's phone stands in an apartment from now on, and the default group opens it all the same."""
    device = Devices(park.store).get(park.context, park.lobby)
    DeviceSetup(park.store).place(park.act, park.lobby, device.version, apartment_id=park.apartments["1001"])
    with park.store.write(park.context.again(), "test.group") as work:
        work.require("access_group.write")
        work.insert(t.access_group_relay, group_id=park.default_group, relay_id=park.lobby_relay)


@pytest.mark.feature("AG-06")
@pytest.mark.edge("45")
def test_only_public_area_takes_residents_off_private_doors_at_once(park: Park) -> None:
    private_lobby(park)
    anna = park.add(pin="2741")
    before = park.gens()
    saved = switch(park, only_public_area=True)
    assert park.gens()[park.lobby] == saved.doors[park.lobby] > before[park.lobby]
    (pin,) = (row["id"] for row in park.rows(t.credential, holder_id=anna.id))
    assert park.unproved(anna.id) == {(park.lobby, pin)}, "its removal is proved like any revocation"
    assert park.access.why(park.context, holder_id=anna.id, relay_id=park.gate_relay).allowed
    told = park.access.why(park.context, holder_id=anna.id, relay_id=park.lobby_relay)
    assert not told.allowed
    assert "public doors only" in told.sentence
    opens = {door.device_id: door.opens for door in park.residents.get(park.context, anna.id).doors}
    assert opens == {park.gate: True, park.lobby: False}


@pytest.mark.feature("AG-06")
@pytest.mark.feature("SYNC-07")
@pytest.mark.edge("45")
def test_only_public_area_is_taken_back_with_every_right(park: Park) -> None:
    private_lobby(park)
    anna = park.add(pin="2741")
    saved = switch(park, only_public_area=True)
    before = park.gens()
    park.take_back(saved)
    assert park.unproved(anna.id) == set()
    assert park.gens()[park.lobby] == before[park.lobby] + 1
    assert park.access.why(park.context, holder_id=anna.id, relay_id=park.lobby_relay).allowed


@pytest.mark.feature("AG-06")
def test_under_only_public_area_a_manager_sets_no_permissions_and_an_installer_does(
    park: Park, manager: Context
) -> None:
    anna = park.add(pin="2741")
    switch(park, only_public_area=True)
    version = park.residents.get(manager, anna.id).version
    with pytest.raises(Invalid) as refused:
        park.residents.edit(manager.again(), anna.id, version, ResidentPatch(group_ids=()))
    assert "Only Public Area" in refused.value.fields["group_ids"]
    with pytest.raises(Invalid):
        park.residents.add(manager.again(), park.draft(first="Jan", last=None, group_ids=()))
    park.residents.edit(manager.again(), anna.id, version, ResidentPatch(remark="quiet"))
    park.residents.add(manager.again(), park.draft(first="Jan", last=None))
    park.edit(anna.id, group_ids=())
    assert park.residents.get(park.context, anna.id).groups == ()


@pytest.mark.feature("SET-06")
def test_without_landline_service_no_new_landline_is_taken(park: Park) -> None:
    anna = park.add(calling_code="49", phone1="3012345")
    switch(park, landline=False)
    with pytest.raises(Invalid) as refused:
        park.edit(anna.id, phone2="3099999")
    assert refused.value.fields.keys() == {"phone2"}
    park.edit(anna.id, phone1="")
    assert park.residents.get(park.context, anna.id).phone1 == ""


@pytest.mark.feature("RES-14")
def test_id_access_is_for_communities_that_have_it(park: Park) -> None:
    with pytest.raises(Invalid) as refused:
        park.add(run="12345678-5", serial="A12345678")
    assert "run" in refused.value.fields
    switch(park, id_access=True)
    anna = park.add(run="12345678-5", serial="A12345678")
    assert [row["kind"] for row in park.rows(t.credential, holder_id=anna.id)] == ["id_access"]


@pytest.mark.feature("SET-06")
def test_premium_ends_with_its_last_day_in_the_zone_of_the_community(park: Park, communities: Communities) -> None:
    switch(park, premium_until="2026-03-02")
    assert communities.get(park.context).premium_until == date(2026, 3, 2)
    switch(park, video_storage=True)
    assert communities.get(park.context).video_storage
    switch(park, video_storage=False, premium_until="")
    assert communities.get(park.context).premium_until is None
    for wrong in ("soon", "2026-02-30"):
        with pytest.raises(Invalid) as refused:
            switch(park, premium_until=wrong)
        assert refused.value.fields.keys() == {"premium_until"}


@pytest.mark.feature("SET-06")
def test_video_storage_needs_premium_that_runs(park: Park) -> None:
    with pytest.raises(Invalid) as refused:
        switch(park, video_storage=True)
    assert "Premium" in refused.value.fields["video_storage"]
    with pytest.raises(Invalid):
        switch(park, video_storage=True, premium_until="2026-03-01")


@pytest.mark.feature("SET-06")
def test_free_members_are_what_the_form_of_a_resident_counts_with(park: Park) -> None:
    park.add()
    switch(park, free_members=5)
    assert park.residents.defaults(park.context, park.apartments["1001"]).free_members == 5
    with pytest.raises(Invalid) as refused:
        switch(park, free_members=64)
    assert refused.value.fields.keys() == {"free_members"}


@pytest.mark.feature("ACC-08")
def test_a_manager_flips_no_switch_and_a_stale_page_neither(
    park: Park, communities: Communities, manager: Context
) -> None:
    version = communities.get(park.context).version
    with pytest.raises(Forbidden):
        communities.switch(manager.again(), version, CommunitySwitches(charge_mode=ChargeMode.INSTALLER))
    switch(park, charge_mode=ChargeMode.INSTALLER)
    assert communities.get(manager).charge_mode is ChargeMode.INSTALLER
    with pytest.raises(Stale):
        communities.switch(park.act, version, CommunitySwitches(landline=False))


@pytest.mark.feature("SET-01")
def test_the_address_of_a_community_is_its_managers_to_change(
    park: Park, communities: Communities, manager: Context
) -> None:
    version = communities.get(manager).version
    communities.edit(
        manager.again(), version, street="Long Lane 4", city="Zürich", postcode="8001", country="Switzerland"
    )
    with pytest.raises(Invalid) as refused:
        communities.edit(manager.again(), version + 1, country="Atlantis", street="x" * 129)
    assert refused.value.fields.keys() == {"country", "street"}


@pytest.mark.feature("SET-06")
@pytest.mark.edge("24")
def test_an_installer_makes_another_community_and_acts_in_it(park: Park, communities: Communities) -> None:
    with pytest.raises(Invalid) as refused:
        communities.add(park.act, CommunityDraft(name=" ", timezone="Mars"))
    assert refused.value.fields.keys() == {"name", "timezone"}
    made = communities.add(park.act, CommunityDraft(name="Hill", timezone="America/New_York", country="United States"))
    there = Context(park.context.actor_id, park.context.actor_name, made.id, park.context.via)
    assert communities.get(there).country == "US"
    rows = communities.list(park.context, ListQuery()).first(10)
    assert [row.values["name"] for row in rows] == ["Hill", "Park"]
    with park.store.read() as connection:
        assert load_rules(connection, park.store.sealer, made.id).zone == "America/New_York"
    stranger = manager_contexts(park.store)(Role.INSTALLER)
    assert made.id not in [row.id for row in communities.list(stranger, ListQuery()).first(10)]
    with pytest.raises(Forbidden):
        communities.get(Context(stranger.actor_id, "", made.id, park.context.via))


@pytest.mark.feature("DEV-01")
@pytest.mark.edge("46")
def test_a_device_that_moves_changes_its_default_groups_and_what_was_held_is_proved_gone(park: Park) -> None:
    anna = park.add(pin="2741")
    setup, device = DeviceSetup(park.store), Devices(park.store).get(park.context, park.lobby)
    saved = setup.place(park.act, park.lobby, device.version, apartment_id=park.apartments["1001"])
    moved = Devices(park.store).get(park.context, park.lobby)
    assert (moved.building, moved.apartment) == ("A", "1001")
    assert not park.rows(t.access_group_relay, relay_id=park.lobby_relay)
    assert {device_id for device_id, _ in park.unproved(anna.id)} == {park.lobby}
    park.take_back(saved)
    assert park.rows(t.access_group_relay, relay_id=park.lobby_relay)
    assert park.unproved(anna.id) == set()
    with pytest.raises(Invalid) as refused:
        setup.place(park.act, park.lobby, moved.version + 1, apartment_id=4711)
    assert refused.value.fields.keys() == {"apartment_id"}


@pytest.mark.feature("DEV-01")
def test_a_device_for_the_whole_community_joins_every_default_group(park: Park) -> None:
    device = Devices(park.store).get(park.context, park.lobby)
    DeviceSetup(park.store).place(park.act, park.lobby, device.version)
    assert {row["group_id"] for row in park.rows(t.access_group_relay, relay_id=park.lobby_relay)} == {
        row["id"] for row in park.rows(t.access_group, system=True)
    }
    with park.store.books(park.context) as work:
        work.connection.execute(update(t.device_sync).values(done_gen=t.device_sync.c.gen))


@pytest.mark.feature("SET-06")
def test_a_building_with_a_device_in_an_apartment_is_not_deleted(park: Park) -> None:
    private_lobby(park)
    from backend.services.apartments import Apartments

    with pytest.raises(Conflict, match="devices"):
        Apartments(park.store).delete(park.act, park.apartments["1001"])


@pytest.mark.feature("SET-06")
def test_with_indoor_monitor_an_apartment_keeps_its_last_one(park: Park) -> None:
    devices, setup = Devices(park.store), DeviceSetup(park.store)
    flat = park.apartments["1001"]
    with park.store.write(park.context.again(), "test.monitor") as work:
        work.require("device.write")
        monitor = insert_device(
            work, park.context.community_id, "Monitor", kind="indoor_monitor", apartment_id=flat, public=False
        )
    switch(park, with_indoor_monitor=True)
    version = devices.get(park.context, monitor).version
    for act in (
        lambda: devices.delete(park.act, monitor),
        lambda: setup.place(park.act, monitor, version, building_id=park.building),
    ):
        with pytest.raises(Conflict, match="last monitor"):
            act()
    switch(park, with_indoor_monitor=False)
    devices.delete(park.act, monitor)


@pytest.mark.feature("AG-06")
@pytest.mark.feature("RES-09")
def test_under_only_public_area_a_managers_list_gives_no_groups_and_an_installers_does(
    park: Park, manager: Context
) -> None:
    gym = add_group(park.store, park.context, "Gym", (park.gate_relay,))
    lists = Lists(park)
    row, plain = ("A", "1001", 0, "Ada", "Okonkwo"), (*PERSON,)
    bound = lists.draft((*row, "50"), columns=(*PERSON, "groups"))
    switch(park, only_public_area=True)
    (refused,) = lists.imports.preview(manager, bound).rows
    assert refused.verdict is Verdict.REFUSE
    (added,) = lists.imports.preview(manager, lists.draft(row, columns=plain)).rows
    assert added.verdict is Verdict.ADD
    (done,) = lists.preview(bound).rows
    assert done.verdict is Verdict.ADD
    assert gym != park.default_group
