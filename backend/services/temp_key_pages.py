"""A temporary key's whole page (features VIS-01 to VIS-03; look: 06)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.codes import mask
from backend.domain.context import Context
from backend.domain.doors import LogLine
from backend.domain.enums import CredentialKind, LogResponse, Repeat, ResidentRole
from backend.domain.errors import Forbidden
from backend.domain.id_access import split_value
from backend.domain.temp_keys import KeyDoor, TempKeyRecord, pool_of, reads_qr, state_of
from backend.services.credentials import open_value, spoken
from backend.services.door_logs import log_line
from backend.services.door_states import formats_of
from backend.services.sync_people import doors_of
from backend.services.temp_key_mail import hours_text, mails_of
from backend.services.temp_key_rows import key_pool, key_time, phones_of, sealed_for
from backend.store import tables as t
from backend.store.permission import require
from backend.store.seal import Sealer

LOGS_SHOWN = 50
"""Lines of the door log on a key's page; the log itself has them all."""


def key_record(connection: Connection, sealer: Sealer, context: Context, row: Row[Any], now: datetime) -> TempKeyRecord:
    """The page of a key's row; its digits only for who may see codes, its log only for who may read logs."""
    time, pool = key_time(connection, row.id), key_pool(connection, row.id, row.each_count)
    phones, codes = phones_of(connection, row.id), _codes(connection, sealer, row.id)
    digits, run = codes.get(CredentialKind.PIN.value, ""), codes.get(CredentialKind.ID_ACCESS.value, "")
    reveals = _may(connection, context, "credential.reveal")
    logs = logs_of(connection, row.id) if _may(connection, context, "door_log.read") else None
    return TempKeyRecord(
        id=row.id,
        version=row.row_version,
        name=row.name,
        state=state_of(time, pool, now),
        building=row.building or "",
        apartment=row.number or "",
        apartment_id=row.apartment_id,
        family=_family(connection, row.apartment_id),
        id_number=_id_number(sealer, row, whole=reveals),
        email=row.email,
        repeat=Repeat(row.repeat),
        begins_at=time.begins,
        ends_at=time.ends,
        hours=hours_text(time, formats_of(connection, context.community_id)),
        schedule=time.schedule,
        each_count=row.each_count,
        phones=len(phones),
        used=pool.used,
        total=pool_of(row.each_count, len(phones), 0).total,
        over_used=pool.over_used,
        digits=digits if reveals else "",
        masked=mask(digits),
        run=mask(split_value(run).run) if run else "",
        made_at=row.made_at,
        made_by=row.made_by,
        doors=_doors(connection, context, row.id, now),
        mails=mails_of(connection, row.id),
        logs=logs,
        counted=_counted(connection, row.id) if logs is not None else (),
        last_used=next((line for line in logs or () if line.response is LogResponse.SUCCESS), None),
    )


def logs_of(connection: Connection, key_id: int) -> tuple[LogLine, ...]:
    """What doors told of a key, the newest first."""
    log = t.door_log
    rows = connection.execute(
        select(log)
        .where(log.c.holder_id == key_id)
        .order_by(log.c.happened_at.desc(), log.c.id.desc())
        .limit(LOGS_SHOWN)
    )
    return tuple(log_line(row) for row in rows)


def _counted(connection: Connection, key_id: int) -> tuple[int, ...]:
    """The log lines of a key's uses, the first use first."""
    use = t.temp_key_use
    query = select(use.c.door_log_id).where(use.c.holder_id == key_id).order_by(use.c.at, use.c.id)
    return tuple(connection.execute(query).scalars())


def digits_of(connection: Connection, sealer: Sealer, key_id: int) -> str:
    """The digits of a key; a secret."""
    return _codes(connection, sealer, key_id).get(CredentialKind.PIN.value, "")


def _codes(connection: Connection, sealer: Sealer, key_id: int) -> dict[str, str]:
    """Kind -> value of a key's codes, whatever became of them."""
    c = t.credential
    rows = connection.execute(select(c).where(c.c.holder_id == key_id).order_by(c.c.id))
    return {row.kind: open_value(sealer, row) for row in rows}


def _id_number(sealer: Sealer, row: Row[Any], *, whole: bool) -> str:
    """The visitor's document, masked for those who may not see codes."""
    number = sealer.open_text(sealed_for(row.uuid), row.id_number_sealed) if row.id_number_sealed else ""
    return number if whole or not number else mask(number)


def _doors(connection: Connection, context: Context, key_id: int, now: datetime) -> tuple[KeyDoor, ...]:
    """The door phones of a key, with how each stands for it."""
    phones = {phone.device_id: phone for phone in phones_of(connection, key_id)}
    held = {door.device_id: door for door in doors_of(connection, context.community_id, key_id, now)}
    found = []
    for device_id, phone in phones.items():
        door = held.get(device_id)
        found.append(
            KeyDoor(
                device_id=device_id,
                device=phone.name,
                doors=", ".join(phone.doors),
                model=phone.model,
                reads_qr=reads_qr(phone.model),
                state=door.state if door else None,
                detail=door.detail if door else "",
                read_at=door.read_at if door else None,
            )
        )
    return tuple(found)


def _family(connection: Connection, apartment_id: int | None) -> str:
    """The master of the apartment, "" for none."""
    r, h = t.resident, t.holder
    name = connection.execute(
        select(h.c.name)
        .join(r, r.c.id == h.c.id)
        .where(r.c.apartment_id == apartment_id, r.c.role == ResidentRole.MASTER.value)
    ).scalar()
    return spoken(name) if name else ""


def _may(connection: Connection, context: Context, permission: str) -> bool:
    try:
        require(connection, context, permission)
    except Forbidden:
        return False
    return True
