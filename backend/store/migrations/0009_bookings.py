"""Amenities and their reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import (
    ats,
    blobs,
    flags,
    ids,
    index_each,
    numbers,
    refers,
    row_id,
    texts,
    where,
)

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0009"
down_revision = "0008"


def upgrade(op: Operations) -> None:
    """Amenities and their reservations."""
    _amenities(op)
    _bookings(op)


def _amenities(op: Operations) -> None:
    op.create_table(
        "amenity",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *texts("name", "name_fold", "description"),
        *flags("everywhere", on=True),
        *ids("device_id", null=True),
        *texts("device_mac"),
        *flags("out_of_group"),
        *texts("hours"),
        *numbers("duration", default="60"),
        *numbers("lead_days", default="7"),
        *numbers("capacity", default="1"),
        *numbers("uses"),
        *texts("picture"),
        *ats("removed_at", null=True),
        *numbers("row_version", default="1"),
        refers("amenity", "community_id", "community"),
        refers("amenity", "device_id", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_amenity"),
        sqlite_autoincrement=True,
    )
    index_each(op, "amenity", "community_id", "device_id")
    op.create_index(
        "uq_amenity_name", "amenity", ["community_id", "name_fold"], unique=True, **where("removed_at IS NULL")
    )
    op.create_index("uq_amenity_device", "amenity", ["device_id"], unique=True)
    op.create_table(
        "amenity_building",
        row_id(),
        *ids("amenity_id", "building_id"),
        refers("amenity_building", "amenity_id", "amenity"),
        refers("amenity_building", "building_id", "building"),
        sa.PrimaryKeyConstraint("id", name="pk_amenity_building"),
        sqlite_autoincrement=True,
    )
    index_each(op, "amenity_building", "amenity_id", "building_id")
    op.create_index("uq_amenity_building", "amenity_building", ["amenity_id", "building_id"], unique=True)
    op.create_table(
        "amenity_picture",
        *texts("digest", default=None),
        *blobs("jpeg"),
        sa.PrimaryKeyConstraint("digest", name="pk_amenity_picture"),
    )


def _bookings(op: Operations) -> None:
    op.create_table(
        "booking",
        row_id(),
        *ids("amenity_id", "resident_id"),
        *ats("starts_at", "ends_at"),
        *ats("cancelled_at", null=True),
        *numbers("row_version", default="1"),
        refers("booking", "id", "holder"),
        refers("booking", "amenity_id", "amenity"),
        refers("booking", "resident_id", "holder"),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
    )
    index_each(op, "booking", "amenity_id", "resident_id", "ends_at")
