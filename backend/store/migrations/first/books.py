"""The tables of the first version: the agent's books and the logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import (
    ats,
    blobs,
    flags,
    ids,
    index_each,
    numbers,
    one_of,
    refers,
    row_id,
    texts,
    where,
)

if TYPE_CHECKING:
    from alembic.operations import Operations


def create_device_state(op: Operations) -> None:
    """What was last seen of a device."""
    op.create_table(
        "device_state",
        *ids("id"),
        *texts("status", default="never_seen"),
        *ats("status_since", "last_seen_at", "offline_since", null=True),
        *texts("last_error"),
        *numbers("clock_offset_ms", "uptime_s", null=True),
        *texts("relay_states"),
        *ats("relays_read_at", null=True),
        *numbers("log_last_id", null=True),
        *ats("log_read_at", null=True),
        *texts("log_fingerprint"),
        *ats("event_at", null=True),
        refers("device_state", "id", "device"),
        one_of("device_state", "status", "online offline never_seen restarting"),
        sa.PrimaryKeyConstraint("id", name="pk_device_state"),
    )


def create_device_sync(op: Operations) -> None:
    """What a device still has to be told."""
    op.create_table(
        "device_sync",
        *ids("id"),
        *ids("gen", default="1"),
        *ids("done_gen", default="0"),
        *texts("reason"),
        *ats("since", null=True),
        *numbers("attempt"),
        *ats("not_before", null=True),
        *texts("last_error"),
        *ats("next_change_at", "read_back_at", null=True),
        *numbers("pending", "drift", "red"),
        *texts("held_reason", "held_plan"),
        *flags("released"),
        *texts("losses"),
        *numbers("users_held", "users_unmanaged"),
        refers("device_sync", "id", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_device_sync"),
    )


def create_held(op: Operations) -> None:
    """What devices hold and have held."""
    op.create_table(
        "held",
        row_id(),
        *ids("device_id"),
        *texts("kind", default=None),
        *texts("key"),
        *ids("holder_id", null=True),
        *texts("remote_id", "ref"),
        *blobs("mac"),
        *flags("unknown"),
        *ats("from_at"),
        *ats("to_at", null=True),
        refers("held", "device_id", "device"),
        refers("held", "holder_id", "holder"),
        one_of("held", "kind", "user schedule"),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_held_now", "held", ["device_id", "kind", "to_at"])
    index_each(op, "held", "device_id", "holder_id")


def create_body(op: Operations) -> None:
    """Records that devices hold, shared by their fingerprint."""
    op.create_table(
        "body",
        *blobs("mac", "sealed"),
        sa.PrimaryKeyConstraint("mac", name="pk_body"),
    )


def create_read_back(op: Operations) -> None:
    """Proofs that a freed value has left a door."""
    op.create_table(
        "read_back",
        row_id(),
        *ids("device_id", "credential_id"),
        *ats("freed_at"),
        *ats("absent_at", null=True),
        refers("read_back", "device_id", "device"),
        refers("read_back", "credential_id", "credential"),
        sa.PrimaryKeyConstraint("id", name="pk_read_back"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_read_back", "read_back", ["device_id", "credential_id"], unique=True)
    op.create_index("ix_read_back_open", "read_back", ["device_id"], **where("absent_at IS NULL"))
    index_each(op, "read_back", "credential_id", "device_id")


def create_command(op: Operations) -> None:
    """Openings and reboots."""
    op.create_table(
        "command",
        row_id(),
        *texts("uuid"),
        *ids("device_id", "relay_id", null=True),
        *texts("verb", default=None),
        *texts("args"),
        *texts("state", default="queued"),
        *ats("made_at", "expires_at"),
        *ats("claimed_at", "ended_at", null=True),
        *texts("result"),
        *ids("actor_id", null=True),
        *texts("actor_name"),
        refers("command", "device_id", "device"),
        refers("command", "relay_id", "relay"),
        one_of("command", "state", "queued claimed done refused failed unknown expired"),
        one_of("command", "verb", "open reboot identify read_back"),
        sa.PrimaryKeyConstraint("id", name="pk_command"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_command_state", "command", ["state", "device_id"])
    op.create_index("uq_command_uuid", "command", ["uuid"], unique=True)
    index_each(op, "command", "device_id", "relay_id")


def create_event(op: Operations) -> None:
    """What devices reported."""
    op.create_table(
        "event",
        row_id(),
        *ids("device_id"),
        *texts("dedupe_key"),
        *ats("received_at"),
        *ats("device_time", null=True),
        *texts("kind", "payload"),
        refers("event", "device_id", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_event", "event", ["device_id", "dedupe_key"], unique=True)
    index_each(op, "event", "device_id")


def create_agent(op: Operations) -> None:
    """The agent of the site."""
    op.create_table(
        "agent",
        *numbers("id", default=None),
        *texts("host"),
        *numbers("pid"),
        *texts("instance"),
        *ats("started_at", "heartbeat_at"),
        *texts("base_url"),
        *flags("service"),
        sa.PrimaryKeyConstraint("id", name="pk_agent"),
        sqlite_autoincrement=True,
    )


def create_door_log(op: Operations) -> None:
    """The door log."""
    op.create_table(
        "door_log",
        row_id(),
        *ids("community_id"),
        *ids("device_id", "relay_id", "building_id", "holder_id", null=True),
        *ats("happened_at", "received_at"),
        *texts("building", "device", "door", "initiated_by", "initiated_fold", "apartment"),
        *texts("type", "action", default=None),
        *texts("key"),
        *texts("response", default=None),
        *texts("reason"),
        *texts("remote_key", null=True),
        one_of("door_log", "action", "pin card face qr dtmf http exit_button unknown"),
        one_of("door_log", "response", "success failed unknown"),
        one_of("door_log", "type", "call release close note"),
        sa.PrimaryKeyConstraint("id", name="pk_door_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_door_log_device", "door_log", ["device_id", "happened_at", "id"])
    op.create_index("ix_door_log_holder", "door_log", ["holder_id", "happened_at", "id"])
    op.create_index("ix_door_log_time", "door_log", ["community_id", "happened_at", "id"])
    op.create_index("uq_door_log_remote", "door_log", ["device_id", "remote_key"], unique=True)


def create_operation(op: Operations) -> None:
    """The operation log."""
    op.create_table(
        "operation",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *ats("at"),
        *ids("actor_id", null=True),
        *texts("actor"),
        *texts("via", default=None),
        *texts("type", "action", "entity"),
        *ids("entity_id", null=True),
        *texts("entity_name", "text_fold", "batch"),
        *ids("undo_of", null=True),
        *flags("undoable"),
        one_of("operation", "via", "app command agent"),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operation_entity", "operation", ["entity", "entity_id", "at"])
    op.create_index("ix_operation_time", "operation", ["community_id", "at", "id"])


def create_change(op: Operations) -> None:
    """Images of changed rows."""
    op.create_table(
        "change",
        row_id(),
        *ids("operation_id"),
        *texts("table_name"),
        *ids("row_id"),
        *ats("from_at"),
        *ats("to_at", null=True),
        *blobs("before_sealed", "after_sealed", null=True),
        refers("change", "operation_id", "operation"),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_row", "change", ["table_name", "row_id", "to_at"])
    index_each(op, "change", "operation_id")


def create_request(op: Operations) -> None:
    """Requests that were carried out."""
    op.create_table(
        "request",
        *texts("request_id", default=None),
        *ids("actor_id", null=True),
        *ats("at"),
        *texts("result"),
        sa.PrimaryKeyConstraint("request_id", name="pk_request"),
    )


TABLES = (
    create_device_state,
    create_device_sync,
    create_held,
    create_body,
    create_read_back,
    create_command,
    create_event,
    create_agent,
    create_door_log,
    create_operation,
    create_change,
    create_request,
)
"""In the order of their references."""
