"""Residents whole: logins, floors, faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, blobs, flags, ids, numbers, one_of, refers, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """Residents whole: logins, floors, faces."""
    for column in (*texts("country"), *flags("linked"), *texts("linked_reason")):
        op.add_column("resident", column)
    op.add_column("holder", *texts("floors"))
    op.create_table(
        "resident_login",
        *ids("id"),
        *texts("state", default="none"),
        *numbers("number"),
        *blobs("password_sealed", null=True),
        *ats("made_at", null=True),
        refers("resident_login", "id", "holder"),
        one_of("resident_login", "state", "none waiting sent"),
        sa.PrimaryKeyConstraint("id", name="pk_resident_login"),
    )
    op.create_table(
        "face_photo",
        *ids("id"),
        *blobs("jpeg_sealed"),
        refers("face_photo", "id", "credential"),
        sa.PrimaryKeyConstraint("id", name="pk_face_photo"),
    )
