"""A device that goes or comes while an amenity has it (rules 6; edge case 43)."""

from __future__ import annotations

from sqlalchemy import select

from backend.services.booking_rights import give_rights, is_live
from backend.services.holders import reaching
from backend.store import tables as t
from backend.store.work import Work


def let_go(work: Work, device_id: int) -> None:
    """A device is removed: its amenity keeps its MAC, and takes it up again when it is added again."""
    a, d = t.amenity, t.device
    rows = work.connection.execute(
        select(a.c.id, d.c.mac).join(d, d.c.id == a.c.device_id).where(a.c.device_id == device_id)
    )
    for amenity_id, mac in rows.all():
        work.update(a, amenity_id, device_id=None, device_mac=mac)
        work.touch("amenities")


def take_up(work: Work, device_id: int, mac: str) -> None:
    """A device was added: the amenity that had one of this MAC has it again, its live reservations open its doors."""
    a, b = t.amenity, t.booking
    found = work.connection.execute(
        select(a.c.id).where(
            a.c.community_id == work.context.community_id,
            a.c.device_mac == mac,
            a.c.device_id.is_(None),
            a.c.removed_at.is_(None),
        )
    ).scalar()
    if found is None:
        return
    work.update(a, found, device_id=device_id, device_mac="")
    ids = work.connection.execute(select(b.c.id).where(b.c.amenity_id == found, is_live(work.at))).scalars().all()
    with reaching(work, ids, "amenity's device is back"):
        for booking_id in ids:
            give_rights(work, booking_id)
    work.touch("amenities", "bookings")
