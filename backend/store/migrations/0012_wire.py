"""What doors hold beside PINs and cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, flags, ids, index_each, numbers, refers, row_id, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0012"
down_revision = "0011"


def upgrade(op: Operations) -> None:
    """Faces in the books of what doors hold, and the relays that hours keep open with the groups that do."""
    op.add_column("held", *texts("face"))
    op.add_column("relay", *flags("hold_open"))
    op.create_table(
        "relay_hold",
        row_id(),
        *ids("relay_id", "group_id"),
        refers("relay_hold", "relay_id", "relay"),
        refers("relay_hold", "group_id", "access_group"),
        sa.PrimaryKeyConstraint("id", name="pk_relay_hold"),
        sqlite_autoincrement=True,
    )
    index_each(op, "relay_hold", "relay_id", "group_id")
    op.create_index("uq_relay_hold", "relay_hold", ["relay_id", "group_id"], unique=True)
    op.create_table(
        "relay_held",
        row_id(),
        *ids("device_id"),
        *numbers("number"),
        *texts("keys"),
        *flags("unknown"),
        *ats("at"),
        refers("relay_held", "device_id", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_relay_held"),
        sqlite_autoincrement=True,
    )
    index_each(op, "relay_held", "device_id")
    op.create_index("uq_relay_held", "relay_held", ["device_id", "number"], unique=True)
