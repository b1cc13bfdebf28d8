"""Reports of spreadsheets taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import ats, ids, index_each, numbers, one_of, refers, row_id, texts

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0006"
down_revision = "0005"


def upgrade(op: Operations) -> None:
    """Reports of spreadsheets taken over, with what became of each row, and what columns meant the last time."""
    op.create_table(
        "import_report",
        row_id(),
        *ids("community_id"),
        *ats("at"),
        *ids("actor_id", null=True),
        *texts("actor"),
        *texts("kind", default=None),
        *texts("source"),
        *texts("state", default="running"),
        *numbers("total", "written"),
        *texts("counts", "doors", default="{}"),
        *ids("operation_id", null=True),
        *ats("touched_at"),
        *ats("ended_at", null=True),
        refers("import_report", "community_id", "community"),
        one_of("import_report", "kind", "add edit cards faces"),
        one_of("import_report", "state", "running done stopped broken"),
        sa.PrimaryKeyConstraint("id", name="pk_import_report"),
        sqlite_autoincrement=True,
    )
    index_each(op, "import_report", "community_id")
    op.create_index("ix_import_report_time", "import_report", ["community_id", "at", "id"])
    op.create_table(
        "import_row",
        row_id(),
        *ids("report_id"),
        *numbers("number"),
        *texts("verdict", default=None),
        *texts("place", "name", "text"),
        refers("import_row", "report_id", "import_report"),
        one_of("import_row", "verdict", "add change same warn refuse"),
        sa.PrimaryKeyConstraint("id", name="pk_import_row"),
        sqlite_autoincrement=True,
    )
    index_each(op, "import_row", "report_id")
    op.create_table(
        "import_columns",
        row_id(),
        *ids("community_id"),
        *texts("source", "fields"),
        refers("import_columns", "community_id", "community"),
        sa.PrimaryKeyConstraint("id", name="pk_import_columns"),
        sqlite_autoincrement=True,
    )
    index_each(op, "import_columns", "community_id")
    op.create_index("uq_import_columns", "import_columns", ["community_id", "source"], unique=True)
