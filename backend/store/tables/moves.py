"""Families moving in and out: what is planned, and what has been done."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, text

from backend.domain import enums
from backend.store.tables.columns import at, ident, metadata, one_of, version, words
from backend.store.types import Id

move = Table(
    "move",
    metadata,
    ident(),
    words("uuid"),
    Column("community_id", Id, nullable=False),
    Column("apartment_id", Id, nullable=False, index=True),
    words("place"),
    *one_of("kind", enums.MoveKind),
    *one_of("state", enums.MoveState, enums.MoveState.PLANNED),
    at("at"),
    Column("master_id", Id),
    Column("incoming_sealed", LargeBinary),
    Column("told_sealed", LargeBinary),
    words("comes"),
    words("problem"),
    Column("planned_by_id", Id),
    words("planned_by"),
    at("planned_at"),
    at("ended_at", null=True),
    Column("operation_id", Id),
    version(),
    Index(
        "uq_move_planned",
        "apartment_id",
        unique=True,
        sqlite_where=text("state = 'planned'"),
    ),
    Index("ix_move_state", "state", "at"),
)
"""Moves of whole families. No rule table: taking back what was carried out must not plan it anew. It outlives its
apartment, so that receipts stay. `master_id` is who is to leave, `told_sealed` what a receipt is made of."""
