"""Every table of a site, portable between SQLite and PostgreSQL.

Tables marked `rule` hold what decides who may open what, or what a manager edits: each of their changes leaves an
image in `change`, from which undo and the past are made. The others are the agent's books and the logs.

What a database is made of stands in the migrations; a test holds both together. The conditions of partial indexes are
named here for SQLite alone: naming them for PostgreSQL too would load its dialect in every process, a tenth of its
start.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Time,
    text,
)

from backend.domain import enums
from backend.store.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LIVE_CREDENTIAL = "status IN ('active','scheduled','suspended','cooling')"


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _ref(name: str, target: str, *, null: bool = False, cascade: bool = False) -> Column[int]:
    rule = "CASCADE" if cascade else None
    return Column(name, Id, ForeignKey(f"{target}.id", ondelete=rule), nullable=null, index=True)


def _text(name: str, *, null: bool = False, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=null, server_default=None if null else default)


def _flag(name: str, *, default: bool = False) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default="1" if default else "0")


def _number(name: str, *, null: bool = False, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=null, server_default=None if null else str(default))


def _at(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=null)


def _enum(name: str, kind: type[StrEnum], default: StrEnum | None = None) -> tuple[Column[str], CheckConstraint]:
    values = ",".join(f"'{member.value}'" for member in kind)
    column: Column[str] = Column(name, Text, nullable=False, server_default=default.value if default else None)
    return column, CheckConstraint(f"{name} IN ({values})", name=name)


def _version() -> Column[int]:
    return Column("row_version", Integer, nullable=False, server_default="1")


RULE = {"rule": True}

setting = Table("setting", metadata, Column("name", Text, primary_key=True), _text("value"))
sealed_key = Table(
    "sealed_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("canary", LargeBinary, nullable=False),
    _at("made_at"),
)
topic = Table("topic", metadata, Column("name", Text, primary_key=True), Column("version", Id, nullable=False))

community = Table(
    "community",
    metadata,
    _id(),
    _text("uuid"),
    _text("name"),
    _text("timezone"),
    _text("clock_format", default="24"),
    _text("date_format", default="iso"),
    *_enum("pin_mode", enums.PinMode, enums.PinMode.PIN),
    _number("free_members", default=3),
    _text("country", default=""),
    _text("street"),
    _text("city"),
    _text("postcode"),
    _text("state"),
    _flag("only_public_area"),
    *_enum("charge_mode", enums.ChargeMode, enums.ChargeMode.MANAGER),
    _at("premium_until", null=True),
    _flag("with_indoor_monitor"),
    _flag("landline", default=True),
    _flag("id_access"),
    _flag("video_storage"),
    _version(),
    info=RULE,
)
building = Table(
    "building",
    metadata,
    _id(),
    _text("uuid"),
    _ref("community_id", "community"),
    _text("name"),
    _text("name_fold"),
    _version(),
    Index("uq_building_name", "community_id", "name_fold", unique=True),
    info=RULE,
)
apartment = Table(
    "apartment",
    metadata,
    _id(),
    _text("uuid"),
    _ref("building_id", "building"),
    _text("number"),
    _text("name"),
    _text("name_fold"),
    *_enum("call_type", enums.CallType, enums.CallType.APP_MONITOR),
    _text("sip_or_ip", default="sip"),
    _flag("allow_qr", default=True),
    _flag("allow_face", default=True),
    _flag("member_limit_on"),
    _number("member_limit"),
    _flag("allow_id_access"),
    _flag("allow_card", default=True),
    _version(),
    Index("uq_apartment_number", "building_id", "number", unique=True),
    info=RULE,
)
holder = Table(
    "holder",
    metadata,
    _id(),
    _text("uuid"),
    _ref("community_id", "community"),
    *_enum("kind", enums.HolderKind),
    _text("name"),
    _text("name_fold"),
    _ref("apartment_id", "apartment", null=True),
    *_enum("status", enums.HolderStatus, enums.HolderStatus.ACTIVE),
    _at("removed_at", null=True),
    _version(),
    _text("floors"),
    Index("ix_holder_name", "community_id", "name_fold", "id"),
    info=RULE,
)
resident = Table(
    "resident",
    metadata,
    Column("id", Id, ForeignKey("holder.id"), primary_key=True),
    _ref("apartment_id", "apartment"),
    *_enum("role", enums.ResidentRole),
    _text("first"),
    _text("last"),
    _text("email", null=True),
    _text("calling_code"),
    _text("mobile", null=True),
    _text("phone1"),
    _text("phone2"),
    _text("phone3"),
    _text("remark"),
    *_enum("account_status", enums.AccountStatus, enums.AccountStatus.INACTIVE),
    *_enum("app_status", enums.AppStatus, enums.AppStatus.UNREGISTERED),
    _at("expires_at", null=True),
    _text("uid"),
    _version(),
    _text("country"),
    _flag("linked"),
    _text("linked_reason"),
    Index(
        "uq_resident_master",
        "apartment_id",
        unique=True,
        sqlite_where=text("role = 'master'"),
    ),
    Index("uq_resident_email", "email", unique=True),
    Index("uq_resident_uid", "uid", unique=True),
    info=RULE,
)
resident_login = Table(
    "resident_login",
    metadata,
    Column("id", Id, ForeignKey("holder.id"), primary_key=True),
    *_enum("state", enums.LoginState, enums.LoginState.NONE),
    _number("number"),
    Column("password_sealed", LargeBinary),
    _at("made_at", null=True),
)
"""The account of a resident's app. No rule table: undo brings no password back to life that a new one has ended."""
credential = Table(
    "credential",
    metadata,
    _id(),
    _text("uuid"),
    _ref("holder_id", "holder"),
    _ref("community_id", "community"),
    _text("scope"),
    *_enum("kind", enums.CredentialKind),
    Column("value_sealed", LargeBinary, nullable=False),
    Column("value_index", LargeBinary),
    _text("key_id"),
    *_enum("origin", enums.Origin, enums.Origin.MANAGER),
    *_enum("status", enums.CredentialStatus, enums.CredentialStatus.ACTIVE),
    _at("valid_from", null=True),
    _at("valid_to", null=True),
    _at("freed_at", null=True),
    _version(),
    Index("ix_credential_value", "value_index"),
    info=RULE,
)
Index(
    "uq_credential_value",
    credential.c.scope,
    credential.c.kind,
    credential.c.value_index,
    unique=True,
    sqlite_where=text(LIVE_CREDENTIAL),
)
face_photo = Table(
    "face_photo",
    metadata,
    Column("id", Id, ForeignKey("credential.id"), primary_key=True),
    Column("jpeg_sealed", LargeBinary, nullable=False),
)
"""The photo of a credential that is a face. No rule table: a change of a name must not copy pictures."""
access_group = Table(
    "access_group",
    metadata,
    _id(),
    _text("uuid"),
    _ref("community_id", "community"),
    _number("number"),
    _text("name"),
    _text("name_fold"),
    _ref("building_id", "building", null=True),
    _flag("system"),
    _version(),
    Index("uq_access_group_name", "community_id", "name_fold", unique=True),
    info=RULE,
)
access_window = Table(
    "access_window",
    metadata,
    _id(),
    _ref("group_id", "access_group"),
    *_enum("repeat", enums.Repeat),
    _text("days"),
    Column("start", Time),
    Column("end", Time),
    _at("begins_at", null=True),
    _at("ends_at", null=True),
    info=RULE,
)
access_group_relay = Table(
    "access_group_relay",
    metadata,
    _id(),
    _ref("group_id", "access_group"),
    _ref("relay_id", "relay"),
    Index("uq_access_group_relay", "group_id", "relay_id", unique=True),
    info=RULE,
)
access_group_member = Table(
    "access_group_member",
    metadata,
    _id(),
    _ref("group_id", "access_group"),
    _ref("holder_id", "holder"),
    Index("uq_access_group_member", "group_id", "holder_id", unique=True),
    info=RULE,
)
device = Table(
    "device",
    metadata,
    _id(),
    _text("uuid"),
    _ref("community_id", "community"),
    _ref("building_id", "building", null=True),
    _ref("apartment_id", "apartment", null=True),
    _text("name"),
    _text("name_fold"),
    *_enum("kind", enums.DeviceKind),
    _text("model"),
    _text("mac"),
    _text("firmware"),
    _text("profile"),
    _text("scheme", default="http"),
    _text("host"),
    _number("port", default=80),
    _text("auth", default="none"),
    _text("http_user"),
    Column("password_sealed", LargeBinary),
    _text("tls_pin"),
    _flag("legacy_tls"),
    Column("token_sealed", LargeBinary),
    Column("token_index", LargeBinary, index=True),
    _flag("public", default=True),
    _version(),
    Index("uq_device_mac", "mac", unique=True),
    Index("uq_device_name", "community_id", "name_fold", unique=True),
    Index("uq_device_address", "host", "port", unique=True),
    info=RULE,
)
relay = Table(
    "relay",
    metadata,
    _id(),
    _text("uuid"),
    _ref("device_id", "device"),
    _number("number"),
    _text("name"),
    _text("name_fold"),
    _text("dtmf"),
    _text("methods", default="pin,card,face,id_access,qr"),
    _number("hold_seconds", default=5),
    _version(),
    Index("uq_relay_number", "device_id", "number", unique=True),
    info=RULE,
)
manager = Table(
    "manager",
    metadata,
    _id(),
    _text("uuid"),
    _ref("community_id", "community"),
    _text("email"),
    _text("name"),
    _text("password_hash"),
    *_enum("role", enums.Role),
    _flag("disabled"),
    _flag("delete_residents", default=True),
    _flag("log_access", default=True),
    _flag("log_images", default=True),
    _flag("pm_app"),
    _flag("two_factor"),
    _flag("password_reminder"),
    _text("language", default="en"),
    _at("password_changed_at", null=True),
    _at("last_login_at", null=True),
    _version(),
    Index("uq_manager_email", "email", unique=True),
    info=RULE,
)

