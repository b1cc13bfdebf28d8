"""Does a device answer, since when, what was wrong, and has it restarted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.devices.errors import (
    AccessDenied,
    ApiUnsupported,
    BadAnswer,
    ConnectFailed,
    ConnectionLost,
    DeviceError,
    DeviceRefused,
    DeviceTimeout,
    NotAkuvox,
    PinMismatch,
    RedirectRefused,
    TlsRefused,
    TooLarge,
    WrongPassword,
)
from backend.domain.context import Context
from backend.domain.enums import DeviceStatus, Role
from backend.store import tables as t
from backend.store.store import Store
from backend.sync import reach
from backend.sync.readback import NotKept
from tests.support.clock import FakeClock
from tests.support.rows import ManagerContext, insert_device


class Door:
    """A device and its books."""

    def __init__(self, store: Store, context: Context) -> None:
        self.store, self.context = store, context
        with store.write(context, "test.prepare") as work:
            work.require("device.write")
            self.id = insert_device(work, context.community_id)
            self.other_id = insert_device(work, context.community_id, "Yard")

    def note(self, act: Any, *given: Any, **named: Any) -> set[str]:
        """Write in the books; answers the topics touched."""
        with self.store.books(self.context) as work:
            act(work, self.id, *given, **named)
            return work.topics

    def uptime(self, seconds: int | None) -> bool:
        """Tell an uptime; answers whether it was a restart."""
        with self.store.books(self.context) as work:
            restarted = reach.note_uptime(work, self.id, seconds)
            work.connection.execute(update(t.device_state).values(relays_read_at=work.at))
        return restarted

    def failed_before(self) -> None:
        """A try failed some time ago."""
        sync = t.device_sync
        with self.store.books(self.context) as work:
            work.connection.execute(update(sync).values(attempt=5, not_before=work.at + timedelta(minutes=5)))

    @property
    def state(self) -> Any:
        """The row of the device's state."""
        with self.store.read() as connection:
            return connection.execute(select(t.device_state).where(t.device_state.c.id == self.id)).one()

    @property
    def attempts(self) -> tuple[int, int]:
        """Attempts counted for this device and for the other."""
        with self.store.read() as connection:
            rows = dict(connection.execute(select(t.device_sync.c.id, t.device_sync.c.attempt)).tuples().all())
        return rows[self.id], rows[self.other_id]


@pytest.fixture
def door(store: Store, manager_context: ManagerContext) -> Door:
    """A device of a park."""
    return Door(store, manager_context(Role.INSTALLER))


def test_the_first_answer_makes_a_device_online(door: Door, clock: FakeClock) -> None:
    assert door.note(reach.note_alive, clock_offset_ms=1500) == {"devices"}
    state = door.state
    assert (state.status, state.status_since, state.last_seen_at) == (DeviceStatus.ONLINE, clock(), clock())
    assert (state.clock_offset_ms, state.last_error, state.offline_since) == (1500, "", None)
    since = clock()
    clock.advance(seconds=30)
    assert door.note(reach.note_alive) == set()
    state = door.state
    assert (state.status_since, state.last_seen_at, state.clock_offset_ms) == (since, clock(), 1500)


def test_a_sign_of_life_ends_the_wait_of_this_device_only(door: Door) -> None:
    door.failed_before()
    door.note(reach.note_alive)
    assert door.attempts == (0, 5)
    door.failed_before()
    door.note(reach.note_alive)
    assert door.attempts == (5, 5), "it had been there all the time: what fails fails for another reason"


