"""A day at an amenity: when it is open and which slots are taken (rules 6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.windows import DAY, union, week_of
from backend.domain.amenities import Slot, parse_hours
from backend.domain.bookings import Day, Taken
from backend.domain.formats import zone_info
from backend.domain.walltime import instant_of
from backend.store import tables as t


def day_of(connection: Connection, amenity: Row[Any], day: date, zone: str) -> Day:
    """The day of the calendar of `zone` at the amenity of a row."""
    b, h = t.booking, t.holder
    span = Slot(instant_of(day, zone_info(zone)), instant_of(day + timedelta(days=1), zone_info(zone)))
    rows = connection.execute(
        select(b.c.id, h.c.name, b.c.starts_at, b.c.ends_at)
        .join(h, h.c.id == b.c.resident_id)
        .where(
            b.c.amenity_id == amenity.id,
            b.c.cancelled_at.is_(None),
            b.c.starts_at < span.end,
            b.c.ends_at > span.start,
        )
        .order_by(b.c.starts_at, b.c.id)
    )
    first = day.weekday() * DAY
    week = union([part for period in parse_hours(amenity.hours) for part in week_of(period)])
    hours = ((max(start, first) - first, min(end, first + DAY) - first) for start, end in week)
    return Day(
        day=day,
        open=tuple((start, end) for start, end in hours if start < end),
        capacity=amenity.capacity,
        taken=tuple(Taken(id=row.id, resident=row.name, starts_at=row.starts_at, ends_at=row.ends_at) for row in rows),
    )
