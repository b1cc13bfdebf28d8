"""Temporary keys and their uses."""

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
    refers,
    row_id,
    texts,
)

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0008"
down_revision = "0007"


def upgrade(op: Operations) -> None:
    """Temporary keys and their uses."""
    op.create_table(
        "temp_key",
        row_id(),
        *texts("repeat", default=None),
        *texts("email"),
        *blobs("id_number_sealed", null=True),
        *numbers("each_count", null=True, default=None),
        *ids("made_by_id", null=True),
        *texts("made_by"),
        *ats("made_at"),
        *numbers("row_version", default="1"),
        refers("temp_key", "id", "holder"),
        one_of("temp_key", "repeat", "never daily weekly"),
        sa.PrimaryKeyConstraint("id", name="pk_temp_key"),
    )
    op.create_table(
        "temp_key_use",
        row_id(),
        *ids("holder_id", "door_log_id", "device_id"),
        *ids("relay_id", null=True),
        *ats("at"),
        refers("temp_key_use", "holder_id", "holder"),
        sa.PrimaryKeyConstraint("id", name="pk_temp_key_use"),
        sqlite_autoincrement=True,
    )
    index_each(op, "temp_key_use", "holder_id")
    op.create_index("uq_temp_key_use", "temp_key_use", ["door_log_id"], unique=True)
