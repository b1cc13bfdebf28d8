"""What an undo must not do to amenities: overbook one, or put its device back into a default group (edge case 43)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from backend.domain.amenities import Slot
from backend.domain.bookings import peak
from backend.domain.errors import Conflict
from backend.services.amenity_device import kept_out
from backend.services.booking_checks import taken_seats
from backend.store import tables as t
from backend.store.rows import chunks

if TYPE_CHECKING:
    from backend.services.undo_changes import Change


def devices_of_amenities(connection: Connection, changes: Sequence[Change]) -> tuple[int, ...]:
    """The devices that amenities of these changes have before or after: default groups follow what is so then."""
    rows = [row for change in changes if change.table is t.amenity for row in (change.before, change.after) if row]
    ids = sorted({int(row["device_id"]) for row in rows if row["device_id"] is not None})
    return tuple(connection.execute(select(t.device.c.id).where(t.device.c.id.in_(ids))).scalars()) if ids else ()


def refuse_without_seats(connection: Connection, changes: Sequence[Change]) -> None:
    """Raise Conflict where a reservation that comes back finds no seat any more, or its resident has another then."""
    back = [change for change in changes if change.table is t.booking and _takes_a_seat(change)]
    going = {change.row_id for change in changes if change.table is t.booking}
    amenities = {change.row_id for change in changes if change.table is t.amenity}
    coming: dict[int, list[Slot]] = defaultdict(list)
    for change in back:
        row = change.before or {}
        slot, amenity_id = Slot(row["starts_at"], row["ends_at"]), int(row["amenity_id"])
        seats = [*taken_seats(connection, amenity_id, slot, going), *coming[amenity_id]]
        amenity = connection.execute(select(t.amenity).where(t.amenity.c.id == amenity_id)).one()
        if amenity.removed_at is not None and amenity_id not in amenities:
            raise Conflict("", f"This cannot be undone: {amenity.name} was deleted since.")
        if peak(seats, slot) >= amenity.capacity:
            raise Conflict("", "This cannot be undone: the seat was taken since.")
        if _has_another(connection, row, slot, going):
            raise Conflict("", "This cannot be undone: the resident has another reservation then by now.")
        coming[amenity_id].append(slot)


def _takes_a_seat(change: Change) -> bool:
    before = change.before
    return before is not None and before["cancelled_at"] is None and bool(change.differing())


def _has_another(connection: Connection, row: dict[str, Any], slot: Slot, going: set[int]) -> bool:
    b = t.booking
    query = select(b.c.id).where(
        b.c.amenity_id == row["amenity_id"],
        b.c.resident_id == row["resident_id"],
        b.c.cancelled_at.is_(None),
        b.c.starts_at < slot.end,
        b.c.ends_at > slot.start,
    )
    return bool(set(connection.execute(query).scalars()) - going)


def refuse_doors_kept_out(connection: Connection, changes: Sequence[Change]) -> None:
    """Raise Conflict where the door of an amenity would be back in a default group that it was taken out of since."""
    opens, amenities = t.access_group_relay, {change.row_id for change in changes if change.table is t.amenity}
    relays = {int(change.row["relay_id"]) for change in changes if change.table is opens and change.after is None}
    groups = {int(change.row["group_id"]) for change in changes if change.table is opens and change.after is None}
    r, g, a, d = t.relay, t.access_group, t.amenity, t.device
    comes_back = {change.row_id for change in changes if change.table is g and change.after is None}
    system = select(g.c.id).where(g.c.id.in_(sorted(groups)), g.c.system.is_(True))
    if not relays or not (comes_back & groups or connection.execute(system).first()):
        return
    for part in chunks(sorted(relays)):
        found = connection.execute(
            select(d.c.name, a.c.id)
            .join(r, r.c.device_id == d.c.id)
            .join(a, a.c.device_id == d.c.id)
            .where(r.c.id.in_(part), d.c.id.in_(kept_out()))
        )
        for name, amenity_id in found:
            if amenity_id not in amenities:
                raise Conflict("", f"This cannot be undone: {name} was taken out of the default groups since.")
