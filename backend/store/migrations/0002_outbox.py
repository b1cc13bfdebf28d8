"""Mail and text messages that are to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, blobs, ids, index_each, numbers, one_of, row_id, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """The Outbox: each text with its address, its sealed content and how its sending stands."""
    op.create_table(
        "outgoing",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *texts("kind", default=None),
        *texts("idempotency_key", "purpose", "address"),
        *blobs("content_sealed"),
        *ids("holder_id", "manager_id", null=True),
        *texts("state", default="queued"),
        *numbers("attempt"),
        *ats("not_before", "useful_until", null=True),
        *texts("answer"),
        *ats("made_at"),
        *ats("claimed_at", "data_at", "ended_at", null=True),
        one_of("outgoing", "kind", "mail sms"),
        one_of("outgoing", "state", "queued sending sent failed unknown dead waiting handed withdrawn"),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing"),
        sqlite_autoincrement=True,
    )
    index_each(op, "outgoing", "holder_id")
    op.create_index("uq_outgoing_key", "outgoing", ["idempotency_key"], unique=True)
    op.create_index("ix_outgoing_state", "outgoing", ["state", "not_before"])
    op.create_index("ix_outgoing_count", "outgoing", ["community_id", "state"])
    op.create_index("ix_outgoing_time", "outgoing", ["community_id", "made_at", "id"])
