"""A worker is made from the row of its device: where it is, how it logs in, whose certificate it must show."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import update

from backend.domain.enums import CommandState, DeviceStatus
from backend.intake.door_log import DoorLogIntake
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.make import make_worker
from backend.sync.worker import Pace, Worker
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

PACE = Pace(status=0, door_log=0, silent=0)


@pytest.fixture
async def lobby(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A door phone that speaks TLS with a digest login."""
    async with small_world(store, manager_context, {"Lobby": "X916"}) as made:
        yield made


def worker_of(world: World) -> Worker:
    """The worker of the lobby as its row stands."""
    intake = DoorLogIntake(world.store, world.agent)
    worker = make_worker(
        world.store,
        world.device_ids["Lobby"],
        rules=world.rules,
        base_url="http://127.0.0.1:9",
        intake=intake,
        pace=PACE,
        chance=random.Random(1),
    )
    world.clients.append(worker._client)
    return worker


def rewrite(world: World, **values: Any) -> None:
    """Change the row of the device as an installer would."""
    device = t.device
    with world.store.books(world.agent) as work:
        work.connection.execute(update(device).where(device.c.id == world.device_ids["Lobby"]).values(**values))


@pytest.mark.feature("AGT-01")
async def test_a_door_behind_tls_is_reached_as_its_row_says(lobby: World) -> None:
    assert lobby.row(t.device, "Lobby").scheme == "https"
    worker = worker_of(lobby)
    await worker.work()
    assert lobby.row(t.device_state, "Lobby").status == DeviceStatus.ONLINE
    opening = lobby.open("Lobby")
    await worker.serve()
    assert lobby.command(opening).state == CommandState.DONE


@pytest.mark.feature("AGT-01")
async def test_another_certificate_than_the_pinned_one_is_not_spoken_to(lobby: World) -> None:
    rewrite(lobby, tls_pin="00" * 32)
    worker = worker_of(lobby)
    await worker.work()
    row = lobby.row(t.device_state, "Lobby")
    assert row.status != DeviceStatus.ONLINE
    assert "certificate" in row.last_error
    opening = lobby.open("Lobby")
    await worker.serve()
    assert lobby.command(opening).state == CommandState.FAILED
    assert lobby.asked("Lobby", "relay/trig") == 0


@pytest.mark.feature("AGT-01")
async def test_weak_tls_is_spoken_only_where_the_row_allows_it(lobby: World) -> None:
    strict = worker_of(lobby)._client._session.wire._endpoint.legacy_tls
    rewrite(lobby, legacy_tls=True)
    assert (strict, worker_of(lobby)._client._session.wire._endpoint.legacy_tls) == (False, True)
