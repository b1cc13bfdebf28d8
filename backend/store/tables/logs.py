"""What happened: at doors, by hand, and to each row that decides."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from backend.domain import enums
from backend.store.tables.columns import at, flag, ident, metadata, one_of, ref, words
from backend.store.types import Id

door_log = Table(
    "door_log",
    metadata,
    ident(),
    Column("community_id", Id, nullable=False),
    Column("device_id", Id),
    Column("relay_id", Id),
    Column("building_id", Id),
    Column("holder_id", Id),
    at("happened_at"),
    at("received_at"),
    words("building"),
    words("device"),
    words("door"),
    words("initiated_by"),
    words("initiated_fold"),
    words("apartment"),
    *one_of("type", enums.LogType),
    *one_of("action", enums.LogAction),
    words("key"),
    *one_of("response", enums.LogResponse),
    words("reason"),
    words("remote_key", null=True),
    Index("uq_door_log_remote", "device_id", "remote_key", unique=True),
    Index("ix_door_log_time", "community_id", "happened_at", "id"),
    Index("ix_door_log_holder", "holder_id", "happened_at", "id"),
    Index("ix_door_log_device", "device_id", "happened_at", "id"),
)
operation = Table(
    "operation",
    metadata,
    ident(),
    words("uuid"),
    Column("community_id", Id, nullable=False),
    at("at"),
    Column("actor_id", Id),
    words("actor"),
    *one_of("via", enums.Via),
    words("type"),
    words("action"),
    words("entity"),
    Column("entity_id", Id),
    words("entity_name"),
    words("text_fold"),
    words("batch"),
    Column("undo_of", Id),
    flag("undoable"),
    flag("unfinished"),
    Index("ix_operation_time", "community_id", "at", "id"),
    Index("ix_operation_entity", "entity", "entity_id", "at"),
)
change = Table(
    "change",
    metadata,
    ident(),
    ref("operation_id", "operation"),
    words("table_name"),
    Column("row_id", Id, nullable=False),
    at("from_at"),
    at("to_at", null=True),
    Column("before_sealed", LargeBinary),
    Column("after_sealed", LargeBinary),
    Index("ix_change_row", "table_name", "row_id", "to_at"),
)
