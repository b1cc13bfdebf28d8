"""What a change would make of the doors, before anything is written (feature SYNC-02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from backend.domain.access.compile import compile_device
from backend.domain.access.hours import LEAD
from backend.domain.access.plan import plan
from backend.domain.access.prepared import Prepared, prepare
from backend.domain.access.results import DoorPlan, Loss
from backend.domain.access.rules import Device, Rules
from backend.domain.access.windows import is_open, next_edge
from backend.domain.enums import HeldKind
from backend.store import tables as t


def door_plans(connection: Connection, before: Rules, after: Rules, now: datetime) -> tuple[DoorPlan, ...]:
    """The difference per door between two states of the same people; only doors that differ, by name.

    A door that does not differ now, as it holds nobody whose hours are a day away, is looked at when the next hours of
    these people begin there. Both rules hold the people concerned only, so that it takes no longer in a large
    community. `users_after` adds everybody else whom the door holds now, the users there that are not ours included.
    """
    devices = {**before.devices, **after.devices}
    sides = prepare(before), prepare(after)
    plans = list(_difference(sides, devices, now))
    quiet = devices.keys() - {door.device_id for door in plans}
    coming = {at: found & quiet for at, found in _openings(sides, now).items()}
    for at in sorted(coming):
        doors = {device_id: devices[device_id] for device_id in coming[at] & quiet}
        found = [replace(door, opens_at=at) for door in _difference(sides, doors, at)]
        quiet -= {door.device_id for door in found}
        plans += found
    others = _others(connection, before.holders.keys() | after.holders.keys())
    filled = (_with_room(door, others.get(door.device_id, 0)) for door in plans)
    return tuple(sorted(filled, key=lambda door: (door.device_name.casefold(), door.device_id)))


def without(rules: Rules) -> Rules:
    """The same rules when nobody in them may open anything any more."""
    return replace(rules, holders={holder.id: replace(holder, active=False) for holder in rules.holders.values()})


def _difference(sides: tuple[Prepared, Prepared], devices: Mapping[int, Device], at: datetime) -> tuple[DoorPlan, ...]:
    before, after = (
        {one: compile_device(side, one, at) for one in devices.keys() & side.rules.devices.keys()} for side in sides
    )
    return plan(before, after, devices)


def _openings(sides: tuple[Prepared, Prepared], now: datetime) -> dict[datetime, set[int]]:
    """Instants further away than a door holds people ahead -> the devices at which hours of somebody begin then."""
    found: dict[datetime, set[int]] = defaultdict(set)
    for rules in (side.rules for side in sides):
        used = set().union(*(holder.groups for holder in rules.holders.values() if holder.active))
        for group in (rules.groups[one] for one in used & rules.groups.keys()):
            devices = {rules.relays[relay_id].device_id for relay_id in group.relays & rules.relays.keys()}
            for window in group.windows:
                edge = None if is_open(window, now, rules.zone) else next_edge(window, now, rules.zone)
                if edge is not None and edge > now + LEAD:
                    found[edge] |= devices & rules.devices.keys()
    return found


def _others(connection: Connection, holder_ids: set[int]) -> dict[int, int]:
    """Device -> users that it holds of anybody else: all that are counted, less the records of these people."""
    sync, held = t.device_sync, t.held
    counted = connection.execute(select(sync.c.id, (sync.c.users_held + sync.c.users_unmanaged).label("users")))
    mine = connection.execute(
        select(held.c.device_id, func.count().label("users"))
        .where(held.c.holder_id.in_(sorted(holder_ids)), held.c.kind == HeldKind.USER.value, held.c.to_at.is_(None))
        .group_by(held.c.device_id)
    )
    own = {row.device_id: row.users for row in mine}
    return {row.id: max(0, row.users - own.get(row.id, 0)) for row in counted}


def _with_room(door: DoorPlan, others: int) -> DoorPlan:
    """The plan counted with everybody else at the door, and the loss where they do not all have room."""
    users = door.users_after + others
    losses = door.losses
    if users > door.users_limit:
        over = users - door.users_limit
        people = "1 user has" if over == 1 else f"{over:,} users have"
        losses += (Loss(None, "users", f"This door holds {door.users_limit:,} users; {people} no room."),)
    return replace(door, users_after=users, losses=losses)
