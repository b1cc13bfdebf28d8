"""The tables of the first version: devices, access groups and accounts."""

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
    times,
)

if TYPE_CHECKING:
    from alembic.operations import Operations


def create_device(op: Operations) -> None:
    """Door phones, monitors and controllers."""
    op.create_table(
        "device",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *ids("building_id", "apartment_id", null=True),
        *texts("name", "name_fold"),
        *texts("kind", default=None),
        *texts("model", "mac", "firmware", "profile"),
        *texts("scheme", default="http"),
        *texts("host"),
        *numbers("port", default="80"),
        *texts("auth", default="none"),
        *texts("http_user"),
        *blobs("password_sealed", null=True),
        *texts("tls_pin"),
        *flags("legacy_tls"),
        *blobs("token_sealed", "token_index", null=True),
        *flags("public", on=True),
        *numbers("row_version", default="1"),
        refers("device", "community_id", "community"),
        refers("device", "building_id", "building"),
        refers("device", "apartment_id", "apartment"),
        one_of("device", "kind", "multi_door_phone single_door_phone indoor_monitor guard_phone access_control"),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_device_address", "device", ["host", "port"], unique=True)
    op.create_index("uq_device_mac", "device", ["mac"], unique=True)
    op.create_index("uq_device_name", "device", ["community_id", "name_fold"], unique=True)
    index_each(op, "device", "apartment_id", "building_id", "community_id", "token_index")


def create_relay(op: Operations) -> None:
    """Relays of devices."""
    op.create_table(
        "relay",
        row_id(),
        *texts("uuid"),
        *ids("device_id"),
        *numbers("number"),
        *texts("name", "name_fold", "dtmf"),
        *texts("methods", default="pin,card,face,id_access,qr"),
        *numbers("hold_seconds", default="5"),
        *numbers("row_version", default="1"),
        refers("relay", "device_id", "device"),
        sa.PrimaryKeyConstraint("id", name="pk_relay"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_relay_number", "relay", ["device_id", "number"], unique=True)
    index_each(op, "relay", "device_id")


def create_access_group(op: Operations) -> None:
    """Access groups."""
    op.create_table(
        "access_group",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *numbers("number"),
        *texts("name", "name_fold"),
        *ids("building_id", null=True),
        *flags("system"),
        *numbers("row_version", default="1"),
        refers("access_group", "community_id", "community"),
        refers("access_group", "building_id", "building"),
        sa.PrimaryKeyConstraint("id", name="pk_access_group"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_access_group_name", "access_group", ["community_id", "name_fold"], unique=True)
    index_each(op, "access_group", "building_id", "community_id")


def create_access_window(op: Operations) -> None:
    """When an access group gives its rights."""
    op.create_table(
        "access_window",
        row_id(),
        *ids("group_id"),
        *texts("repeat", default=None),
        *texts("days"),
        *times("start", "end"),
        *ats("begins_at", "ends_at", null=True),
        refers("access_window", "group_id", "access_group"),
        one_of("access_window", "repeat", "never daily weekly"),
        sa.PrimaryKeyConstraint("id", name="pk_access_window"),
        sqlite_autoincrement=True,
    )
    index_each(op, "access_window", "group_id")


def create_access_group_relay(op: Operations) -> None:
    """The doors of access groups."""
    op.create_table(
        "access_group_relay",
        row_id(),
        *ids("group_id", "relay_id"),
        refers("access_group_relay", "group_id", "access_group"),
        refers("access_group_relay", "relay_id", "relay"),
        sa.PrimaryKeyConstraint("id", name="pk_access_group_relay"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_access_group_relay", "access_group_relay", ["group_id", "relay_id"], unique=True)
    index_each(op, "access_group_relay", "group_id", "relay_id")


def create_access_group_member(op: Operations) -> None:
    """The people of access groups."""
    op.create_table(
        "access_group_member",
        row_id(),
        *ids("group_id", "holder_id"),
        refers("access_group_member", "group_id", "access_group"),
        refers("access_group_member", "holder_id", "holder"),
        sa.PrimaryKeyConstraint("id", name="pk_access_group_member"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_access_group_member", "access_group_member", ["group_id", "holder_id"], unique=True)
    index_each(op, "access_group_member", "group_id", "holder_id")


def create_manager(op: Operations) -> None:
    """Accounts of managers."""
    op.create_table(
        "manager",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *texts("email", "name", "password_hash"),
        *texts("role", default=None),
        *flags("disabled"),
        *flags("delete_residents", "log_access", on=True),
        *ats("last_login_at", null=True),
        *numbers("row_version", default="1"),
        refers("manager", "community_id", "community"),
        one_of("manager", "role", "installer manager technician viewer"),
        sa.PrimaryKeyConstraint("id", name="pk_manager"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_manager_email", "manager", ["email"], unique=True)
    index_each(op, "manager", "community_id")


def create_login_session(op: Operations) -> None:
    """Logins that are remembered."""
    op.create_table(
        "login_session",
        row_id(),
        *ids("manager_id"),
        *blobs("token_index"),
        *ats("made_at", "expires_at"),
        refers("login_session", "manager_id", "manager"),
        sa.UniqueConstraint("token_index", name="uq_login_session_token_index"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sqlite_autoincrement=True,
    )
    index_each(op, "login_session", "manager_id")


TABLES = (
    create_device,
    create_relay,
    create_access_group,
    create_access_window,
    create_access_group_relay,
    create_access_group_member,
    create_manager,
    create_login_session,
)
"""In the order of their references."""
