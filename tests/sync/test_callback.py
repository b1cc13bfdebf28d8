"""A device is taught to call us: its Action URLs, with its own token, at the first look and after a restart."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest

from backend.intake.door_log import DoorLogIntake
from backend.store import tables as t
from backend.store.store import Store
from backend.sync.callback import Callback
from backend.sync.make import make_worker
from backend.sync.worker import Pace
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world, until

pytestmark = pytest.mark.feature("AGT-04")
HERE = "http://127.0.0.1:8099"
TOKEN = "t" * 43
KEYS = "Config.Features.ACTIONURL."
ALWAYS_DUE = Pace(status=0, door_log=0, silent=0)


@pytest.fixture
async def gate(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate."""
    async with small_world(store, manager_context, {"Gate": "E18C"}, reboot_seconds=0) as made:
        yield made


def urls(world: World) -> dict[str, str]:
    """The Action URLs that the gate has."""
    settings = world.door("Gate").settings.section("Config.", None)
    return {key.removeprefix(KEYS): value for key, value in settings.items() if key.startswith(KEYS)}


async def ensure(world: World, base_url: str = HERE) -> None:
    """Teach the gate."""
    client, _ = world.client("Gate")
    await Callback(base_url, TOKEN).ensure(client)


async def test_every_event_that_the_device_knows_gets_our_address_and_its_token(gate: World) -> None:
    await ensure(gate)
    found = urls(gate)
    assert found["Enable"] == "1"
    assert found["ValidCodeEntered"] == f"{HERE}/a/{TOKEN}/ValidCodeEntered/mac=$mac"
    assert found["RelayATriggered"] == f"{HERE}/a/{TOKEN}/RelayATriggered/mac=$mac:relay1=$relay1status"


async def test_what_is_right_already_is_not_written_again(gate: World) -> None:
    await ensure(gate)
    await ensure(gate)
    assert gate.asked("Gate", "config/set") == 1
    gate.door("Gate").settings.write("Config.", {f"{KEYS}RelayATriggered": "http://192.0.2.9/other"})
    await ensure(gate)
    assert gate.asked("Gate", "config/set") == 2
    assert urls(gate)["RelayATriggered"].startswith(HERE)


async def test_without_an_address_nothing_is_asked_or_written(gate: World) -> None:
    await ensure(gate, "")
    assert gate.virtual.running["Gate"].app.counts["total"] == 0


@pytest.mark.parametrize("base_url", ["http://" + "a" * 120, "ftp://127.0.0.1"])
async def test_an_address_that_no_device_takes_is_no_reason_to_stop(gate: World, base_url: str) -> None:
    before = urls(gate)
    await ensure(gate, base_url)
    assert urls(gate) == before


@pytest.mark.parametrize("fault", [{"ignore_writes": True}, {"drop_before": 1}, {"garbage": True}])
async def test_a_device_that_cannot_be_taught_is_no_reason_to_stop(gate: World, fault: dict[str, object]) -> None:
    gate.spoil("Gate", **fault)
    await ensure(gate)
    assert urls(gate)["RelayATriggered"] == ""


async def test_it_is_taught_at_the_first_look_and_after_each_restart_only(gate: World, clock: FakeClock) -> None:
    worker = gate.worker("Gate", ALWAYS_DUE, Callback(HERE, TOKEN))
    clock.advance(minutes=9)
    for _ in range(3):
        await worker.work()
    assert urls(gate)["Enable"] == "1"
    assert gate.asked("Gate", "config/set") == 1
    clock.advance(minutes=1)
    gate.door("Gate").restore()
    gate.door("Gate").reboot()
    assert urls(gate)["RelayATriggered"] == ""
    await until(lambda: gate.virtual.running["Gate"].listener._server is not None)
    await worker.work()
    assert urls(gate)["RelayATriggered"].startswith(HERE)


async def test_a_worker_made_from_the_rows_speaks_to_its_device(gate: World, store: Store) -> None:
    """Address, login and token as the device was added with."""
    worker = make_worker(
        store,
        gate.device_ids["Gate"],
        rules=gate.rules,
        base_url=HERE,
        intake=DoorLogIntake(store, gate.agent),
        pace=ALWAYS_DUE,
        chance=random.Random(1),
    )
    gate.add("Anna", "2741")
    try:
        await worker.work()
    finally:
        await worker.aclose()
    assert not gate.door("Gate").press_pin("2741").refused
    assert gate.row(t.device_state, "Gate").last_error == ""
    token = urls(gate)["RelayATriggered"].removeprefix(f"{HERE}/a/").partition("/")[0]
    assert len(token) >= 22
