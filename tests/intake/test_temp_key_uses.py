"""Uses of temporary keys out of the lines of a device's log: each once, late ones too, by digits or by QR code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from backend.devices.door_log import LogMethod, LogRead, RemoteLogLine
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import KeyState, TempKeyDraft, TempKeyRecord
from backend.intake.door_log import DoorLogIntake
from backend.services.temp_keys import TempKeys
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import ZONE, World, small_world

pytestmark = pytest.mark.feature("VIS-01")


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """A gate and a gym, each with two doors."""
    async with small_world(store, manager_context, {"Gate": "X916", "Gym": "E18C"}, relays=2) as made:
        yield made


@pytest.fixture
def key(world: World, clock: FakeClock) -> TempKeyRecord:
    """Twice per door at both phones, by both relays of the gate."""
    draft = TempKeyDraft(
        name="plumber",
        time=KeyTime(ends=clock.now + timedelta(hours=2)),
        each_count=2,
        relay_ids=(world.relay("Gate"), world.relay("Gate", 2), world.relay("Gym")),
    )
    keys = TempKeys(world.store)
    return keys.get(world.context, keys.add(world.context.again(), draft).id)


def now_of(world: World, key: TempKeyRecord) -> TempKeyRecord:
    return TempKeys(world.store).get(world.context, key.id)


def line(number: int, at: datetime, code: str, **values: Any) -> RemoteLogLine:
    """A line of somebody who typed the digits and was let in, in the wall time of the device."""
    wall = at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    usual = {"id": number, "at": wall, "name": "", "method": LogMethod.PIN, "ok": True, "code": code}
    return RemoteLogLine(**{**usual, **values})


def take(world: World, name: str, *lines: RemoteLogLine) -> int:
    """Take one reading of a device."""
    read = LogRead(list(lines), gap=False, lost=None, reset=False)
    return DoorLogIntake(world.store, world.agent).take(world.device_ids[name], read)


def test_a_line_read_twice_is_one_use(world: World, key: TempKeyRecord, clock: FakeClock) -> None:
    lines = [line(1, clock.now, key.digits), line(2, clock.now + timedelta(seconds=40), key.digits, ok=False)]
    assert take(world, "Gate", *lines) == 2
    assert take(world, "Gate", *lines) == 0
    assert (now_of(world, key).used, now_of(world, key).total) == (1, 4)


def test_a_qr_code_is_named_and_counted_like_its_digits(world: World, key: TempKeyRecord, clock: FakeClock) -> None:
    take(world, "Gate", line(1, clock.now, key.digits, method=LogMethod.QR))
    record = now_of(world, key)
    assert record.used == 1
    assert record.logs is not None
    assert (record.logs[0].initiated_by, record.logs[0].action, record.logs[0].key) == ("plumber", "qr", key.masked)


def test_two_relays_of_one_phone_are_one_use_and_two_phones_are_two(
    world: World, key: TempKeyRecord, clock: FakeClock
) -> None:
    both = (line(1, clock.now, key.digits, relay="1"), line(2, clock.now + timedelta(seconds=1), key.digits, relay="2"))
    take(world, "Gate", *both)
    assert now_of(world, key).used == 1
    take(world, "Gym", line(1, clock.now, key.digits))
    assert now_of(world, key).used == 2


@pytest.mark.edge("18")
def test_a_door_that_was_offline_tells_late_and_the_pool_is_clamped(
    world: World, key: TempKeyRecord, clock: FakeClock
) -> None:
    began = clock.now
    take(world, "Gate", *(line(number, began + timedelta(minutes=number), key.digits) for number in range(1, 5)))
    assert now_of(world, key).state is KeyState.USED_UP
    with world.store.read() as connection:
        states = connection.execute(select(t.credential.c.status).where(t.credential.c.holder_id == key.id)).scalars()
        assert list(states) == ["cooling"]
    clock.advance(hours=1)
    take(world, "Gym", line(1, began + timedelta(minutes=3), key.digits))
    record = now_of(world, key)
    assert (record.used, record.total, record.over_used) == (4, 4, True)


def test_a_line_long_after_the_time_uses_nothing(world: World, key: TempKeyRecord, clock: FakeClock) -> None:
    clock.advance(hours=3)
    take(world, "Gate", line(1, clock.now, key.digits))
    assert (now_of(world, key).used, now_of(world, key).state) == (0, KeyState.EXPIRED)


def test_lines_of_residents_count_nothing(world: World, clock: FakeClock) -> None:
    world.add("Anna", "2741")
    take(world, "Gate", line(1, clock.now, "2741"))
    with world.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(t.temp_key_use)).scalar_one() == 0