manager_community = Table(
    "manager_community",
    metadata,
    _id(),
    _ref("manager_id", "manager"),
    _ref("community_id", "community"),
    Index("uq_manager_community", "manager_id", "community_id", unique=True),
    info=RULE,
)
"""The communities in which an account may act beside the one that its own row names (rules 1.1)."""

login_code = Table(
    "login_code",
    metadata,
    _id(),
    _ref("manager_id", "manager"),
    *_enum("purpose", enums.CodePurpose),
    Column("code_index", LargeBinary, nullable=False),
    _at("made_at"),
    _at("expires_at"),
    Index("uq_login_code", "manager_id", "purpose", unique=True),
)
"""The one live code of an account and purpose; it goes with its use."""

agreement = Table(
    "agreement",
    metadata,
    _id(),
    _ref("manager_id", "manager"),
    *_enum("document", enums.Document),
    _text("version"),
    _at("agreed_at"),
    Index("uq_agreement", "manager_id", "document", "version", unique=True),
)

linked_account = Table(
    "linked_account",
    metadata,
    _id(),
    _ref("first_id", "manager"),
    _ref("second_id", "manager"),
    _at("proved_at"),
    Index("uq_linked_account", "first_id", "second_id", unique=True),
)
"""Two accounts of one person, the smaller id first; a password changed after `proved_at` makes the link stale."""

