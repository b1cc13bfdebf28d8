"""Relays that somebody loses at a device which goes on letting them in at another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.store.migrations.first.columns import numbers

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0014"
down_revision = "0013"


def upgrade(op: Operations) -> None:
    """What a device has to prove is about one relay, or (0, as everything so far) about the device as a whole."""
    for table in ("read_back", "revocation"):
        op.add_column(table, *numbers("relay"))
    op.drop_index("uq_read_back", "read_back")
    op.create_index("uq_read_back", "read_back", ["device_id", "credential_id", "relay"], unique=True)
