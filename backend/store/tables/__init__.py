"""Every table of a site, portable between SQLite and PostgreSQL.

Tables marked `rule` hold what decides who may open what, or what a manager edits: each of their changes leaves an
image in `change`, from which undo and the past are made. The others are the agent's books and the logs.

What a database is made of stands in the migrations; a test holds both together. The conditions of partial indexes are
named here for SQLite alone: naming them for PostgreSQL too would load its dialect in every process, a tenth of its
start.
"""

from __future__ import annotations

from backend.store.tables.accounts import (
    agreement,
    linked_account,
    login_code,
    login_session,
    manager,
    manager_community,
)
from backend.store.tables.bookings import amenity, amenity_building, amenity_picture, booking
from backend.store.tables.columns import LIVE_CREDENTIAL, metadata
from backend.store.tables.doors import body, command, device, device_state, device_sync, event, held, read_back, relay
from backend.store.tables.drift import drift, revocation
from backend.store.tables.groups import access_group, access_group_member, access_group_relay, access_window
from backend.store.tables.imports import import_columns, import_report, import_row
from backend.store.tables.logs import change, door_log, operation
from backend.store.tables.moves import move
from backend.store.tables.people import credential, face_photo, holder, own_relay, own_window, resident, resident_login
from backend.store.tables.places import apartment, building, community, holiday
from backend.store.tables.relays import relay_held, relay_hold
from backend.store.tables.retention import purge
from backend.store.tables.site import agent, request, sealed_key, setting, topic
from backend.store.tables.texts import outgoing
from backend.store.tables.visitors import temp_key, temp_key_use

__all__ = [
    "LIVE_CREDENTIAL",
    "access_group",
    "access_group_member",
    "access_group_relay",
    "access_window",
    "agent",
    "agreement",
    "amenity",
    "amenity_building",
    "amenity_picture",
    "apartment",
    "body",
    "booking",
    "building",
    "change",
    "command",
    "community",
    "credential",
    "device",
    "device_state",
    "device_sync",
    "door_log",
    "drift",
    "event",
    "face_photo",
    "held",
    "holder",
    "holiday",
    "import_columns",
    "import_report",
    "import_row",
    "linked_account",
    "login_code",
    "login_session",
    "manager",
    "manager_community",
    "metadata",
    "move",
    "operation",
    "outgoing",
    "own_relay",
    "own_window",
    "purge",
    "read_back",
    "relay",
    "relay_held",
    "relay_hold",
    "request",
    "resident",
    "resident_login",
    "revocation",
    "sealed_key",
    "setting",
    "temp_key",
    "temp_key_use",
    "topic",
]

for _table in metadata.tables.values():
    # An id is never used twice: logs, images and undo name rows that may be gone, and SQLite would give the id of
    # the last row deleted to the next one inserted.
    if "id" in _table.c and not _table.c.id.foreign_keys:
        _table.dialect_kwargs["sqlite_autoincrement"] = True
