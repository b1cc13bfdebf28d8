"""Temporary keys and their uses."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table

from backend.domain import enums
from backend.store.tables.columns import RULE, at, ident, metadata, number, one_of, ref, version, words
from backend.store.types import Id

temp_key = Table(
    "temp_key",
    metadata,
    Column("id", Id, ForeignKey("holder.id"), primary_key=True),
    *one_of("repeat", enums.Repeat),
    words("email"),
    Column("id_number_sealed", LargeBinary),
    number("each_count", null=True),
    Column("made_by_id", Id),
    words("made_by"),
    at("made_at"),
    version(),
    info=RULE,
)
"""What a visitor's holder has beside name and apartment. Digits are its PIN credential, doors and hours its own rights,
the dates of a key that repeats those of the credential."""
temp_key_use = Table(
    "temp_key_use",
    metadata,
    ident(),
    ref("holder_id", "holder"),
    Column("door_log_id", Id, nullable=False),
    Column("device_id", Id, nullable=False),
    Column("relay_id", Id),
    at("at"),
    Index("uq_temp_key_use", "door_log_id", unique=True),
)
"""Each entry by a counted key, once, by the line of the door log that told of it; it outlives the line."""
