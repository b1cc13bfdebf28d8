"""Texts that leave the site."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from backend.domain import enums
from backend.store.tables.columns import at, ident, metadata, number, one_of, words
from backend.store.types import Id

outgoing = Table(
    "outgoing",
    metadata,
    ident(),
    words("uuid"),
    Column("community_id", Id, nullable=False),
    *one_of("kind", enums.OutgoingKind),
    words("idempotency_key"),
    words("purpose"),
    words("address"),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("holder_id", Id, index=True),
    Column("manager_id", Id),
    *one_of("state", enums.OutgoingState, enums.OutgoingState.QUEUED),
    number("attempt"),
    at("not_before", null=True),
    at("useful_until", null=True),
    words("answer"),
    at("made_at"),
    at("claimed_at", null=True),
    at("data_at", null=True),
    at("ended_at", null=True),
    Index("uq_outgoing_key", "idempotency_key", unique=True),
    Index("ix_outgoing_state", "state", "not_before"),
    Index("ix_outgoing_count", "community_id", "state"),
    Index("ix_outgoing_time", "community_id", "made_at", "id"),
)