login_session = Table(
    "login_session",
    metadata,
    _id(),
    _ref("manager_id", "manager"),
    Column("token_index", LargeBinary, nullable=False, unique=True),
    _at("made_at"),
    _at("expires_at"),
    _at("proved_at", null=True),
    Column("community_id", Id),
    Column("link_id", Id),
)
"""Sign-ins that are kept: who acts, where, by which link, and when the password was last proved."""

device_state = Table(
    "device_state",
    metadata,
    Column("id", Id, ForeignKey("device.id"), primary_key=True),
    *_enum("status", enums.DeviceStatus, enums.DeviceStatus.NEVER_SEEN),
    _at("status_since", null=True),
    _at("last_seen_at", null=True),
    _at("offline_since", null=True),
    _text("last_error"),
    _number("clock_offset_ms", null=True),
    _number("uptime_s", null=True),
    _text("relay_states"),
    _at("relays_read_at", null=True),
    _number("log_last_id", null=True),
    _at("log_read_at", null=True),
    _text("log_fingerprint"),
    _at("event_at", null=True),
)
device_sync = Table(
    "device_sync",
    metadata,
    Column("id", Id, ForeignKey("device.id"), primary_key=True),
    Column("gen", Id, nullable=False, server_default="1"),
    Column("done_gen", Id, nullable=False, server_default="0"),
    _text("reason"),
    _at("since", null=True),
    _number("attempt"),
    _at("not_before", null=True),
    _text("last_error"),
    _at("next_change_at", null=True),
    _at("read_back_at", null=True),
    _number("pending"),
    _number("drift"),
    _number("red"),
    _text("held_reason"),
    _text("held_plan"),
    _flag("released"),
    _text("losses"),
    _number("users_held"),
    _number("users_unmanaged"),
)
held = Table(
    "held",
    metadata,
    _id(),
    _ref("device_id", "device"),
    *_enum("kind", enums.HeldKind),
    _text("key"),
    _ref("holder_id", "holder", null=True),
    _text("remote_id"),
    _text("ref"),
    Column("mac", LargeBinary, nullable=False),
    _flag("unknown"),
    _at("from_at"),
    _at("to_at", null=True),
    Index("ix_held_now", "device_id", "kind", "to_at"),
)
body = Table(
    "body",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
read_back = Table(
    "read_back",
    metadata,
    _id(),
    _ref("device_id", "device"),
    _ref("credential_id", "credential"),
    _at("freed_at"),
    _at("absent_at", null=True),
    Index("uq_read_back", "device_id", "credential_id", unique=True),
    Index("ix_read_back_open", "device_id", sqlite_where=text("absent_at IS NULL")),
)
command = Table(
    "command",
    metadata,
    _id(),
    _text("uuid"),
    _ref("device_id", "device", null=True),
    _ref("relay_id", "relay", null=True),
    *_enum("verb", enums.CommandVerb),
    _text("args"),
    *_enum("state", enums.CommandState, enums.CommandState.QUEUED),
    _at("made_at"),
    _at("expires_at"),
    _at("claimed_at", null=True),
    _at("ended_at", null=True),
    _text("result"),
    Column("actor_id", Id),
    _text("actor_name"),
    Index("ix_command_state", "state", "device_id"),
    Index("uq_command_uuid", "uuid", unique=True),
)
event = Table(
    "event",
    metadata,
    _id(),
    _ref("device_id", "device"),
    _text("dedupe_key"),
    _at("received_at"),
    _at("device_time", null=True),
    _text("kind"),
    _text("payload"),
    Index("uq_event", "device_id", "dedupe_key", unique=True),
)
door_log = Table(
    "door_log",
    metadata,
    _id(),
    Column("community_id", Id, nullable=False),
    Column("device_id", Id),
    Column("relay_id", Id),
    Column("building_id", Id),
    Column("holder_id", Id),
    _at("happened_at"),
    _at("received_at"),
    _text("building"),
    _text("device"),
    _text("door"),
    _text("initiated_by"),
    _text("initiated_fold"),
    _text("apartment"),
    *_enum("type", enums.LogType),
    *_enum("action", enums.LogAction),
    _text("key"),
    *_enum("response", enums.LogResponse),
    _text("reason"),
    _text("remote_key", null=True),
    Index("uq_door_log_remote", "device_id", "remote_key", unique=True),
    Index("ix_door_log_time", "community_id", "happened_at", "id"),
    Index("ix_door_log_holder", "holder_id", "happened_at", "id"),
    Index("ix_door_log_device", "device_id", "happened_at", "id"),
)
operation = Table(
    "operation",
    metadata,
    _id(),
    _text("uuid"),
    Column("community_id", Id, nullable=False),
    _at("at"),
    Column("actor_id", Id),
    _text("actor"),
    *_enum("via", enums.Via),
    _text("type"),
    _text("action"),
    _text("entity"),
    Column("entity_id", Id),
    _text("entity_name"),
    _text("text_fold"),
    _text("batch"),
    Column("undo_of", Id),
    _flag("undoable"),
    Index("ix_operation_time", "community_id", "at", "id"),
    Index("ix_operation_entity", "entity", "entity_id", "at"),
)
change = Table(
    "change",
    metadata,
    _id(),
    _ref("operation_id", "operation"),
    _text("table_name"),
    Column("row_id", Id, nullable=False),
    _at("from_at"),
    _at("to_at", null=True),
    Column("before_sealed", LargeBinary),
    Column("after_sealed", LargeBinary),
    Index("ix_change_row", "table_name", "row_id", "to_at"),
)
request = Table(
    "request",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("actor_id", Id),
    _at("at"),
    _text("result"),
)
agent = Table(
    "agent",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("host"),
    _number("pid"),
    _text("instance"),
    _at("started_at"),
    _at("heartbeat_at"),
    _text("base_url"),
    _flag("service"),
)

outgoing = Table(
    "outgoing",
    metadata,
    _id(),
    _text("uuid"),
    Column("community_id", Id, nullable=False),
    *_enum("kind", enums.OutgoingKind),
    _text("idempotency_key"),
    _text("purpose"),
    _text("address"),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("holder_id", Id, index=True),
    Column("manager_id", Id),
    *_enum("state", enums.OutgoingState, enums.OutgoingState.QUEUED),
    _number("attempt"),
    _at("not_before", null=True),
    _at("useful_until", null=True),
    _text("answer"),
    _at("made_at"),
    _at("claimed_at", null=True),
    _at("data_at", null=True),
    _at("ended_at", null=True),
    Index("uq_outgoing_key", "idempotency_key", unique=True),
    Index("ix_outgoing_state", "state", "not_before"),
    Index("ix_outgoing_count", "community_id", "state"),
    Index("ix_outgoing_time", "community_id", "made_at", "id"),
)

import_report = Table(
    "import_report",
    metadata,
    _id(),
    _ref("community_id", "community"),
    _at("at"),
    Column("actor_id", Id),
    _text("actor"),
    *_enum("kind", enums.ImportKind),
    _text("source"),
    *_enum("state", enums.ImportState, enums.ImportState.RUNNING),
    _number("total"),
    _number("written"),
    _text("counts", default="{}"),
    _text("doors", default="{}"),
    Column("operation_id", Id),
    _at("touched_at"),
    _at("ended_at", null=True),
    Index("ix_import_report_time", "community_id", "at", "id"),
)
import_row = Table(
    "import_row",
    metadata,
    _id(),
    _ref("report_id", "import_report"),
    _number("number"),
    *_enum("verdict", enums.Verdict),
    _text("place"),
    _text("name"),
    _text("text"),
)
"""What became of each row of an import; a code is never in it."""

import_columns = Table(
    "import_columns",
    metadata,
    _id(),
    _ref("community_id", "community"),
    _text("source"),
    _text("fields"),
    Index("uq_import_columns", "community_id", "source", unique=True),
)
"""What the columns of tables of one shape meant the last time."""

for _table in metadata.tables.values():
    # An id is never used twice: logs, images and undo name rows that may be gone, and SQLite would give the id of
    # the last row deleted to the next one inserted.
    if "id" in _table.c and not _table.c.id.foreign_keys:
        _table.dialect_kwargs["sqlite_autoincrement"] = True
