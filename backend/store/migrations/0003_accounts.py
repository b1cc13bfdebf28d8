"""What signing in needs beside a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, blobs, flags, ids, index_each, one_of, refers, row_id, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    """Switches of signing in, mailed codes, agreements, and accounts that are linked."""
    added = (*flags("two_factor", "password_reminder"), *texts("language", default="en"))
    for column in (*added, *ats("password_changed_at", null=True)):
        op.add_column("manager", column)
    for column in (*ats("proved_at", null=True), *ids("community_id", "link_id", null=True)):
        op.add_column("login_session", column)
    op.create_table(
        "login_code",
        row_id(),
        *ids("manager_id"),
        *texts("purpose", default=None),
        *blobs("code_index"),
        *ats("made_at", "expires_at"),
        one_of("login_code", "purpose", "sign_in reset"),
        refers("login_code", "manager_id", "manager"),
        sa.PrimaryKeyConstraint("id", name="pk_login_code"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "agreement",
        row_id(),
        *ids("manager_id"),
        *texts("document", default=None),
        *texts("version"),
        *ats("agreed_at"),
        one_of("agreement", "document", "privacy terms"),
        refers("agreement", "manager_id", "manager"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "linked_account",
        row_id(),
        *ids("first_id", "second_id"),
        *ats("proved_at"),
        refers("linked_account", "first_id", "manager"),
        refers("linked_account", "second_id", "manager"),
        sa.PrimaryKeyConstraint("id", name="pk_linked_account"),
        sqlite_autoincrement=True,
    )
    index_each(op, "login_code", "manager_id")
    index_each(op, "agreement", "manager_id")
    index_each(op, "linked_account", "first_id", "second_id")
    op.create_index("uq_login_code", "login_code", ["manager_id", "purpose"], unique=True)
    op.create_index("uq_agreement", "agreement", ["manager_id", "document", "version"], unique=True)
    op.create_index("uq_linked_account", "linked_account", ["first_id", "second_id"], unique=True)
