"""What doors were found to hold otherwise, and the proofs of revocations that are kept for receipts."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from backend.domain import enums
from backend.store.tables.columns import at, ident, metadata, number, one_of, ref, words
from backend.store.types import Id

drift = Table(
    "drift",
    metadata,
    ident(),
    words("uuid"),
    ref("device_id", "device"),
    words("key"),
    words("remote_id"),
    ref("holder_id", "holder", null=True),
    words("name"),
    words("name_fold"),
    *one_of("cause", enums.DriftCause),
    *one_of("resolution", enums.DriftResolution, enums.DriftResolution.OPEN),
    words("wish"),
    words("note"),
    Column("mac", LargeBinary),
    Column("detail_sealed", LargeBinary),
    at("found_at"),
    at("seen_at"),
    at("ended_at", null=True),
    Index("ix_drift_standing", "device_id", "ended_at"),
)
revocation = Table(
    "revocation",
    metadata,
    ident(),
    ref("community_id", "community"),
    ref("holder_id", "holder"),
    Column("credential_id", Id, nullable=False),
    Column("device_id", Id),
    words("device"),
    number("relay"),
    words("kind"),
    words("masked"),
    at("freed_at"),
    at("absent_at", null=True),
    Index("ix_revocation_time", "community_id", "freed_at"),
)
