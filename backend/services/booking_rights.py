"""The key of a reservation: what it opens and when, and how it ends (rules 6; feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from backend.domain.access.rules import Window
from backend.domain.enums import CredentialKind, Repeat
from backend.services.amenity_device import relays_of_device
from backend.services.credentials import Value, issue
from backend.services.holders import reaching
from backend.services.key_digits import new_key
from backend.services.leaving import take_all
from backend.services.outbox import withdraw
from backend.services.own_rights import set_own_rights
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work


def is_live(now: datetime) -> ColumnElement[bool]:
    """The condition that a reservation is neither over nor cancelled."""
    return t.booking.c.cancelled_at.is_(None) & (t.booking.c.ends_at > now)


def give_rights(work: Work, booking_id: int) -> None:
    """Let the key of a reservation open the amenity's doors in its slot, and nothing else. Call it in `reaching`."""
    a, b = t.amenity, t.booking
    row = work.connection.execute(
        select(b.c.starts_at, b.c.ends_at, a.c.device_id).join(a, a.c.id == b.c.amenity_id).where(b.c.id == booking_id)
    ).one()
    window = Window(Repeat.NEVER, begins=row.starts_at, ends=row.ends_at)
    set_own_rights(work, booking_id, (window,), relays_of_device(work.connection, row.device_id))


def give_key(work: Work, booking_id: int) -> str:
    """A new key for a reservation, and its digits, a secret. Call it in `reaching`."""
    community_id = work.context.community_id
    digits = new_key(work.connection, work.sealer, community_id)
    issue(work, booking_id, Value(CredentialKind.PIN, digits, f"c:{community_id}", community_id=community_id))
    return digits


def end_keys(work: Work, booking_ids: Iterable[int], reason: str) -> None:
    """Take the keys of reservations from every door; the holders stay as tombstones, so that logs keep their owner."""
    ids = sorted(booking_ids)
    with reaching(work, ids, reason):
        take_all(work, ids)
        for booking_id in ids:
            set_own_rights(work, booking_id, (), ())
    withdraw(work, t.outgoing.c.holder_id.in_(ids), "The reservation has ended.")
    work.touch("bookings")


def cancel_rows(work: Work, booking_ids: Iterable[int], reason: str) -> None:
    """Cancel reservations: their seats are free and their keys go."""
    ids = sorted(booking_ids)
    for booking_id in ids:
        work.update(t.booking, booking_id, cancelled_at=work.at)
    end_keys(work, ids, reason)


def live_of_residents(connection: Connection, resident_ids: Iterable[int], now: datetime) -> list[int]:
    """The reservations of these residents that are not over."""
    b, ids = t.booking, sorted(set(resident_ids))
    query = select(b.c.id).where(is_live(now)).order_by(b.c.id)
    return [one for part in chunks(ids) for one in connection.execute(query.where(b.c.resident_id.in_(part))).scalars()]


def end_with_residents(work: Work, resident_ids: Iterable[int]) -> None:
    """Residents go: cancel what they have reserved, and end the keys that are over but not freed yet."""
    b, h, ids = t.booking, t.holder, sorted(set(resident_ids))
    if live := live_of_residents(work.connection, ids, work.at):
        cancel_rows(work, live, "resident deleted")
    still = select(b.c.id).join(h, h.c.id == b.c.id).where(b.c.resident_id.in_(ids), h.c.removed_at.is_(None))
    if over := work.connection.execute(still).scalars().all():
        end_keys(work, over, "resident deleted")


def cancel_of_guests(work: Work, holder_ids: Iterable[int], reason: str) -> None:
    """Cancel those of these holders that are reservations and not over (edge case 36)."""
    b = t.booking
    query = select(b.c.id).where(b.c.id.in_(sorted(holder_ids)), is_live(work.at))
    if ids := work.connection.execute(query).scalars().all():
        cancel_rows(work, ids, reason)


def live_in(connection: Connection, community_id: int, now: datetime) -> int:
    """How many reservations of a community are not over."""
    a, b = t.amenity, t.booking
    query = select(func.count()).select_from(b).join(a, a.c.id == b.c.amenity_id)
    return int(connection.execute(query.where(a.c.community_id == community_id, is_live(now))).scalar_one())
