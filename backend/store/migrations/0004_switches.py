"""What an installer switches per community and account, and where an account may act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import flags, ids, index_each, refers, row_id, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """Switches of communities and accounts, addresses, and the communities assigned to an account."""
    for column in texts("street", "city", "postcode", "state"):
        op.add_column("community", column)
    op.add_column("community", *flags("only_public_area"))
    op.execute(
        "ALTER TABLE community ADD COLUMN charge_mode TEXT NOT NULL DEFAULT 'manager' "
        "CONSTRAINT ck_community_charge_mode CHECK (charge_mode IN ('manager','installer','resident'))"
    )
    op.add_column("community", sa.Column("premium_until", sa.DateTime, nullable=True))
    for column in (*flags("with_indoor_monitor"), *flags("landline", on=True), *flags("id_access", "video_storage")):
        op.add_column("community", column)
    for column in (*flags("log_images", on=True), *flags("pm_app")):
        op.add_column("manager", column)
    op.create_table(
        "manager_community",
        row_id(),
        *ids("manager_id", "community_id"),
        sa.PrimaryKeyConstraint("id", name="pk_manager_community"),
        refers("manager_community", "manager_id", "manager"),
        refers("manager_community", "community_id", "community"),
        sqlite_autoincrement=True,
    )
    index_each(op, "manager_community", "manager_id", "community_id")
    op.create_index("uq_manager_community", "manager_community", ["manager_id", "community_id"], unique=True)