SILENT = (
    ConnectFailed(),
    ConnectionLost(),
    DeviceTimeout(12),
    TlsRefused(),
    PinMismatch("ab"),
    NotAkuvox(),
    BadAnswer("sent nonsense"),
    TooLarge("4 MiB"),
    RedirectRefused(None),
)
REFUSING = (
    WrongPassword(),
    AccessDenied(),
    DeviceRefused(-1, "Failed"),
    ApiUnsupported("user", "add"),
    NotKept("The device did not keep 1 of the changes sent to it."),
)


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
def test_a_device_that_says_nothing_of_sense_is_offline(door: Door, clock: FakeClock, error: DeviceError) -> None:
    door.note(reach.note_alive)
    seen, ended = clock(), clock.advance(minutes=1)
    assert door.note(reach.note_error, error) == {"devices"}
    state = door.state
    assert (state.status, state.status_since, state.offline_since) == (DeviceStatus.OFFLINE, ended, ended)
    assert (state.last_error, state.last_seen_at) == (str(error), seen)
    clock.advance(minutes=1)
    assert door.note(reach.note_error, error) == set()
    assert door.state.status_since == ended
    assert door.note(reach.note_error, DeviceError("Something else.")) == {"devices"}
    assert (door.state.last_error, door.state.offline_since) == ("Something else.", ended)


@pytest.mark.parametrize("error", REFUSING, ids=lambda error: type(error).__name__)
def test_a_device_that_says_no_is_there(door: Door, clock: FakeClock, error: DeviceError) -> None:
    assert door.note(reach.note_error, error) == {"devices"}
    state = door.state
    assert (state.status, state.last_seen_at, state.last_error) == (DeviceStatus.ONLINE, clock(), str(error))
    door.failed_before()
    assert door.note(reach.note_error, error) == set()
    assert door.attempts[0] == 5, "a refusal is no reason to try faster"
    assert door.note(reach.note_alive) == {"devices"}
    assert door.state.last_error == ""


def test_a_device_that_never_answered_is_not_offline(door: Door) -> None:
    door.note(reach.note_error, ConnectFailed())
    assert (door.state.status, door.state.offline_since) == (DeviceStatus.NEVER_SEEN, None)
    assert door.state.last_error == "No connection to the device: check power, cable and address."
    door.note(reach.note_alive)
    assert (door.state.status, door.state.last_error) == (DeviceStatus.ONLINE, "")


def test_a_device_is_back_and_no_longer_offline(door: Door, clock: FakeClock) -> None:
    door.note(reach.note_alive)
    door.note(reach.note_error, ConnectFailed())
    back = clock.advance(minutes=2)
    assert door.note(reach.note_alive) == {"devices"}
    assert (door.state.status, door.state.status_since, door.state.offline_since) == (DeviceStatus.ONLINE, back, None)


def test_a_shorter_uptime_is_a_restart(door: Door, clock: FakeClock) -> None:
    assert not door.uptime(500)
    clock.advance(seconds=30)
    assert not door.uptime(530)
    clock.advance(seconds=30)
    assert door.uptime(10)
    assert not door.uptime(10)
    assert door.state.uptime_s == 10


def test_a_restart_while_nobody_looked_shows_in_when_the_device_began(door: Door, clock: FakeClock) -> None:
    door.uptime(500)
    clock.advance(hours=2)
    assert not door.uptime(7200 + 500)
    clock.advance(hours=8)
    assert not door.uptime(7200 + 500 + 8 * 3600 - 120), "two minutes may be lost to clocks"
    clock.advance(hours=8)
    assert door.uptime(8 * 3600 + 7200 + 500 + 8 * 3600 - 241)


def test_other_signs_of_life_hide_no_restart(door: Door, clock: FakeClock) -> None:
    """The first thing after a long pause may be a change that is sent, and only then a look."""
    door.uptime(3600)
    clock.advance(hours=10)
    door.note(reach.note_alive)
    assert door.uptime(5 * 3600)


def test_a_device_that_does_not_tell_its_uptime_never_seems_to_restart(door: Door, clock: FakeClock) -> None:
    assert not door.uptime(None)
    assert not door.uptime(500)
    assert not door.uptime(None)
    assert door.state.uptime_s is None
    assert not door.uptime(3)


def test_an_uptime_of_before_the_first_answer_proves_nothing(door: Door) -> None:
    with door.store.books(door.context) as work:
        work.connection.execute(update(t.device_state).values(uptime_s=500, relays_read_at=None))
        assert not reach.note_uptime(work, door.id, 400)
