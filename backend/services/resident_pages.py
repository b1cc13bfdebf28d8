"""A resident's whole page, from what the rows and the agent's books say (feature RES-06; task 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.context import Context
from backend.domain.enums import AccountStatus, AppStatus, ResidentRole
from backend.domain.residents import ResidentRecord
from backend.services.credentials import records_of
from backend.services.door_states import formats_of
from backend.services.holders import groups_of
from backend.services.logins import login_of
from backend.services.person_pages import last_seen, unsent
from backend.services.resident_places import place_of
from backend.services.self_devices import own_words
from backend.services.sync_people import doors_of
from backend.store.seal import Sealer

_PLAIN = ("uid", "first", "last", "calling_code", "phone1", "phone2", "phone3", "remark", "expires_at")


def resident_record(
    connection: Connection, sealer: Sealer, context: Context, row: Row[Any], now: datetime
) -> ResidentRecord:
    """The page of a resident's row; last seen and last refused only for those who may read door logs."""
    records = tuple(record for record, _ in records_of(connection, sealer, row.id))
    doors = doors_of(connection, context.community_id, row.id, now)
    seen, refused = last_seen(connection, context, row.id)
    return ResidentRecord(
        id=row.id,
        version=row.row_version,
        name=row.name,
        building_id=row.building_id,
        building=row.building,
        apartment_id=row.apartment_id,
        apartment=row.number,
        role=ResidentRole(row.role),
        account_status=AccountStatus(row.account_status),
        app_status=AppStatus(row.app_status),
        email=row.email or "",
        mobile=row.mobile or "",
        credentials=records,
        groups=groups_of(connection, row.id),
        doors=doors,
        country=row.country,
        floors=tuple(part for part in row.floors.split(";") if part),
        linked=row.linked_reason if row.linked else "",
        login=login_of(connection, row.apartment_id, row.id),
        unsent=unsent(connection, row.floors, doors, records),
        fee=_fee(connection, context.community_id, row),
        **own_words(connection, context.community_id, row, formats_of(connection, context.community_id)),
        last_seen=seen,
        last_refusal=refused,
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _fee(connection: Connection, community_id: int, row: Row[Any]) -> str:
    place = place_of(connection, community_id, row.apartment_id)
    return place.fee(place.members)
