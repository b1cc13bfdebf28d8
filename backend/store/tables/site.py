"""Settings, keys and processes of a site."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from backend.store.tables.columns import at, flag, metadata, number, words
from backend.store.types import Id

setting = Table("setting", metadata, Column("name", Text, primary_key=True), words("value"))
sealed_key = Table(
    "sealed_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("canary", LargeBinary, nullable=False),
    at("made_at"),
)
topic = Table("topic", metadata, Column("name", Text, primary_key=True), Column("version", Id, nullable=False))
request = Table(
    "request",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("actor_id", Id),
    at("at"),
    words("result"),
)
agent = Table(
    "agent",
    metadata,
    Column("id", Integer, primary_key=True),
    words("host"),
    number("pid"),
    words("instance"),
    at("started_at"),
    at("heartbeat_at"),
    words("base_url"),
    flag("service"),
)
