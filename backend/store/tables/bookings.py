"""Amenities and their reservations (rules 6)."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text, text

from backend.store.tables.columns import RULE, at, flag, ident, metadata, number, ref, version, words
from backend.store.types import Id

amenity = Table(
    "amenity",
    metadata,
    ident(),
    words("uuid"),
    ref("community_id", "community"),
    words("name"),
    words("name_fold"),
    words("description"),
    flag("everywhere", default=True),
    ref("device_id", "device", null=True),
    words("device_mac"),
    flag("out_of_group"),
    words("hours"),
    number("duration", default=60),
    number("lead_days", default=7),
    number("capacity", default=1),
    number("uses"),
    words("picture"),
    at("removed_at", null=True),
    version(),
    Index("uq_amenity_name", "community_id", "name_fold", unique=True, sqlite_where=text("removed_at IS NULL")),
    Index("uq_amenity_device", "device_id", unique=True),
    info=RULE,
)
"""What can be reserved. One that was deleted stays as a tombstone without a device, as its reservations name it.

`device_mac` is that of a device that was removed: when it is added again it is the amenity's again (edge case 43).
`picture` is the digest of a row of `amenity_picture`, "" for none.
"""
amenity_building = Table(
    "amenity_building",
    metadata,
    ident(),
    ref("amenity_id", "amenity"),
    ref("building_id", "building"),
    Index("uq_amenity_building", "amenity_id", "building_id", unique=True),
    info=RULE,
)
"""The buildings whose residents may reserve an amenity that is not for everybody."""
amenity_picture = Table(
    "amenity_picture",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)
"""Pictures by their SHA-256. No rule table: a change of a name must not copy them, and undo finds the old one here."""
booking = Table(
    "booking",
    metadata,
    Column("id", Id, ForeignKey("holder.id"), primary_key=True),
    ref("amenity_id", "amenity"),
    ref("resident_id", "holder"),
    at("starts_at"),
    at("ends_at"),
    at("cancelled_at", null=True),
    version(),
    Index("ix_booking_ends_at", "ends_at"),
    info=RULE,
)
"""A reservation; its id is the holder of its key, whose own rights are the slot and the amenity's doors."""
