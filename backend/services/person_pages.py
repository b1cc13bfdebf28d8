"""What the page of anybody with codes tells beside the codes: what no door takes, and when they were last seen."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from backend.domain.context import Context
from backend.domain.credentials import CredentialRecord, DoorHeld
from backend.domain.doors import LogLine
from backend.domain.enums import LogResponse
from backend.domain.errors import Forbidden
from backend.domain.floors import NO_FLOOR, lift_floor, split_floors
from backend.domain.limits import FLOORS, takes
from backend.services.credentials import LIVE
from backend.services.door_logs import log_line
from backend.services.texts import KINDS
from backend.store import tables as t
from backend.store.permission import require


def unsent(connection: Connection, floors: str, doors: Iterable[DoorHeld], records: Iterable[CredentialRecord]) -> str:
    """One sentence where something of a person reaches none of their doors, "" where everything can."""
    kinds = {one.kind for one in records if one.status.value in LIVE}
    wanted = {kind.value: KINDS[kind][0] for kind in KINDS if kind in kinds}
    told = lift_floor(split_floors(floors)) != NO_FLOOR
    if floors:
        wanted[FLOORS] = FLOORS
    ids = [door.device_id for door in doors if door.opens]
    device = t.device
    found = connection.execute(select(device.c.name, device.c.profile).where(device.c.id.in_(ids))).all()
    words = [word for name, word in wanted.items() if found and not any(name in takes(one.profile) for one in found)]
    one_floor = found and floors and not told and FLOORS not in words
    also = "Floors stay here: doors take one floor from 1 to 128 per person." if one_floor else ""
    if not words:
        return also
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    several = len(words) > 1 or words == [FLOORS]
    stay, them = ("stay", "them") if several else ("stays", "it")
    what = f"{listed[:1].upper()}{listed[1:]} {stay} here: no door of this person takes {them} from the site."
    return f"{what} {also}".strip()


def last_seen(connection: Connection, context: Context, holder_id: int) -> tuple[LogLine | None, LogLine | None]:
    """When a person was last let in and last refused; neither for who may not read door logs."""
    try:
        require(connection, context, "door_log.read")
    except Forbidden:
        return None, None
    return _newest(connection, holder_id, LogResponse.SUCCESS), _newest(connection, holder_id, LogResponse.FAILED)


def _newest(connection: Connection, holder_id: int, response: LogResponse) -> LogLine | None:
    log = t.door_log
    row = connection.execute(
        select(log)
        .where(log.c.holder_id == holder_id, log.c.response == response.value)
        .order_by(log.c.happened_at.desc(), log.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else log_line(row)
