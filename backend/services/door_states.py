"""How every device stands: whether it answers, and what it holds against what it should hold (feature SYNC-01)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from backend.domain.devices import DeviceSync, wrong_clock
from backend.domain.enums import DeviceStatus, SyncState
from backend.domain.formats import Formats
from backend.domain.limits import limits_of
from backend.services.texts import waiting_text
from backend.store import tables as t

OVERDUE_AFTER = timedelta(seconds=60)
"""A revocation that is not proved by then is red: the door may still honour what was taken away."""

WORST_FIRST = tuple(SyncState)


@dataclass(frozen=True, slots=True)
class DeviceNow:
    """A device as its books stand: name, reachability and sync; times in UTC."""

    id: int
    name: str
    building_id: int | None
    status: DeviceStatus
    status_since: datetime | None
    offline_since: datetime | None
    last_seen_at: datetime | None
    error: str
    gen: int
    done_gen: int
    not_before: datetime | None
    relays_open: dict[int, bool]
    sync: DeviceSync
    refused: dict[int, str]
    """People whose record, as it should be now, the device did not take: holder -> what it said."""

    def done(self, gen: int) -> bool:
        """Whether the device holds what generation `gen` wanted."""
        return self.done_gen >= gen

    def waiting(self, *, agent_alive: bool, now: datetime, formats: Formats) -> str:
        """Why the device does not hold its changes yet, in words."""
        return waiting_text(
            status=self.status,
            offline_since=self.offline_since or self.status_since,
            held_reason=self.sync.held_reason,
            error=self.sync.last_error or self.error,
            not_before=self.not_before,
            since=self.sync.since,
            agent_alive=agent_alive,
            now=now,
            formats=formats,
        )


def devices_now(connection: Connection, community_id: int, now: datetime) -> dict[int, DeviceNow]:
    """Every device of a community by id, ordered by name; two queries however many there are."""
    device = t.device
    red = overdue(connection, now)
    rows = connection.execute(
        _standing().where(device.c.community_id == community_id).order_by(device.c.name_fold, device.c.id)
    )
    return {row.id: _device_now(row, red.get(row.id, 0)) for row in rows}


def device_now(connection: Connection, device_id: int, now: datetime) -> DeviceNow:
    """One device, which must exist."""
    row = connection.execute(_standing().where(t.device.c.id == device_id)).one()
    return _device_now(row, overdue(connection, now).get(device_id, 0))


def overdue(connection: Connection, now: datetime) -> dict[int, int]:
    """How many revocations are not proved in time, by device; the proofs of a day are all that there are."""
    r = t.read_back
    rows = connection.execute(
        select(r.c.device_id, func.count().label("late"))
        .where(r.c.absent_at.is_(None), r.c.freed_at < now - OVERDUE_AFTER)
        .group_by(r.c.device_id)
    )
    return {row.device_id: row.late for row in rows}


def _standing() -> Select[Any]:
    d, state, sync = t.device, t.device_state, t.device_sync
    return (
        select(
            d.c.id,
            d.c.name,
            d.c.building_id,
            d.c.profile,
            state.c.status,
            state.c.status_since,
            state.c.offline_since,
            state.c.last_seen_at,
            state.c.last_error.label("error"),
            state.c.relay_states,
            state.c.clock_offset_ms,
            *(column for column in sync.c if column.name not in ("id", "red", "attempt")),
        )
        .join(state, state.c.id == d.c.id)
        .join(sync, sync.c.id == d.c.id)
    )


def _device_now(row: Row[Any], red: int) -> DeviceNow:
    return DeviceNow(
        id=row.id,
        name=row.name,
        building_id=row.building_id,
        status=DeviceStatus(row.status),
        status_since=row.status_since,
        offline_since=row.offline_since,
        last_seen_at=row.last_seen_at,
        error=row.error,
        gen=row.gen,
        done_gen=row.done_gen,
        not_before=row.not_before,
        relays_open={int(number): is_open for number, is_open in json.loads(row.relay_states or "{}").items()},
        sync=_device_sync(row, red),
        refused=_refused(row.losses),
    )


def _device_sync(row: Row[Any], red: int) -> DeviceSync:
    dirty = row.gen > row.done_gen
    held_reason = "" if row.released else row.held_reason
    refused, clock = len(_refused(row.losses)), wrong_clock(row.clock_offset_ms)
    found = {
        SyncState.RED: red,
        SyncState.HELD: held_reason,
        SyncState.REFUSED: refused,
        SyncState.CLOCK: clock,
        SyncState.DRIFT: row.drift,
        SyncState.PENDING: dirty,
    }
    return DeviceSync(
        state=next((state for state in WORST_FIRST if found.get(state)), SyncState.IN_SYNC),
        pending=max(row.pending, 1) if dirty else 0,
        drift=row.drift,
        red=red,
        users=row.users_held,
        users_limit=limits_of(row.profile).max_users,
        unmanaged=row.users_unmanaged,
        since=row.since,
        read_back_at=row.read_back_at,
        next_change_at=row.next_change_at,
        reason=row.reason if dirty else "",
        last_error=row.last_error,
        held_reason=held_reason,
        removals=planned_removals(row.held_plan) if held_reason else 0,
        losses=tuple(one if isinstance(one, str) else str(one[1]) for one in json.loads(row.losses or "[]")),
        refused=refused,
        clock=clock,
    )


def refuses(losses: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the losses of a device name somebody whom it refused: those are pairs, and come last."""
    return losses.endswith('"]]')


def _refused(losses: str) -> dict[int, str]:
    return {int(one[0]): str(one[1]) for one in json.loads(losses or "[]") if not isinstance(one, str)}


def formats_of(connection: Connection, community_id: int) -> Formats:
    """How the community writes its times."""
    c = t.community
    row = connection.execute(
        select(c.c.timezone, c.c.clock_format, c.c.date_format).where(c.c.id == community_id)
    ).one()
    return Formats.of(row.timezone, row.clock_format, row.date_format)


def planned_removals(held_plan: str) -> int:
    """How many people a stopped mass removal would take off the door; 0 where nothing is stopped."""
    return int(json.loads(held_plan).get("removals", 0)) if held_plan else 0
