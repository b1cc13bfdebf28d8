"""Lines of a device's log become ours: each once, named, masked, at the right instant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from backend.devices.door_log import LogMethod, LogRead, RemoteLogLine
from backend.domain.access.identity import user_key
from backend.domain.enums import LogAction, LogResponse, LogType
from backend.intake.door_log import DoorLogIntake
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext
from tests.support.world import World, small_world

PIN = "73519264"
AT = datetime(2026, 3, 2, 9, 58)
"""In Berlin, where it is 08:58 in UTC."""


@pytest.fixture
async def world(store: Store, manager_context: ManagerContext) -> AsyncIterator[World]:
    """One gate with two doors."""
    async with small_world(store, manager_context, {"Gate": "E18C"}, relays=2) as made:
        yield made


def line(number: int | None, **values: Any) -> RemoteLogLine:
    """A line of somebody who typed a PIN and was let in."""
    return RemoteLogLine(
        **{"id": number, "at": AT, "name": "", "method": LogMethod.PIN, "ok": True, "code": PIN, **values}
    )


def read(*lines: RemoteLogLine, gap: bool = False, lost: int | None = None, reset: bool = False) -> LogRead:
    """One reading."""
    return LogRead(list(lines), gap=gap, lost=lost, reset=reset)


def take(world: World, *lines: RemoteLogLine, **flags: Any) -> int:
    """Take one reading of the gate."""
    return DoorLogIntake(world.store, world.agent).take(world.device_ids["Gate"], read(*lines, **flags))


def last_id(world: World) -> int | None:
    """Where the next reading of the gate goes on."""
    return DoorLogIntake(world.store, world.agent).last_id(world.device_ids["Gate"])


def newest(world: World) -> Any:
    """The line taken last."""
    return world.rows(t.door_log)[-1]


def files_hold(world: World, text: str) -> bool:
    """Whether a text stands readably in the database or its log."""
    return any(text.encode() in path.read_bytes() for path in world.store.path.parent.glob("smartplus.db*"))


@pytest.mark.feature("LOG-01")
def test_a_line_read_twice_is_kept_once(world: World) -> None:
    assert take(world, line(1), line(2, ok=False)) == 2
    assert take(world, line(1), line(2, ok=False), line(3)) == 1
    assert [row.response for row in world.rows(t.door_log)] == [
        LogResponse.SUCCESS,
        LogResponse.FAILED,
        LogResponse.SUCCESS,
    ]
    assert last_id(world) == 3


def test_many_lines_are_all_taken_and_once(world: World) -> None:
    lines = [line(number) for number in range(1, 451)]
    assert take(world, *lines) == 450
    assert take(world, *lines) == 0
    assert len(world.rows(t.door_log)) == last_id(world) == 450


def test_lines_lost_at_the_device_are_noted_with_their_number(world: World) -> None:
    take(world, line(1))
    assert take(world, line(18), line(19), gap=True, lost=16) == 2
    notes = world.rows(t.door_log, t.door_log.c.type == LogType.NOTE)
    assert [note.reason for note in notes] == ["16 lines were lost at the device"]
    assert last_id(world) == 19


async def test_a_log_that_wrapped_at_the_device_is_noted(world: World) -> None:
    worker, gate = world.worker("Gate"), world.door("Gate")
    gate.press_pin(PIN)
    await worker.work()
    world.spoil("Gate", log_wrap=3)
    for _ in range(8):
        gate.press_pin(PIN)
    await worker._watch.read_log()
    rows = world.rows(t.door_log)
    assert [row.type for row in rows].count(LogType.RELEASE) == 4
    assert [row.reason for row in rows if row.type == LogType.NOTE] == ["5 lines were lost at the device"]


def test_a_log_started_anew_brings_new_lines_under_old_numbers(world: World) -> None:
    take(world, line(1), line(2))
    assert take(world, line(1, at=AT + timedelta(minutes=1)), reset=True) == 1
    notes = world.rows(t.door_log, t.door_log.c.type == LogType.NOTE)
    assert [note.reason for note in notes] == ["the device started its log anew"]
    assert last_id(world) == 1
    assert take(world, line(1, at=AT + timedelta(minutes=1)), line(2, at=AT + timedelta(minutes=2))) == 1


@pytest.mark.feature("LOG-01")
def test_whose_pin_it_was_is_found_by_the_pin(world: World) -> None:
    anna = world.add("Anna", PIN)
    take(world, line(1, name="somebody else"))
    row = newest(world)
    assert (row.holder_id, row.initiated_by, row.apartment) == (anna.id, "Kowalska, Anna", "A 1001")
    assert (row.action, row.response, row.door) == (LogAction.PIN, LogResponse.SUCCESS, "Gate door 1")


def test_whose_card_it_was_is_found_by_the_card(world: World) -> None:
    anna = world.add("Anna", cards=("0A3C7F20",))
    take(world, line(1, method=LogMethod.CARD, code="0a3c7f20", relay="RelayB"))
    row = newest(world)
    assert (row.holder_id, row.action, row.key, row.door) == (anna.id, LogAction.CARD, "··20", "Gate door 2")


def test_whose_face_it_was_is_found_by_the_record(world: World) -> None:
    anna = world.add("Anna", PIN)
    take(world, line(1, method=LogMethod.FACE, code="", name=user_key(anna.id, 1)))
    assert (newest(world).holder_id, newest(world).initiated_by) == (anna.id, "Kowalska, Anna")


async def test_whose_face_it_was_is_found_by_the_name_at_the_door(world: World) -> None:
    anna = world.add("Anna", PIN)
    await world.reconciler("Gate").run()
    take(world, line(1, method=LogMethod.FACE, code="", name="Kowalska, Anna"))
    assert newest(world).holder_id == anna.id


def test_the_record_of_another_site_is_nobody_here(world: World) -> None:
    take(world, line(1, method=LogMethod.FACE, code="", name=user_key(4711, 1)))
    assert (newest(world).holder_id, newest(world).initiated_by) == (None, user_key(4711, 1))


@pytest.mark.feature("LOG-02")
def test_an_unknown_pin_is_a_visitors(world: World) -> None:
    world.add("Anna", PIN)
    take(world, line(1, code="4242", ok=False), line(2, code="5353"))
    assert [(row.initiated_by, row.key) for row in world.rows(t.door_log)] == [("Visitor", "··42"), ("Unknown", "··53")]


def test_a_typed_pin_is_never_stored_readably(world: World) -> None:
    world.add("Anna", PIN)
    take(world, line(1), line(2, code="64207518", ok=False))
    assert [row.key for row in world.rows(t.door_log)] == ["··64", "··18"]
    assert files_hold(world, "··64")
    assert not files_hold(world, PIN)
    assert not files_hold(world, "64207518")


def happened(world: World, local: datetime | None) -> datetime:
    """When a line of this wall time happened."""
    take(world, line(None, at=local))
    at: datetime = newest(world).happened_at
    return at


def test_wall_time_of_the_device_becomes_an_instant(world: World) -> None:
    assert happened(world, AT) == datetime(2026, 3, 2, 8, 58, tzinfo=UTC)
    assert newest(world).received_at == world.store.clock()


@pytest.mark.parametrize(
    ("received", "meant"),
    [
        pytest.param("00:45", "00:30", id="the second hour has not begun"),
        pytest.param("01:45", "01:30", id="the second hour has begun"),
    ],
)
def test_an_hour_that_comes_twice(world: World, clock: FakeClock, received: str, meant: str) -> None:
    clock.now = datetime.fromisoformat(f"2026-10-25T{received}Z")
    assert happened(world, datetime(2026, 10, 25, 2, 30)) == datetime.fromisoformat(f"2026-10-25T{meant}Z")


@pytest.mark.parametrize("local", [None, datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)])
def test_a_device_without_a_sensible_clock_counts_as_now(world: World, local: datetime | None) -> None:
    with world.store.books(world.agent) as work:
        zone = "Europe/Warsaw" if local and local.year == 1 else "America/Los_Angeles"
        work.connection.execute(update(t.community).values(timezone=zone))
    assert happened(world, local) == world.store.clock().replace(microsecond=0)


@pytest.mark.parametrize(
    ("said", "door"), [("", "Gate door 1"), ("B", "Gate door 2"), ("2", "Gate door 2"), ("²", "Gate door 1"), ("D", "")]
)
def test_the_door_of_a_line(world: World, said: str, door: str) -> None:
    take(world, replace(line(1), relay=said))
    assert newest(world).door == door


def test_names_of_devices_are_plain_short_text(world: World) -> None:
    take(world, line(1, code="", method=LogMethod.FACE, name="[red]A\x1b[2J\n" + "b" * 300))
    shown = newest(world).initiated_by
    assert shown.startswith("[red]A")
    assert shown.isprintable()
    assert len(shown) <= 128
