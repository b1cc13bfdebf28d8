"""Own rights beside groups, and holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import (
    ats,
    flags,
    ids,
    index_each,
    numbers,
    one_of,
    refers,
    row_id,
    texts,
    times,
)

if TYPE_CHECKING:
    from alembic.operations import Operations

revision = "0007"
down_revision = "0006"


def upgrade(op: Operations) -> None:
    """Rights of a holder's own beside those of groups, and the holidays of a community."""
    op.create_table(
        "own_window",
        row_id(),
        *ids("holder_id"),
        *texts("repeat", default=None),
        *texts("days"),
        *times("start", "end"),
        *ats("begins_at", "ends_at", null=True),
        refers("own_window", "holder_id", "holder"),
        one_of("own_window", "repeat", "never daily weekly"),
        sa.PrimaryKeyConstraint("id", name="pk_own_window"),
        sqlite_autoincrement=True,
    )
    index_each(op, "own_window", "holder_id")
    op.create_table(
        "own_relay",
        row_id(),
        *ids("holder_id", "relay_id"),
        refers("own_relay", "holder_id", "holder"),
        refers("own_relay", "relay_id", "relay"),
        sa.PrimaryKeyConstraint("id", name="pk_own_relay"),
        sqlite_autoincrement=True,
    )
    index_each(op, "own_relay", "holder_id", "relay_id")
    op.create_index("uq_own_relay", "own_relay", ["holder_id", "relay_id"], unique=True)
    op.create_table(
        "holiday",
        row_id(),
        *ids("community_id"),
        *texts("name"),
        *texts("first_day", "last_day", default=None),
        *numbers("row_version", default="1"),
        refers("holiday", "community_id", "community"),
        sa.PrimaryKeyConstraint("id", name="pk_holiday"),
        sqlite_autoincrement=True,
    )
    index_each(op, "holiday", "community_id")
    op.create_index("uq_holiday_first_day", "holiday", ["community_id", "first_day"], unique=True)
    op.add_column("access_group", *flags("keeps_holidays"))
