"""Spreadsheets that were taken over."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from backend.domain import enums
from backend.store.tables.columns import at, ident, metadata, number, one_of, ref, words
from backend.store.types import Id

import_report = Table(
    "import_report",
    metadata,
    ident(),
    ref("community_id", "community"),
    at("at"),
    Column("actor_id", Id),
    words("actor"),
    *one_of("kind", enums.ImportKind),
    words("source"),
    *one_of("state", enums.ImportState, enums.ImportState.RUNNING),
    number("total"),
    number("written"),
    words("counts", default="{}"),
    words("doors", default="{}"),
    Column("operation_id", Id),
    at("touched_at"),
    at("ended_at", null=True),
    Index("ix_import_report_time", "community_id", "at", "id"),
)
import_row = Table(
    "import_row",
    metadata,
    ident(),
    ref("report_id", "import_report"),
    number("number"),
    *one_of("verdict", enums.Verdict),
    words("place"),
    words("name"),
    words("text"),
)
"""What became of each row of an import; a code is never in it."""
import_columns = Table(
    "import_columns",
    metadata,
    ident(),
    ref("community_id", "community"),
    words("source"),
    words("fields"),
    Index("uq_import_columns", "community_id", "source", unique=True),
)
"""What the columns of tables of one shape meant the last time."""
