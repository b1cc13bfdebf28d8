"""A resident's whole page, from what the rows and the agent's books say (feature RES-06; task 9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.context import Context
from backend.domain.enums import AccountStatus, AppStatus, LogResponse, ResidentRole
from backend.domain.errors import Forbidden
from backend.domain.limits import FLOORS, takes
from backend.domain.records import CredentialRecord, DoorHeld, LogLine, ResidentRecord
from backend.services.credentials import LIVE, records_of
from backend.services.door_logs import log_line
from backend.services.holders import groups_of
from backend.services.logins import login_of
from backend.services.resident_places import place_of
from backend.services.sync_people import doors_of
from backend.services.texts import KINDS
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import require

_PLAIN = ("uid", "first", "last", "calling_code", "phone1", "phone2", "phone3", "remark", "expires_at")


def resident_record(
    connection: Connection, sealer: Sealer, context: Context, row: Row[Any], now: datetime
) -> ResidentRecord:
    """The page of a resident's row; last seen and last refused only for those who may read door logs."""
    logs = _may_read_logs(connection, context)
    records = tuple(record for record, _ in records_of(connection, sealer, row.id))
    doors = doors_of(connection, context.community_id, row.id, now)
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
        unsent=_unsent(connection, row, doors, records),
        fee=_fee(connection, context.community_id, row),
        last_seen=_newest(connection, row.id, LogResponse.SUCCESS) if logs else None,
        last_refusal=_newest(connection, row.id, LogResponse.FAILED) if logs else None,
        **{name: getattr(row, name) for name in _PLAIN},
    )


def _fee(connection: Connection, community_id: int, row: Row[Any]) -> str:
    place = place_of(connection, community_id, row.apartment_id)
    return place.fee(place.members)


def _unsent(
    connection: Connection, row: Row[Any], doors: Iterable[DoorHeld], records: Iterable[CredentialRecord]
) -> str:
    """One sentence where something of a person reaches none of their doors, "" where everything can."""
    kinds = {one.kind for one in records if one.status.value in LIVE}
    wanted = {kind.value: KINDS[kind][0] for kind in KINDS if kind in kinds}
    if row.floors:
        wanted[FLOORS] = FLOORS
    ids = [door.device_id for door in doors if door.opens]
    device = t.device
    found = connection.execute(select(device.c.name, device.c.profile).where(device.c.id.in_(ids))).all()
    words = [word for name, word in wanted.items() if found and not any(name in takes(one.profile) for one in found)]
    if not words:
        return ""
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    several = len(words) > 1 or words == [FLOORS]
    stay, them = ("stay", "them") if several else ("stays", "it")
    return f"{listed[:1].upper()}{listed[1:]} {stay} here: no door of this person takes {them} from the site."


def _may_read_logs(connection: Connection, context: Context) -> bool:
    try:
        require(connection, context, "door_log.read")
    except Forbidden:
        return False
    return True


def _newest(connection: Connection, holder_id: int, response: LogResponse) -> LogLine | None:
    log = t.door_log
    row = connection.execute(
        select(log)
        .where(log.c.holder_id == holder_id, log.c.response == response.value)
        .order_by(log.c.happened_at.desc(), log.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else log_line(row)
