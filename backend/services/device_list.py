"""The list of devices: state, door and sync as one query sees them, trouble first (feature DEV-01)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select

from backend.domain.context import Context
from backend.domain.devices import CLOCK_RIGHT
from backend.domain.enums import DeviceStatus, SyncState
from backend.services.door_states import OVERDUE_AFTER, refuses
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing

Columns = Mapping[str, ColumnElement[Any]]

_BUILDING = func.coalesce(t.building.c.name_fold, "")
_APARTMENT = func.coalesce(t.apartment.c.number, "")


def device_listing(context: Context, now: datetime) -> Listing:
    """The devices of the context's community as they stand `now`.

    Beside the catalog's fields the rows have `status_since`, and `sync_count`: how many are red, drifted or pending.
    """
    d, columns = t.device, {**_plain(), **_standing(now)}
    return Listing(
        source=_source(),
        id_column=d.c.id,
        columns=columns,
        sorts={
            "trouble": _trouble(columns) + d.c.name_fold,
            "name": d.c.name_fold,
            "building": _BUILDING,
            "model": d.c.model,
        },
        default_sort="trouble",
        filters=_filters(columns),
        words=(d.c.name_fold, _BUILDING, func.lower(d.c.model), d.c.host, _any_mac()),
        where=d.c.community_id == context.community_id,
    )


def _source() -> FromClause:
    d, state, sync, building = t.device, t.device_state, t.device_sync, t.building
    return (
        d.join(state, state.c.id == d.c.id)
        .join(sync, sync.c.id == d.c.id)
        .outerjoin(building, building.c.id == d.c.building_id)
        .outerjoin(t.apartment, t.apartment.c.id == d.c.apartment_id)
    )


def _plain() -> Columns:
    d = t.device
    return {
        "name": d.c.name,
        "building": func.coalesce(t.building.c.name, ""),
        "building_id": d.c.building_id,
        "apartment": _APARTMENT,
        "model": d.c.model,
        "firmware": d.c.firmware,
        "kind": d.c.kind,
        "mac": _with_colons(d.c.mac),
        "address": d.c.host,
    }


def _standing(now: datetime) -> Columns:
    """How a device stands; the agent keeps its relays as JSON, {"1": true}."""
    state, sync, r = t.device_state, t.device_sync, t.read_back
    red = (
        select(func.count())
        .where(r.c.device_id == t.device.c.id, r.c.absent_at.is_(None), r.c.freed_at < now - OVERDUE_AFTER)
        .scalar_subquery()
    )
    held = and_(sync.c.held_reason != "", sync.c.released.is_(False))
    refused, clock = (
        refuses(sync.c.losses),
        func.abs(state.c.clock_offset_ms) > CLOCK_RIGHT // timedelta(milliseconds=1),
    )
    holds = case(
        (red > 0, SyncState.RED.value),
        (held, SyncState.HELD.value),
        (refused, SyncState.REFUSED.value),
        (clock, SyncState.CLOCK.value),
        (sync.c.drift > 0, SyncState.DRIFT.value),
        (sync.c.gen > sync.c.done_gen, SyncState.PENDING.value),
        else_=SyncState.IN_SYNC.value,
    )
    relays = state.c.relay_states
    return {
        "status": state.c.status,
        "status_since": func.coalesce(state.c.offline_since, state.c.status_since),
        "door": case((relays.in_(("", "{}")), "unknown"), (relays.contains("true"), "open"), else_="closed"),
        "sync": holds,
        "sync_count": case(
            (red > 0, red),
            (held, sync.c.pending),
            (or_(refused, clock), 0),
            (sync.c.drift > 0, sync.c.drift),
            else_=sync.c.pending,
        ),
        "read_at": state.c.last_seen_at,
    }


def _trouble(columns: Columns) -> ColumnElement[str]:
    """A letter before the name, so that one sort has trouble first and names within."""
    status, sync = columns["status"], columns["sync"]
    return case(
        (status == DeviceStatus.OFFLINE.value, "a"),
        (sync == SyncState.RED.value, "b"),
        (sync == SyncState.HELD.value, "c"),
        (sync == SyncState.REFUSED.value, "d"),
        (sync == SyncState.CLOCK.value, "e"),
        (sync == SyncState.DRIFT.value, "f"),
        (status == DeviceStatus.RESTARTING.value, "g"),
        (status == DeviceStatus.NEVER_SEEN.value, "h"),
        (sync == SyncState.PENDING.value, "i"),
        (columns["door"] == "open", "j"),
        else_="k",
    )


def _filters(columns: Columns) -> Mapping[str, FilterColumn]:
    d = t.device
    return {
        "name": FilterColumn(d.c.name_fold, "contains"),
        "building": FilterColumn(_BUILDING, "folded"),
        "apartment": FilterColumn(_APARTMENT),
        "model": FilterColumn(func.lower(d.c.model), "contains"),
        "firmware": FilterColumn(d.c.firmware, "contains"),
        "mac": FilterColumn(_any_mac(), "contains"),
        "address": FilterColumn(d.c.host, "contains"),
        **{name: FilterColumn(columns[name]) for name in ("kind", "status", "door", "sync")},
    }


def _any_mac() -> ColumnElement[str]:
    """A MAC address with colons and without, in lower case."""
    return func.lower(t.device.c.mac + " " + _with_colons(t.device.c.mac))


def _with_colons(mac: ColumnElement[str]) -> ColumnElement[str]:
    pairs = [func.substr(mac, at, 2) for at in range(1, 13, 2)]
    return reduce(lambda left, right: left + ":" + right, pairs[1:], pairs[0])
