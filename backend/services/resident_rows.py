"""Rows of residents with their names and places, and how operations name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.errors import NotFound
from backend.store import tables as t


def resident_row(connection: Connection, community_id: int, holder_id: int) -> Row[Any]:
    """The row of a resident with `name`, `number`, `building` and `building_id`; raises NotFound."""
    found = connection.execute(
        select(
            t.resident,
            t.holder.c.name,
            t.holder.c.floors,
            t.apartment.c.number,
            t.building.c.name.label("building"),
            t.building.c.id.label("building_id"),
        )
        .join(t.holder, t.holder.c.id == t.resident.c.id)
        .join(t.apartment, t.apartment.c.id == t.resident.c.apartment_id)
        .join(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(t.resident.c.id == holder_id, t.holder.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such resident.")
    return found


def title_of(name: str, building: str, number: str) -> str:
    """How an operation names a resident: with the apartment, as there are twins."""
    return f"{name} · {building} {number}"


def family_of(connection: Connection, apartment_ids: Iterable[int]) -> list[Row[Any]]:
    """Everybody who lives in these apartments: id, name, role, apartment_id, with number and building."""
    return list(
        connection.execute(
            select(
                t.resident.c.id,
                t.resident.c.role,
                t.resident.c.apartment_id,
                t.holder.c.name,
                t.apartment.c.number,
                t.building.c.name.label("building"),
            )
            .join(t.holder, t.holder.c.id == t.resident.c.id)
            .join(t.apartment, t.apartment.c.id == t.resident.c.apartment_id)
            .join(t.building, t.building.c.id == t.apartment.c.building_id)
            .where(t.resident.c.apartment_id.in_(sorted(set(apartment_ids))))
            .order_by(t.resident.c.id)
        )
    )
