"""Every table of the first version, in the order of their references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.store.migrations.first import books, doors, people

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Create the tables."""
    for create in (*people.TABLES, *doors.TABLES, *books.TABLES):
        create(op)
