"""The list of reservations, and one as its page shows it (rules 6; feature BOOK-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, case, func, or_, select

from backend.domain.bookings import LIVE, BookingRecord, BookingStatus
from backend.domain.codes import mask
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, OutgoingState
from backend.domain.errors import Forbidden, NotFound
from backend.services.credentials import TAKEN, credentials_of, open_value
from backend.services.own_rights import relays_of
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.permission import require
from backend.store.seal import Sealer

_HOLDER = t.holder.alias("resident_holder")
_APARTMENT = func.coalesce(t.building.c.name.concat(" ").concat(t.apartment.c.number), "")


def _source() -> FromClause:
    b, h = t.booking, _HOLDER
    return (
        b.join(t.amenity, t.amenity.c.id == b.c.amenity_id)
        .join(h, h.c.id == b.c.resident_id)
        .outerjoin(t.apartment, t.apartment.c.id == h.c.apartment_id)
        .outerjoin(t.building, t.building.c.id == t.apartment.c.building_id)
    )


def status_at(now: datetime) -> ColumnElement[str]:
    """How far a reservation is."""
    b = t.booking
    return case(
        (b.c.cancelled_at.is_not(None), BookingStatus.CANCELLED.value),
        (and_(b.c.ends_at <= now, _used()), BookingStatus.COMPLETED.value),
        (b.c.ends_at <= now, BookingStatus.NO_SHOW.value),
        (b.c.starts_at <= now, BookingStatus.IN_PROGRESS.value),
        else_=BookingStatus.UPCOMING.value,
    )


def _used() -> ColumnElement[bool]:
    """Whether a key has opened a door for a reservation: its own, or in its slot that of one that became part of it."""
    b, use, other = t.booking, t.temp_key_use, t.booking.alias("part")
    own = select(use.c.id).where(use.c.holder_id == b.c.id).correlate(b)
    part = (
        select(use.c.id)
        .join(other, other.c.id == use.c.holder_id)
        .where(other.c.resident_id == b.c.resident_id, other.c.amenity_id == b.c.amenity_id)
        .where(use.c.at >= b.c.starts_at, use.c.at < b.c.ends_at)
        .correlate(b)
    )
    return or_(own.exists(), part.exists())


def _mail() -> ColumnElement[Any]:
    o = t.outgoing
    newest = select(func.max(o.c.id)).where(o.c.holder_id == t.booking.c.id).correlate(t.booking).scalar_subquery()
    return select(o.c.state).where(o.c.id == newest).scalar_subquery()


def booking_listing(context: Context, now: datetime) -> Listing:
    """The reservations of the context's community; what is to come first, then what is over, the newest first."""
    b, a, h = t.booking, t.amenity, _HOLDER
    status, mail = status_at(now), func.coalesce(_mail(), "")
    return Listing(
        source=_source(),
        id_column=b.c.id,
        columns={
            "starts_at": b.c.starts_at,
            "ends_at": b.c.ends_at,
            "amenity": a.c.name,
            "amenity_id": b.c.amenity_id,
            "resident": h.c.name,
            "apartment": _APARTMENT,
            "status": status,
            "mail": mail,
        },
        sorts={
            "starts_at": b.c.starts_at,
            "amenity": a.c.name_fold,
            "resident": h.c.name_fold,
            "apartment": _APARTMENT,
        },
        default_sort="starts_at",
        descending=True,
        filters={
            "starts_at": FilterColumn(b.c.starts_at),
            "amenity": FilterColumn(a.c.name_fold, "contains"),
            "resident": FilterColumn(h.c.name_fold, "contains"),
            "resident_id": FilterColumn(b.c.resident_id),
            "apartment": FilterColumn(t.apartment.c.number),
            "status": FilterColumn(status),
            "mail": FilterColumn(mail),
        },
        words=(a.c.name_fold, h.c.name_fold, func.coalesce(t.apartment.c.number, "")),
        where=a.c.community_id == context.community_id,
    )


def booking_row(connection: Connection, community_id: int, booking_id: int) -> Row[Any]:
    """The row of a reservation with amenity, resident and apartment in words; raises NotFound."""
    b, a, h = t.booking, t.amenity, _HOLDER
    found = connection.execute(
        select(b, a.c.name.label("amenity"), a.c.device_id, h.c.name.label("resident"), _APARTMENT.label("apartment"))
        .select_from(_source())
        .where(b.c.id == booking_id, a.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such reservation.")
    return found


def booking_record(
    connection: Connection, sealer: Sealer, context: Context, row: Row[Any], now: datetime
) -> BookingRecord:
    """The whole page of a `booking_row`; its key is whole for whoever may see codes."""
    o, r = t.outgoing, t.relay
    digits = next((open_value(sealer, one) for one in credentials_of(connection, [row.id], TAKEN)
                   if one.kind == CredentialKind.PIN.value), "")  # fmt: skip
    mail = connection.execute(
        select(o.c.state, o.c.address, o.c.answer).where(o.c.holder_id == row.id).order_by(o.c.id.desc()).limit(1)
    ).one_or_none()
    names = select(r.c.name).where(r.c.id.in_(sorted(relays_of(connection, t.own_relay, row.id)))).order_by(r.c.number)
    status = BookingStatus(connection.execute(select(status_at(now)).where(t.booking.c.id == row.id)).scalar_one())
    return BookingRecord(
        id=row.id,
        version=row.row_version,
        amenity_id=row.amenity_id,
        amenity=row.amenity,
        resident_id=row.resident_id,
        resident=row.resident,
        apartment=row.apartment,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=status,
        cancelled_at=row.cancelled_at,
        masked=mask(digits) if digits else "",
        digits=digits if digits and status in LIVE and _may_see(connection, context) else "",
        uses=uses_of(connection, row.id),
        most_uses=most_uses(connection, row.amenity_id),
        doors=tuple(connection.execute(names).scalars()),
        email=mail.address if mail else "",
        mail=OutgoingState(mail.state) if mail else None,
        mail_answer=mail.answer if mail else "",
    )


def uses_of(connection: Connection, booking_id: int) -> int:
    """How often the key has opened a door."""
    use = t.temp_key_use
    return int(connection.execute(select(func.count()).where(use.c.holder_id == booking_id)).scalar_one())


def most_uses(connection: Connection, amenity_id: int) -> int | None:
    """How often a key of an amenity opens its doors; None without a limit."""
    return connection.execute(select(t.amenity.c.uses).where(t.amenity.c.id == amenity_id)).scalar() or None


def _may_see(connection: Connection, context: Context) -> bool:
    try:
        require(connection, context, "credential.reveal")
    except Forbidden:
        return False
    return True
