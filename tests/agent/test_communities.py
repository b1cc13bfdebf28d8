"""One agent serves the devices of all communities, each by its own community's rules, clock and switches."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from backend.domain.community_drafts import CommunityDraft, CommunitySwitches
from backend.domain.context import Context
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import DeviceKind
from backend.domain.residents import ResidentDraft
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.communities import Communities
from backend.services.device_setup import DeviceSetup
from backend.store import tables as t
from backend.store.site import Site
from backend.store.store import Store
from tests.agent.running import served
from tests.support.rows import ManagerContext
from tests.support.world import PASSWORD, World, small_world, until


def second(world: World) -> Context:
    """Another community, in New York; its only door is the world's yard."""
    made = Communities(world.store).add(world.context.again(), CommunityDraft(name="Hill", timezone="America/New_York"))
    there = replace(world.context, community_id=made.id)
    facts = world.virtual.ready["devices"]["Yard"]
    world.devices.delete(world.context.again(), world.device_ids["Yard"])
    building = Buildings(world.store).add(there.again(), "H").id
    flat = Apartments(world.store).add(there.again(), building, "7").id
    draft = DeviceDraft(
        name="Yard",
        building_id=building,
        kind=DeviceKind.MULTI_DOOR_PHONE,
        model=facts["model"],
        mac=facts["mac"],
        firmware=facts["firmware"],
        profile="E18C",
        scheme="http",
        host="127.0.0.1",
        port=int(facts["url"].rpartition(":")[2].strip("/")),
        auth=facts["auth"],
        http_user="admin",
        password=PASSWORD,
        relay_names=("Yard",),
    )
    world.device_ids["Yard"] = world.devices.add(there.again(), draft).id
    world.residents.add(there.again(), ResidentDraft(apartment_id=flat, first="Bo", last="Hill", pin="2741"))
    return there


@pytest.mark.feature("AGT-06")
@pytest.mark.edge("24")
async def test_each_door_holds_the_people_of_its_own_community(
    store: Store, site: Site, manager_context: ManagerContext
) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "E18C"}) as world:
        there = second(world)
        world.add("Anna", "3852")
        async with served(world, site):
            await until(lambda: all(row.gen == row.done_gen for row in world.rows(t.device_sync)), within=20)
            assert not world.door("Gate").press_pin("3852").refused
            assert world.door("Gate").press_pin("2741").refused
            assert not world.door("Yard").press_pin("2741").refused
            assert world.door("Yard").press_pin("3852").refused
            log = t.door_log
            await until(lambda: bool(world.rows(log, log.c.initiated_by == "Hill, Bo")), within=20)
        (line,) = world.rows(log, log.c.initiated_by == "Hill, Bo")
        assert line.community_id == there.community_id
        with store.read() as connection:
            assert connection.execute(select(t.community.c.id)).scalars().all() == [1, there.community_id]


@pytest.mark.feature("AG-06")
@pytest.mark.edge("45")
async def test_only_public_area_takes_residents_off_a_private_door_and_brings_them_back(
    store: Store, site: Site, manager_context: ManagerContext
) -> None:
    async with small_world(store, manager_context, {"Gate": "E18C", "Flat": "E18C"}) as world:
        flat = world.devices.get(world.context, world.device_ids["Flat"])
        setup = DeviceSetup(store)
        setup.place(world.context.again(), flat.id, flat.version, apartment_id=world.apartment_ids["1001"])
        with store.write(world.context.again(), "test.group") as work:
            work.require("access_group.write")
            group = work.connection.execute(select(t.access_group.c.id)).scalar_one()
            work.insert(t.access_group_relay, group_id=group, relay_id=world.relay("Flat"))
        world.add("Anna", "2741")
        communities = Communities(store)

        def switch(*, on: bool) -> None:
            version = communities.get(world.context).version
            communities.switch(world.context.again(), version, CommunitySwitches(only_public_area=on))

        async with served(world, site):
            await until(lambda: not world.door("Flat").press_pin("2741").refused, within=20)
            switch(on=True)
            await until(lambda: world.door("Flat").press_pin("2741").refused, within=20)
            assert not world.door("Gate").press_pin("2741").refused
            proof = t.read_back
            await until(lambda: all(row.absent_at for row in world.rows(proof)) and bool(world.rows(proof)), within=20)
            switch(on=False)
            await until(lambda: not world.door("Flat").press_pin("2741").refused, within=20)
