"""A freed value is proved gone door by door, and used again only when all have proved it and a day has passed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from backend.domain.enums import CredentialStatus
from backend.domain.errors import Conflict
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import cooling, proofs
from tests.support.clock import FakeClock
from tests.support.overtaken import Overtaken
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """Two doors and Anna, who has moved out; no door has been told yet."""
    async with small_world(store, manager_context, {"Gate": "E18C", "Yard": "E18C"}) as made:
        anna = made.add("Anna", "2741", cards=("0A3C7F20",))
        for name in ("Gate", "Yard"):
            await made.reconciler(name).run()
        made.residents.delete(made.context.again(), (anna.id,))
        yield made


def freed(world: World, name: str) -> tuple[proofs.Freed, ...]:
    """What a device still has to prove."""
    with world.store.read() as connection:
        return proofs.load_freed(connection, world.store.sealer, world.device_ids[name])


def cooled(world: World) -> list[int]:
    """The credentials that may be given away again."""
    with world.store.read() as connection:
        return proofs.cooled(connection, world.context.community_id, world.store.clock())


def prove(world: World, name: str, *which: proofs.Freed) -> set[str]:
    """Note proofs of a device; answers the topics touched."""
    with world.store.books(world.agent) as work:
        proofs.note_absent(work, world.device_ids[name], [one.id for one in which])
        return work.topics


def red(world: World, name: str) -> int:
    """Count and read the number of unproved revocations of a device."""
    with world.store.books(world.agent) as work:
        proofs.count_red(work, world.device_ids[name])
    return int(world.row(t.device_sync, name).red)


@pytest.mark.feature("SYNC-03")
async def test_each_device_has_to_prove_every_code(world: World) -> None:
    anna = world.rows(t.holder)[0].id
    for name in ("Gate", "Yard"):
        assert {(one.kind, one.value, one.holder_id) for one in freed(world, name)} == {
            ("pin", "2741", anna),
            ("card", "0A3C7F20", anna),
        }
    assert len({one.id for name in ("Gate", "Yard") for one in freed(world, name)}) == 4
    assert (red(world, "Gate"), red(world, "Yard")) == (2, 2)


@pytest.mark.feature("SYNC-03")
async def test_a_proof_counts_for_its_device_and_its_time_stays(world: World, clock: FakeClock) -> None:
    first, second = freed(world, "Gate")
    other = freed(world, "Yard")[0]
    began = clock.advance(minutes=1)
    assert prove(world, "Gate", first, other) == {"sync"}
    assert freed(world, "Gate") == (second,)
    assert len(freed(world, "Yard")) == 2, "a proof of one door is none for another"
    clock.advance(minutes=1)
    assert prove(world, "Gate", first, second) == {"sync"}
    rows = world.rows(t.read_back, t.read_back.c.device_id == world.device_ids["Gate"])
    assert {row.id: row.absent_at for row in rows} == {first.id: began, second.id: clock()}
    assert prove(world, "Gate") == set()
    assert (red(world, "Gate"), red(world, "Yard")) == (0, 2)


@pytest.mark.feature("SYNC-03")
async def test_a_value_cools_until_every_door_has_proved_and_a_day_has_passed(world: World, clock: FakeClock) -> None:
    gate, yard = freed(world, "Gate"), freed(world, "Yard")
    clock.advance(days=3)
    assert cooled(world) == []
    prove(world, "Gate", *gate)
    assert cooled(world) == []
    prove(world, "Yard", yard[0])
    assert len(cooled(world)) == 1
    prove(world, "Yard", yard[1])
    assert len(cooled(world)) == 2


async def test_a_day_is_twenty_four_hours(world: World, clock: FakeClock) -> None:
    for name in ("Gate", "Yard"):
        prove(world, name, *freed(world, name))
    clock.advance(hours=24)
    assert cooled(world) == []
    clock.advance(microseconds=1)
    assert len(cooled(world)) == 2
    assert timedelta(hours=24) == proofs.COOLING


@pytest.mark.feature("SYNC-03")
async def test_a_cooled_value_is_free_again_by_an_act_of_the_agent(world: World, clock: FakeClock) -> None:
    with pytest.raises(Conflict):
        world.add("Ben", "2741", apartment="1002")
    assert cooling.free_cooled(world.store, world.agent) == 0
    for name in ("Gate", "Yard"):
        prove(world, name, *freed(world, name))
    clock.advance(days=1, seconds=1)
    told: list[frozenset[str]] = []
    world.store.after_commit.append(told.append)
    assert cooling.free_cooled(world.store, world.agent) == 2
    assert told == [frozenset({"residents", "operations"})]
    assert {row.status for row in world.rows(t.credential)} == {CredentialStatus.GONE}
    assert world.rows(t.read_back) == []
    operation = world.rows(t.operation)[-1]
    assert operation.action == "freed 2 values proved gone from every door"
    assert (operation.type, operation.actor, operation.via) == ("credential.free", "agent", "agent")
    assert (operation.entity, operation.entity_id, operation.entity_name) == ("credential", None, "")
    assert not operation.undoable
    assert cooling.free_cooled(world.store, world.agent) == 0
    assert len(told) == 1
    world.add("Ben", "2741", apartment="1002")


@pytest.mark.feature("SYNC-03")
async def test_who_is_overtaken_frees_nothing_and_writes_no_operation(world: World, clock: FakeClock) -> None:
    for name in ("Gate", "Yard"):
        prove(world, name, *freed(world, name))
    clock.advance(days=1, seconds=1)
    agent = world.agent
    late = Overtaken(
        None, "agent", agent.community_id, agent.via, first=lambda: cooling.free_cooled(world.store, agent)
    )
    assert cooling.free_cooled(world.store, late) == 0
    freeing = world.rows(t.operation, t.operation.c.type == "credential.free")
    assert [row.action for row in freeing] == ["freed 2 values proved gone from every door"]


async def test_only_what_has_cooled_is_freed(world: World, clock: FakeClock) -> None:
    for name in ("Gate", "Yard"):
        prove(world, name, *freed(world, name))
    with world.store.write(world.agent.again(), "test.card") as work:
        work.require("credential.free")
        card = world.rows(t.credential, t.credential.c.kind == "card")[0]
        work.update(t.credential, card.id, freed_at=clock() + timedelta(hours=5))
    clock.advance(days=1, seconds=1)
    assert cooling.free_cooled(world.store, world.agent) == 1
    assert {row.kind: row.status for row in world.rows(t.credential)} == {
        "pin": CredentialStatus.GONE,
        "card": CredentialStatus.COOLING,
    }
    assert {row.credential_id for row in world.rows(t.read_back)} == {card.id}


async def test_a_code_that_is_in_use_never_cools(world: World, clock: FakeClock) -> None:
    with world.store.write(world.agent.again(), "test.back") as work:
        work.require("credential.free")
        for row in world.rows(t.credential):
            work.update(t.credential, row.id, status=CredentialStatus.ACTIVE)
        work.connection.execute(update(t.read_back).values(absent_at=work.at))
    clock.advance(days=9)
    assert cooled(world) == []


async def test_forgetting_nothing_touches_nothing(world: World) -> None:
    with world.store.books(world.agent) as work:
        proofs.forget_read_backs(work, [])
    assert len(world.rows(t.read_back)) == 4
