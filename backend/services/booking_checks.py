"""What a reservation must keep to, decided inside the transaction that makes it (rules 6; feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.amenities import Slot, parse_hours, within_hours
from backend.domain.bookings import joined, peak
from backend.domain.enums import HolderKind, HolderStatus
from backend.domain.errors import Conflict, Invalid
from backend.domain.formats import Formats, zone_info
from backend.domain.walltime import instant_of, local_time
from backend.services.amenity_rows import buildings_of
from backend.services.apartment_pages import plan_of
from backend.services.booking_rights import is_live
from backend.services.communities import community_row
from backend.services.credentials import spoken
from backend.store import tables as t


@dataclass(frozen=True, slots=True)
class Place:
    """The slot that a reservation takes, and those of the same resident beside it that become one with it."""

    slot: Slot
    beside: tuple[int, ...]


def why_closed(connection: Connection, community_id: int, now: datetime) -> str:
    """Why nothing new can be reserved, "" while the premium feature plan runs (rules 1.2, 6)."""
    plan = plan_of(connection, community_id, now)
    if plan.premium:
        return ""
    if plan.premium_until is None:
        return "Bookings belong to the premium feature plan, which this community does not have."
    return "The premium feature plan has ended: no new reservations, existing ones run out."


def refuse_without_premium(connection: Connection, community_id: int, now: datetime) -> None:
    """Raise Conflict with what `why_closed` says."""
    if reason := why_closed(connection, community_id, now):
        raise Conflict("", f"{reason} An installer can renew it.")


def resident_row(connection: Connection, community_id: int, resident_id: int) -> Row[Any]:
    """The row of a resident with name, e-mail, apartment and building; raises Invalid (resident_id)."""
    h, r, a, b = t.holder, t.resident, t.apartment, t.building
    found = connection.execute(
        select(h, r.c.email, r.c.first, a.c.number, a.c.building_id, b.c.name.label("building"))
        .join(r, r.c.id == h.c.id)
        .join(a, a.c.id == r.c.apartment_id)
        .join(b, b.c.id == a.c.building_id)
        .where(h.c.id == resident_id, h.c.community_id == community_id, h.c.kind == HolderKind.RESIDENT.value)
    ).one_or_none()
    if found is None:
        raise Invalid({"resident_id": "Choose a resident."})
    return found


def check_place(
    connection: Connection,
    amenity: Row[Any],
    resident: Row[Any],
    slot: Slot,
    now: datetime,
    *,
    moving: int | None = None,
    begun: bool = False,
) -> Place:
    """The place of a reservation at an amenity; adjacent ones of the resident merge with it.

    `moving` is the reservation that leaves its place for this one; one that has `begun` keeps its start. Raises
    Invalid (amenity_id, resident_id, start, end), and Conflict (start) where the resident has one then or no seat is
    free.
    """
    zone = community_row(connection, amenity.community_id).timezone
    bad = _wrong_resident(connection, amenity, resident)
    if amenity.device_id is None:
        bad["amenity_id"] = f"{amenity.name} has no device, so that no key would open anything."
    bad |= _wrong_time(amenity, slot, now, zone, begun)
    if bad:
        raise Invalid(bad)
    rows = _live(connection, amenity.id, now, moving)
    own = {row.id: Slot(row.starts_at, row.ends_at) for row in rows if row.resident_id == resident.id}
    formats = formats_of(connection, amenity.community_id)
    if there := next((one for one in own.values() if one.meets(slot)), None):
        text = f"{spoken(resident.name)} has reserved {amenity.name} from {told(there, formats)} already."
        raise Conflict("start", text)
    whole = joined(slot, list(own.values()))
    beside = tuple(sorted(one for one, other in own.items() if other.touches(slot)))
    if sentence := _too_long(amenity, whole, bool(beside), formats):
        raise Invalid({"end": sentence})
    others = [Slot(row.starts_at, row.ends_at) for row in rows if row.id not in beside]
    refuse_without_seat(amenity, whole, others)
    return Place(whole, beside)


def refuse_without_seat(amenity: Row[Any], slot: Slot, taken: Iterable[Slot]) -> None:
    """Raise Conflict (start) where as many as may hold a reservation at one time do so at an instant of the slot."""
    if peak(taken, slot) >= amenity.capacity:
        seats = "The only place is" if amenity.capacity == 1 else f"All {amenity.capacity} places are"
        raise Conflict("start", f"{seats} taken then. Choose another time.")


def _live(connection: Connection, amenity_id: int, now: datetime, without: int | None) -> Sequence[Row[Any]]:
    b = t.booking
    here = select(b).where(b.c.amenity_id == amenity_id, is_live(now), b.c.id != (without or 0))
    return connection.execute(here.order_by(b.c.starts_at, b.c.id)).all()


def taken_seats(connection: Connection, amenity_id: int, span: Slot, without: Collection[int]) -> list[Slot]:
    """The slots of an amenity that meet a span, those of some reservations left out."""
    b = t.booking
    rows = connection.execute(
        select(b.c.id, b.c.starts_at, b.c.ends_at).where(
            b.c.amenity_id == amenity_id,
            b.c.cancelled_at.is_(None),
            b.c.starts_at < span.end,
            b.c.ends_at > span.start,
        )
    )
    return [Slot(row.starts_at, row.ends_at) for row in rows if row.id not in without]


def _wrong_resident(connection: Connection, amenity: Row[Any], resident: Row[Any]) -> dict[str, str]:
    if resident.status != HolderStatus.ACTIVE.value:
        return {"resident_id": f"{spoken(resident.name)} is suspended and opens no door."}
    if amenity.everywhere:
        return {}
    chosen = buildings_of(connection, amenity.id)
    if any(building_id == resident.building_id for building_id, _ in chosen):
        return {}
    names = ", ".join(name for _, name in chosen) or "no building"
    return {"resident_id": f"{amenity.name} is for residents of {names}; {spoken(resident.name)} lives in "
            f"{resident.building}."}  # fmt: skip


def _wrong_time(amenity: Row[Any], slot: Slot, now: datetime, zone: str, begun: bool) -> dict[str, str]:
    if slot.start >= slot.end:
        return {"end": "It ends before it starts."}
    if slot.end <= now:
        return {"end": "This is over. Choose a time to come."}
    if not begun and slot.start < now.replace(second=0, microsecond=0):
        return {"start": "This is over. Choose a time to come."}
    if not within_hours(slot, parse_hours(amenity.hours), zone):
        return {"start": f"{amenity.name} is open {amenity.hours}."}
    last = local_time(now, zone_info(zone)).date() + timedelta(days=amenity.lead_days + 1)
    if slot.start >= instant_of(last, zone_info(zone)):
        days = "1 day" if amenity.lead_days == 1 else f"{amenity.lead_days} days"
        return {"start": f"{amenity.name} can be reserved {days} ahead at most."}
    return {}


def _too_long(amenity: Row[Any], slot: Slot, merged: bool, formats: Formats) -> str:
    most = timedelta(minutes=amenity.duration)
    if slot.length <= most:
        return ""
    long = f"{slot.length // timedelta(minutes=1)} minutes; {amenity.name} has {amenity.duration} at most"
    if merged:
        return f"It becomes one with the reservation beside it, {told(slot, formats)}: {long}."
    return f"This lasts {long}."


def formats_of(connection: Connection, community_id: int) -> Formats:
    """How the community writes its times."""
    row = community_row(connection, community_id)
    return Formats.of(row.timezone, row.clock_format, row.date_format)


def told(slot: Slot, formats: Formats) -> str:
    """A slot in words, "2026-12-04 18:00 to 19:30"."""
    same = formats.local(slot.start).date() == formats.local(slot.end).date()
    return f"{formats.moment(slot.start)} to {formats.time(slot.end) if same else formats.moment(slot.end)}"
