"""Families moving in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import (
    ats,
    blobs,
    ids,
    index_each,
    numbers,
    one_of,
    row_id,
    texts,
    where,
)

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0011"
down_revision = "0010"

LICENCE = "licence IN ('inactive','active','expired')"


def upgrade(op: Operations) -> None:
    """Moves of whole families, and the licence that stays with an apartment where nobody lives."""
    op.create_table(
        "move",
        row_id(),
        *texts("uuid"),
        *ids("community_id", "apartment_id"),
        *texts("place"),
        *texts("kind", default=None),
        *texts("state", default="planned"),
        *ats("at"),
        *ids("master_id", null=True),
        *blobs("incoming_sealed", "told_sealed", null=True),
        *texts("comes", "problem"),
        *ids("planned_by_id", null=True),
        *texts("planned_by"),
        *ats("planned_at"),
        *ats("ended_at", null=True),
        *ids("operation_id", null=True),
        *numbers("row_version", default="1"),
        one_of("move", "kind", "out in both"),
        one_of("move", "state", "planned done failed cancelled"),
        sa.PrimaryKeyConstraint("id", name="pk_move"),
        sqlite_autoincrement=True,
    )
    index_each(op, "move", "apartment_id")
    op.create_index("uq_move_planned", "move", ["apartment_id"], unique=True, **where("state = 'planned'"))
    op.create_index("ix_move_state", "move", ["state", "at"])
    op.execute(f"ALTER TABLE apartment ADD COLUMN licence TEXT CONSTRAINT ck_apartment_licence CHECK ({LICENCE})")
    op.add_column("apartment", *ats("licence_until", null=True))
