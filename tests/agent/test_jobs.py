"""What the agent does beside the devices: it empties the database's log while terminals keep the site open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from backend.agent import jobs
from backend.agent.jobs import Jobs
from backend.domain.context import agent_context
from backend.domain.enums import MoveState, Role
from backend.domain.moves import MoveDraft
from backend.domain.residents import ResidentDraft
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import TempKeyDraft
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.moves import Moves
from backend.services.temp_keys import TempKeys
from backend.store import tables as t
from backend.store.opening import open_site
from backend.store.site import Site
from backend.store.store import Store
from backend.store.wal import wal_bytes
from tests.agent.running import served
from tests.support.clock import FakeClock
from tests.support.rows import (
    ManagerContext,
    insert_apartment,
    insert_building,
    insert_community,
    insert_device,
    insert_resident,
)
from tests.support.world import World, until

pytestmark = pytest.mark.feature("OPS-07")


def write(store: Store, name: bytes) -> None:
    """Make the log grow by 100 kB."""
    with store.books(agent_context(1)) as work:
        work.connection.execute(insert(t.body).values(mac=name, sealed=bytes(100_000)))


async def test_the_log_is_emptied_once_a_minute(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Jobs(store, agent_context(1))
    write(store, b"one")
    await odd.tick()
    await until(lambda: wal_bytes(store.path) == 0)
    write(store, b"two")
    await odd.tick()
    await odd.aclose()
    assert wal_bytes(store.path) > 100_000
    monkeypatch.setattr(jobs, "TIDY_EVERY", 0.0)
    await odd.tick()
    await until(lambda: wal_bytes(store.path) == 0)
    await odd.aclose()


async def test_a_reader_delays_it_and_nobody_waits(site: Site, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TIDY_EVERY", 0.0)
    odd, terminal = Jobs(store, agent_context(1)), open_site(site.root)
    write(store, b"one")
    with terminal.read() as connection:
        connection.execute(select(t.body.c.mac)).all()
        write(store, b"two")
        await odd.tick()
        await odd.aclose()
        assert wal_bytes(store.path) > 100_000
        write(store, b"three")
    await odd.tick()
    await until(lambda: wal_bytes(store.path) == 0)
    await odd.aclose()
    terminal.close()


async def test_a_running_agent_does_it(gate: World, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TIDY_EVERY", 0.0)
    write(gate.store, b"one")
    before = wal_bytes(gate.store.path)
    async with served(gate, site):
        await until(lambda: wal_bytes(gate.store.path) < before, 20)


@pytest.mark.feature("APT-03")
@pytest.mark.edge("13")
async def test_faces_follow_a_premium_plan_that_has_ended(store: Store, clock: FakeClock) -> None:
    with store.write(agent_context(0), "test.prepare") as work:
        work.require("community.write")
        home = insert_community(work, premium_until=clock() + timedelta(days=1))
        apartment = insert_apartment(work, insert_building(work, home), allow_face=False)
        anna = insert_resident(work, home, apartment)
        values = {"uuid": "1", "scope": "1", "value_sealed": b"", "community_id": home, "holder_id": anna}
        face = work.insert(t.credential, kind="face", origin="app", status="suspended", **values)
    clock.advance(days=2)
    odd = Jobs(store, agent_context(home))
    await odd.tick()
    await odd.aclose()
    with store.read() as connection:
        assert connection.execute(select(t.credential.c.status).where(t.credential.c.id == face)).scalar() == "active"


@pytest.mark.feature("VIS-01")
@pytest.mark.edge("21")
async def test_temporary_keys_that_are_over_are_freed(store: Store, clock: FakeClock) -> None:
    with store.write(agent_context(0), "test.prepare") as work:
        work.require("community.write")
        home = insert_community(work)
        gate = insert_device(work, home, "Gate")
        relay = work.insert(t.relay, uuid="1", device_id=gate, number=1, name="Gate", name_fold="gate")
    draft = TempKeyDraft(name="plumber", time=KeyTime(ends=clock() + timedelta(hours=1)), relay_ids=(relay,))
    key = TempKeys(store).add(agent_context(home), draft).id
    clock.advance(hours=1)
    odd = Jobs(store, agent_context(home))
    await odd.tick()
    await odd.aclose()
    with store.read() as connection:
        found = connection.execute(select(t.credential.c.status, t.credential.c.freed_at)).one()
        unproved = connection.execute(select(t.read_back.c.device_id).where(t.read_back.c.absent_at.is_(None)))
        assert (found.status, found.freed_at) == ("cooling", clock())
        assert list(unproved.scalars()) == [gate]
    assert TempKeys(store).get(agent_context(home), key).state == "expired"


@pytest.mark.feature("RES-16")
@pytest.mark.feature("AGT-06")
async def test_a_move_whose_time_has_come_is_carried_out(
    store: Store, clock: FakeClock, manager_context: ManagerContext
) -> None:
    context = manager_context(Role.INSTALLER)
    home = Apartments(store).add(context.again(), Buildings(store).add(context.again(), "A").id, "1001").id
    comes = ResidentDraft(first="Ewa", last="Nowak")
    draft = MoveDraft(apartment_id=home, incoming=comes, at=clock() + timedelta(hours=1))
    planned = Moves(store).move(context.again(), draft, "1001").id
    odd = Jobs(store, agent_context(context.community_id))
    await odd.tick()
    assert Moves(store).get(context, planned).state is MoveState.PLANNED
    clock.advance(hours=1, seconds=1)
    await odd.tick()
    await odd.tick()
    await odd.aclose()
    assert Moves(store).get(context, planned).state is MoveState.DONE
    assert [name for _, name, _ in Apartments(store).get(context, home).residents] == ["Nowak, Ewa"]


@pytest.mark.feature("RES-16")
async def test_a_move_that_nobody_can_read_keeps_no_other_from_its_time(
    store: Store, clock: FakeClock, manager_context: ManagerContext
) -> None:
    context = manager_context(Role.INSTALLER)
    building = Buildings(store).add(context.again(), "A").id
    moves, planned = Moves(store), []
    for number in ("1001", "1002"):
        home = Apartments(store).add(context.again(), building, number).id
        draft = MoveDraft(
            apartment_id=home, incoming=ResidentDraft(first="Ewa", last=number), at=clock() + timedelta(hours=1)
        )
        planned.append(moves.move(context.again(), draft, number).id)
    with store.books(agent_context(context.community_id)) as work:
        spoilt = update(t.move).where(t.move.c.id == planned[0]).values(incoming_sealed=b"spoilt beyond repair")
        work.connection.execute(spoilt)
    clock.advance(hours=1, seconds=1)
    odd = Jobs(store, agent_context(context.community_id))
    await odd.tick()
    await odd.tick()
    await odd.aclose()
    with store.read() as connection:
        states = connection.execute(select(t.move.c.state).order_by(t.move.c.id)).scalars().all()
    assert states == ["planned", "done"]


@pytest.mark.feature("LOG-07")
async def test_old_rows_go_by_the_agent(store: Store, clock: FakeClock, manager_context: ManagerContext) -> None:
    context = manager_context(Role.INSTALLER)
    values = {"community_id": context.community_id, "type": "call", "action": "unknown", "response": "success"}
    with store.books(agent_context(context.community_id)) as work:
        old = clock() - timedelta(days=31)
        work.connection.execute(insert(t.door_log).values(happened_at=old, received_at=old, **values))
    odd = Jobs(store, agent_context(1))
    await odd.tick()

    def left() -> list[int]:
        with store.read() as connection:
            return list(connection.execute(select(t.door_log.c.id)).scalars())

    await until(lambda: not left())
    await odd.aclose()
