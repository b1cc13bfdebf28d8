"""The device of an amenity and the default groups: it can leave them, and stays out then (BOOK-03; edge cases 43, 44).

`default_groups` asks `kept_out` wherever doors join a default group, so that a device that is moved, synced, or removed
and added again stays out as long as its amenity says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from backend.domain.enums import DeviceKind
from backend.domain.errors import Invalid
from backend.store import tables as t

KINDS = (
    DeviceKind.MULTI_DOOR_PHONE.value,
    DeviceKind.SINGLE_DOOR_PHONE.value,
    DeviceKind.ACCESS_CONTROL.value,
)
"""What can be the device of an amenity (rules 6)."""

PUBLIC_LABEL = "Community Public Device"
"""Where a device of no building stands, in the words of the form."""


def kept_out() -> Select[tuple[int]]:
    """The devices whose amenity keeps them out of the default groups."""
    a = t.amenity
    return select(a.c.device_id).where(a.c.out_of_group.is_(True), a.c.removed_at.is_(None), a.c.device_id.is_not(None))


def amenity_device(connection: Connection, community_id: int, device_id: int | None) -> Row[Any]:
    """The row of a device that an amenity can have, with its building's name as `building`.

    Raises Invalid (device_id): it is a door phone or an access control unit of a public area.
    """
    d, b = t.device, t.building
    found = connection.execute(
        select(d, b.c.name.label("building"))
        .outerjoin(b, b.c.id == d.c.building_id)
        .where(d.c.id == device_id, d.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise Invalid({"device_id": "Choose the door phone or access control unit of the amenity."})
    if found.kind not in KINDS:
        raise Invalid({"device_id": f"{found.name} is no door phone and no access control unit."})
    if found.apartment_id is not None:
        raise Invalid({"device_id": f"{found.name} stands in an apartment: an amenity is a public area."})
    return found


def place_of(device: Row[Any]) -> str:
    """Where a device stands, as the form labels it."""
    return device.building or PUBLIC_LABEL


def relays_of_device(connection: Connection, device_id: int | None) -> tuple[int, ...]:
    """The doors of a device, by number."""
    r = t.relay
    return tuple(connection.execute(select(r.c.id).where(r.c.device_id == device_id).order_by(r.c.number)).scalars())


def members_of_default_groups(connection: Connection, device_ids: Iterable[int]) -> set[int]:
    """Everybody in the default groups that have the doors of these devices, or would have them."""
    d, g, member = t.device, t.access_group, t.access_group_member
    found: set[int] = set()
    rows = connection.execute(select(d.c.community_id, d.c.building_id).where(d.c.id.in_(sorted(device_ids))))
    for community_id, building_id in rows.all():
        query = (
            select(member.c.holder_id)
            .join(g, g.c.id == member.c.group_id)
            .where(g.c.community_id == community_id, g.c.system.is_(True))
        )
        if building_id is not None:
            query = query.where(g.c.building_id == building_id)
        found |= set(connection.execute(query).scalars())
    return found
