"""Amenities as they are read: a row, the whole page, the list (rules 6; feature BOOK-01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, func, select

from backend.domain.amenities import AmenityRecord
from backend.domain.errors import NotFound
from backend.services.amenity_device import PUBLIC_LABEL
from backend.services.booking_rights import is_live
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing


def amenity_row(connection: Connection, community_id: int, amenity_id: int, *, lock: bool = False) -> Row[Any]:
    """The row of an amenity of the community; raises NotFound, also for one that was deleted.

    With `lock` nobody else reserves it until the transaction ends, on databases that have several writers.
    """
    a = t.amenity
    query = select(a).where(a.c.id == amenity_id, a.c.community_id == community_id, a.c.removed_at.is_(None))
    found = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound("There is no such amenity.")
    return found


def buildings_of(connection: Connection, amenity_id: int) -> tuple[tuple[int, str], ...]:
    """The chosen buildings of an amenity, (id, name), by name."""
    ab, b = t.amenity_building, t.building
    rows = connection.execute(
        select(b.c.id, b.c.name)
        .join(ab, ab.c.building_id == b.c.id)
        .where(ab.c.amenity_id == amenity_id)
        .order_by(b.c.name_fold)
    )
    return tuple((row.id, row.name) for row in rows)


def amenity_record(connection: Connection, row: Row[Any], now: datetime) -> AmenityRecord:
    """The whole page of a row."""
    d, b, r = t.device, t.building, t.relay
    device = connection.execute(
        select(d.c.name, b.c.name.label("building"))
        .outerjoin(b, b.c.id == d.c.building_id)
        .where(d.c.id == row.device_id)
    ).one_or_none()
    doors = connection.execute(select(r.c.name).where(r.c.device_id == row.device_id).order_by(r.c.number)).scalars()
    live = select(func.count()).select_from(t.booking).where(t.booking.c.amenity_id == row.id, is_live(now))
    alike = ("id", "name", "description", "everywhere", "device_id", "out_of_group", "hours")
    figures = ("duration", "lead_days", "capacity", "uses")
    return AmenityRecord(
        **{name: getattr(row, name) for name in (*alike, *figures)},
        version=row.row_version,
        buildings=buildings_of(connection, row.id),
        device=device.name if device else "",
        place=(device.building or PUBLIC_LABEL) if device else "",
        doors=tuple(doors),
        upcoming=connection.execute(live).scalar_one(),
        picture=bool(row.picture),
    )


def picture_of(connection: Connection, digest: str) -> bytes | None:
    """The JPEG of a digest; None for none."""
    picture = t.amenity_picture
    return connection.execute(select(picture.c.jpeg).where(picture.c.digest == digest)).scalar()


def _chosen_buildings() -> ScalarSelect[str]:
    """The names of the buildings that an amenity is for."""
    a, ab, b = t.amenity, t.amenity_building, t.building
    return (
        select(func.aggregate_strings(b.c.name, ", "))
        .join(ab, ab.c.building_id == b.c.id)
        .where(ab.c.amenity_id == a.c.id)
        .correlate(a)
        .scalar_subquery()
    )


def amenity_listing(community_id: int, now: datetime) -> Listing:
    """The amenities of a community, by name."""
    a, d = t.amenity, t.device
    device_fold = func.coalesce(d.c.name_fold, "")
    live = (
        select(func.count())
        .select_from(t.booking)
        .where(t.booking.c.amenity_id == a.c.id, is_live(now))
        .correlate(a)
        .scalar_subquery()
    )
    return Listing(
        source=a.outerjoin(d, d.c.id == a.c.device_id),
        id_column=a.c.id,
        columns={
            "name": a.c.name,
            "description": a.c.description,
            "everywhere": a.c.everywhere,
            "buildings": func.coalesce(_chosen_buildings(), ""),
            "device": func.coalesce(d.c.name, ""),
            "out_of_group": a.c.out_of_group,
            "hours": a.c.hours,
            "duration": a.c.duration,
            "lead_days": a.c.lead_days,
            "capacity": a.c.capacity,
            "uses": a.c.uses,
            "upcoming": live,
        },
        sorts={"name": a.c.name_fold, "device": device_fold, "upcoming": live},
        default_sort="name",
        filters={
            "name": FilterColumn(a.c.name_fold, "contains"),
            "device": FilterColumn(device_fold, "contains"),
            "capacity": FilterColumn(a.c.capacity),
            "out_of_group": FilterColumn(a.c.out_of_group),
        },
        words=(a.c.name_fold, device_fold),
        where=(a.c.community_id == community_id) & a.c.removed_at.is_(None),
    )
