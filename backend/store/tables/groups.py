"""Access groups."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Time

from backend.domain import enums
from backend.store.tables.columns import RULE, at, flag, ident, metadata, number, one_of, ref, version, words

access_group = Table(
    "access_group",
    metadata,
    ident(),
    words("uuid"),
    ref("community_id", "community"),
    number("number"),
    words("name"),
    words("name_fold"),
    ref("building_id", "building", null=True),
    flag("system"),
    version(),
    flag("keeps_holidays"),
    Index("uq_access_group_name", "community_id", "name_fold", unique=True),
    info=RULE,
)
access_window = Table(
    "access_window",
    metadata,
    ident(),
    ref("group_id", "access_group"),
    *one_of("repeat", enums.Repeat),
    words("days"),
    Column("start", Time),
    Column("end", Time),
    at("begins_at", null=True),
    at("ends_at", null=True),
    info=RULE,
)
access_group_relay = Table(
    "access_group_relay",
    metadata,
    ident(),
    ref("group_id", "access_group"),
    ref("relay_id", "relay"),
    Index("uq_access_group_relay", "group_id", "relay_id", unique=True),
    info=RULE,
)
access_group_member = Table(
    "access_group_member",
    metadata,
    ident(),
    ref("group_id", "access_group"),
    ref("holder_id", "holder"),
    Index("uq_access_group_member", "group_id", "holder_id", unique=True),
    info=RULE,
)
