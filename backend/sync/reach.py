"""The agent's books about reaching a device: does it answer, since when, and what was wrong."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from backend.devices.errors import AccessDenied, ApiUnsupported, DeviceError, DeviceRefused, LoginRefused
from backend.domain.enums import DeviceStatus
from backend.store import tables as t
from backend.store.rows import ROW, select_row, update_row
from backend.store.work import Work
from backend.sync.readback import NotKept

RESTART_SLACK = timedelta(minutes=2)
"""By how much the start of a device, counted back from its uptime, may seem to move without a restart."""

THERE = (LoginRefused, AccessDenied, DeviceRefused, ApiUnsupported, NotKept)
"""Errors of a device that answers and says no; all others come from one that cannot be reached, or is another."""


def note_alive(work: Work, device_id: int, *, clock_offset_ms: int | None = None) -> None:
    """A sign of life: the device is online, and what waited for it may go at once."""
    values = {} if clock_offset_ms is None else {"clock_offset_ms": clock_offset_ms}
    _seen(work, device_id, "", values)


def note_error(work: Work, device_id: int, error: DeviceError) -> None:
    """A request failed: a device that says no is there, one that says nothing of sense is offline."""
    if isinstance(error, THERE):
        _seen(work, device_id, str(error), {})
    else:
        _silent(work, device_id, str(error))


def note_uptime(work: Work, device_id: int, uptime_s: int | None) -> bool:
    """Keep how long the device has been running, told now; answers whether it restarted since it last told.

    Call it before the relays of the same look are noted, whose time is that of the uptime too.
    """
    d = t.device_state
    before = work.connection.execute(select(d.c.uptime_s, d.c.relays_read_at).where(d.c.id == device_id)).one()
    work.connection.execute(update(d).where(d.c.id == device_id).values(uptime_s=uptime_s))
    if uptime_s is None or before.uptime_s is None or before.relays_read_at is None:
        return False
    began = before.relays_read_at - timedelta(seconds=before.uptime_s)
    begins = work.at - timedelta(seconds=uptime_s)
    return bool(uptime_s < before.uptime_s or begins - began > RESTART_SLACK)


def _seen(work: Work, device_id: int, error: str, values: dict[str, int]) -> None:
    d, s = t.device_state, t.device_sync
    was = work.connection.execute(select_row(d), {ROW: device_id}).one()
    back = was.status != DeviceStatus.ONLINE
    since = {"status_since": work.at, "offline_since": None} if back else {}
    told = {"last_seen_at": work.at, "last_error": error, "status": DeviceStatus.ONLINE, **since, **values}
    work.connection.execute(update_row(d), {ROW: device_id, **told})
    if back:
        work.connection.execute(update(s).where(s.c.id == device_id).values(attempt=0, not_before=None))
    if back or was.last_error != error:
        work.touch("devices")


def _silent(work: Work, device_id: int, error: str) -> None:
    d = t.device_state
    was = work.connection.execute(select(d.c.status, d.c.last_error, d.c.last_seen_at).where(d.c.id == device_id)).one()
    status = DeviceStatus.NEVER_SEEN if was.last_seen_at is None else DeviceStatus.OFFLINE
    if (was.status, was.last_error) == (status, error):
        return
    since = {"status_since": work.at, "offline_since": work.at} if was.status != status else {}
    work.connection.execute(update(d).where(d.c.id == device_id).values(status=status, last_error=error, **since))
    work.touch("devices")
