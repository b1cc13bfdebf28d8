"""When old rows were last taken away."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from backend.store.tables.columns import at, metadata, words
from backend.store.types import Id

purge = Table(
    "purge",
    metadata,
    Column("id", Id, ForeignKey("community.id"), primary_key=True),
    at("at"),
    words("counts", default="{}"),
)
"""One row for each community: when its old rows went last, and how many of each table as JSON."""
