"""What a reservation or an amenity would make of the doors, before it is saved (feature SYNC-02)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.rules import Credential, Group, Holder, Rules, Window
from backend.domain.amenities import Slot
from backend.domain.enums import CredentialKind, Repeat
from backend.services.amenity_device import members_of_default_groups, relays_of_device
from backend.services.booking_rights import is_live
from backend.services.holders import people_at
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.store.seal import Sealer

NOBODY_YET = 0
"""The holder, and the group, of a reservation that is not saved."""
SOME_KEY = "90000000"
"""Stands for the key that is drawn when it is saved."""


def imagine_booking(connection: Connection, sealer: Sealer, amenity: Row[Any], slot: Slot) -> tuple[Rules, Rules]:
    """The rules about nobody, and those about the key of a reservation."""
    before = load_rules(connection, sealer, amenity.community_id, holder_ids=())
    window = Window(Repeat.NEVER, begins=slot.start, ends=slot.end)
    relays = frozenset(relays_of_device(connection, amenity.device_id))
    group = Group(NOBODY_YET, "Booking", (window,), relays)
    holder = Holder(NOBODY_YET, "Booking", True, frozenset({NOBODY_YET}), resident=False)
    key = Credential(2**62, NOBODY_YET, CredentialKind.PIN, SOME_KEY)
    after = replace(
        before,
        holders={NOBODY_YET: holder},
        credentials={NOBODY_YET: (key,)},
        groups={**before.groups, NOBODY_YET: group},
    )
    return before, after


def imagine_device(
    connection: Connection,
    sealer: Sealer,
    community_id: int,
    *,
    old: tuple[int | None, bool],
    new: tuple[int | None, bool],
    amenity_id: int | None,
    now: datetime,
) -> tuple[Rules, Rules]:
    """The rules about everybody at the devices concerned, as they stand and with another device or flag.

    `old` and `new` are the device and whether it is taken out of the default groups.
    """
    devices = sorted({device for device, _ in (old, new) if device is not None})
    b = t.booking
    live = connection.execute(select(b.c.id).where(b.c.amenity_id == (amenity_id or 0), is_live(now))).scalars().all()
    people = people_at(connection, devices) | members_of_default_groups(connection, devices) | set(live)
    before = load_rules(connection, sealer, community_id, holder_ids=people)
    groups = dict(before.groups)
    for device in devices:
        out = new[1] if device == new[0] else False
        for group_id in _default_groups(connection, device):
            opens = groups[group_id].relays
            mine = frozenset(relays_of_device(connection, device))
            groups[group_id] = replace(groups[group_id], relays=opens - mine if out else opens | mine)
    if old[0] != new[0]:
        _move_keys(groups, live, frozenset(relays_of_device(connection, new[0])))
    return before, replace(before, groups=groups)


def _move_keys(groups: dict[int, Group], booking_ids: Iterable[int], relays: frozenset[int]) -> None:
    for booking_id in booking_ids:
        if (own := groups.get(-booking_id)) is not None:
            groups[-booking_id] = replace(own, relays=relays)


def _default_groups(connection: Connection, device_id: int) -> list[int]:
    """The default groups that have the doors of a public device unless its amenity keeps them out."""
    d, g = t.device, t.access_group
    device = connection.execute(
        select(d.c.community_id, d.c.building_id).where(
            d.c.id == device_id, d.c.public.is_(True), d.c.apartment_id.is_(None)
        )
    ).one_or_none()
    if device is None:
        return []
    query = select(g.c.id).where(g.c.community_id == device.community_id, g.c.system.is_(True))
    if device.building_id is not None:
        query = query.where(g.c.building_id == device.building_id)
    return list(connection.execute(query).scalars())
