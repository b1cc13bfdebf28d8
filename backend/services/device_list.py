"""The list of devices: state, door and sync as one query sees them, trouble first (feature DEV-01)."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import Case, ColumnElement, and_, case, func, select

from backend.domain.context import Context
from backend.domain.enums import DeviceStatus, SyncState
from backend.services.door_states import OVERDUE_AFTER
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing


def device_listing(context: Context, now: datetime) -> Listing:
    """The devices of the context's community as they stand `now`.

    Beside the catalog's fields `columns` has `status_since`, and `sync_count`: how many are red, drifted or pending.
    """
    d, state, sync, building = t.device, t.device_state, t.device_sync, t.building
    red = _red(now)
    held = and_(sync.c.held_reason != "", sync.c.released.is_(False))
    standing = case(
        (red > 0, SyncState.RED.value),
        (held, SyncState.HELD.value),
        (sync.c.drift > 0, SyncState.DRIFT.value),
        (sync.c.gen > sync.c.done_gen, SyncState.PENDING.value),
        else_=SyncState.IN_SYNC.value,
    )
    count = case((red > 0, red), (held, sync.c.pending), (sync.c.drift > 0, sync.c.drift), else_=sync.c.pending)
    door = case((state.c.relay_states.in_(("", "{}")), "unknown"), (_is_open(), "open"), else_="closed")
    mac = _with_colons(d.c.mac)
    any_mac = func.lower(d.c.mac + " " + mac)
    building_fold = func.coalesce(building.c.name_fold, "")
    return Listing(
        source=d.join(state, state.c.id == d.c.id)
        .join(sync, sync.c.id == d.c.id)
        .outerjoin(building, building.c.id == d.c.building_id),
        id_column=d.c.id,
        columns={
            "name": d.c.name,
            "building": func.coalesce(building.c.name, ""),
            "building_id": d.c.building_id,
            "model": d.c.model,
            "firmware": d.c.firmware,
            "kind": d.c.kind,
            "mac": mac,
            "address": d.c.host,
            "status": state.c.status,
            "status_since": func.coalesce(state.c.offline_since, state.c.status_since),
            "door": door,
            "sync": standing,
            "sync_count": count,
            "read_at": state.c.last_seen_at,
        },
        sorts={
            "trouble": _trouble(red, held) + d.c.name_fold,
            "name": d.c.name_fold,
            "building": building_fold,
            "model": d.c.model,
        },
        default_sort="trouble",
        filters={
            "name": FilterColumn(d.c.name_fold, "contains"),
            "building": FilterColumn(building_fold, "folded"),
            "model": FilterColumn(func.lower(d.c.model), "contains"),
            "firmware": FilterColumn(d.c.firmware, "contains"),
            "kind": FilterColumn(d.c.kind),
            "mac": FilterColumn(any_mac, "contains"),
            "address": FilterColumn(d.c.host, "contains"),
            "status": FilterColumn(state.c.status),
            "door": FilterColumn(door),
            "sync": FilterColumn(standing),
        },
        words=(d.c.name_fold, building_fold, func.lower(d.c.model), d.c.host, any_mac),
        where=d.c.community_id == context.community_id,
    )


def _red(now: datetime) -> ColumnElement[int]:
    r = t.read_back
    return (
        select(func.count())
        .where(r.c.device_id == t.device.c.id, r.c.absent_at.is_(None), r.c.freed_at < now - OVERDUE_AFTER)
        .scalar_subquery()
    )


def _with_colons(mac: ColumnElement[str]) -> ColumnElement[str]:
    pairs = [func.substr(mac, at, 2) for at in range(1, 13, 2)]
    return reduce(lambda left, right: left + ":" + right, pairs[1:], pairs[0])


def _is_open() -> ColumnElement[bool]:
    """Whether any relay is open: the agent keeps them as JSON, {"1": true}."""
    return t.device_state.c.relay_states.contains("true")


def _trouble(red: ColumnElement[int], held: ColumnElement[bool]) -> Case[Any]:
    state, sync = t.device_state, t.device_sync
    return case(
        (state.c.status == DeviceStatus.OFFLINE.value, "0"),
        (red > 0, "1"),
        (held, "2"),
        (sync.c.drift > 0, "3"),
        (state.c.status == DeviceStatus.RESTARTING.value, "4"),
        (state.c.status == DeviceStatus.NEVER_SEEN.value, "5"),
        (sync.c.gen > sync.c.done_gen, "6"),
        (_is_open(), "7"),
        else_="8",
    )
