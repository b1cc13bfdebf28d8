"""What doors were found to hold otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, blobs, flags, ids, index_each, one_of, refers, row_id, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0010"
down_revision = "0009"


def upgrade(op: Operations) -> None:
    """What doors were found to hold otherwise, and the proofs of revocations that are kept for receipts."""
    op.create_table(
        "drift",
        row_id(),
        *texts("uuid"),
        *ids("device_id"),
        *texts("key", "remote_id"),
        *ids("holder_id", null=True),
        *texts("name", "name_fold"),
        *texts("cause", default=None),
        *texts("resolution", default="open"),
        *texts("wish", "note"),
        *blobs("mac", "detail_sealed", null=True),
        *ats("found_at", "seen_at"),
        *ats("ended_at", null=True),
        refers("drift", "device_id", "device"),
        refers("drift", "holder_id", "holder"),
        one_of("drift", "cause", "edited missed reset unknown lost"),
        one_of("drift", "resolution", "open repaired adopted overwritten left gone"),
        sa.PrimaryKeyConstraint("id", name="pk_drift"),
        sqlite_autoincrement=True,
    )
    index_each(op, "drift", "device_id", "holder_id")
    op.create_index("ix_drift_standing", "drift", ["device_id", "ended_at"])
    op.create_table(
        "revocation",
        row_id(),
        *ids("community_id", "holder_id", "credential_id"),
        *ids("device_id", null=True),
        *texts("device", "kind", "masked"),
        *ats("freed_at"),
        *ats("absent_at", null=True),
        refers("revocation", "community_id", "community"),
        refers("revocation", "holder_id", "holder"),
        sa.PrimaryKeyConstraint("id", name="pk_revocation"),
        sqlite_autoincrement=True,
    )
    index_each(op, "revocation", "community_id", "holder_id")
    op.create_index("ix_revocation_time", "revocation", ["community_id", "freed_at"])
    op.add_column("held", *flags("seen"))
    op.execute(
        "UPDATE held SET seen = TRUE WHERE to_at IS NULL AND EXISTS "
        "(SELECT 1 FROM device_sync s WHERE s.id = held.device_id AND s.read_back_at > held.from_at)"
    )
