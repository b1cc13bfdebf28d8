"""What is kept, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, flags, ids, refers, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0013"
down_revision = "0012"


def upgrade(op: Operations) -> None:
    """Acts whose slices are not all written yet, and when old rows went last."""
    op.add_column("operation", *flags("unfinished"))
    op.create_table(
        "purge",
        *ids("id"),
        *ats("at"),
        *texts("counts", default="{}"),
        refers("purge", "id", "community"),
        sa.PrimaryKeyConstraint("id", name="pk_purge"),
    )
