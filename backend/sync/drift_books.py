"""The books of drift: each difference as a row with its cause, until it is repaired, chosen about or gone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, insert, or_, select, update

from backend.domain.context import new_id
from backend.domain.enums import DriftCause, DriftResolution, HeldKind
from backend.domain.names import fold
from backend.services.drift_rows import detail_place
from backend.store import tables as t
from backend.store.rows import ROW
from backend.store.work import Work
from backend.sync.drifting import Finding

_AT_ONCE = 500


def wishes(connection: Connection, device_id: int) -> dict[str, bytes]:
    """The users of nobody that somebody wants gone, by key, each with the fingerprint of what was looked at."""
    return {row.key: bytes(row.mac or b"") for row in connection.execute(_wished(), {ROW: device_id})}


@cache
def _wished() -> Select[Any]:
    d = t.drift
    return select(d.c.key, d.c.mac).where(d.c.device_id == bindparam(ROW), d.c.ended_at.is_(None), d.c.wish != "")


def unrepaired(connection: Connection, device_id: int) -> bool:
    """Whether a difference of ours stands at a device."""
    return connection.execute(_unrepaired(), {ROW: device_id}).first() is not None


@cache
def _unrepaired() -> Select[Any]:
    d = t.drift
    mine = (d.c.device_id == bindparam(ROW), d.c.ended_at.is_(None), d.c.cause != DriftCause.UNKNOWN.value)
    return select(d.c.id).where(*mine).limit(1)


def earlier(connection: Connection, device_id: int, keys: Iterable[str]) -> dict[str, bytes]:
    """Key -> fingerprint of the last record that the device held under it before the present one."""
    h, wanted = t.held, sorted(keys)
    found: dict[str, bytes] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(
            select(h.c.key, h.c.mac)
            .where(
                h.c.device_id == device_id,
                h.c.kind == HeldKind.USER,
                h.c.to_at.is_not(None),
                h.c.key.in_(wanted[at : at + _AT_ONCE]),
            )
            .order_by(h.c.id)
        )
        found |= {row.key: bytes(row.mac) for row in rows}
    return found


def record(work: Work, device_id: int, findings: Sequence[Finding]) -> None:
    """Note what was found; what is known already only says that it is still there.

    A user of nobody who was left alone stays so until the record changes; one that changed is wanted gone no more.
    """
    standing = _standing(work.connection, device_id, [one.key for one in findings])
    bodies = _bodies(work, [one.ours for one in findings if one.ours])
    names = _names(work.connection, [one.holder_id for one in findings if one.holder_id])
    new = []
    for one in findings:
        row = standing.get((one.key, one.cause.value))
        same = row is not None and (row.mac or b"") == (one.mac or b"")
        if row is not None and (same or row.ended_at is None):
            _seen_again(
                work, row, one, None if same else _sealed(work, row.uuid, bodies.get(one.ours or b""), one.theirs)
            )
        else:
            new.append(_row(work, device_id, one, bodies, names))
    if new:
        work.connection.execute(insert(t.drift), new)
        work.touch("sync")


def end_strangers(work: Work, device_id: int, present: Iterable[str]) -> None:
    """End the rows of users of nobody who are not there any more: as somebody wished, else by themselves."""
    d, here = t.drift, set(present)
    rows = work.connection.execute(
        select(d.c.id, d.c.key, d.c.wish).where(_unsettled(device_id), d.c.cause == DriftCause.UNKNOWN.value)
    ).all()
    for row in rows:
        if row.key not in here:
            ended = {"resolution": row.wish or DriftResolution.GONE.value, "ended_at": work.at, "wish": ""}
            work.connection.execute(update(d).where(d.c.id == row.id).values(**ended))
            work.touch("sync")


def repaired(work: Work, device_id: int) -> None:
    """The door holds what it should: what was wrong with records of ours is over."""
    work.connection.execute(_repaired(), {ROW: device_id, "at_": work.at})


@cache
def _repaired() -> Update:
    d = t.drift
    return (
        update(d)
        .where(d.c.device_id == bindparam(ROW), d.c.ended_at.is_(None), d.c.cause != DriftCause.UNKNOWN.value)
        .values(ended_at=bindparam("at_"), resolution=DriftResolution.REPAIRED.value)
    )


def _unsettled(device_id: int) -> Any:
    d = t.drift
    left = d.c.resolution == DriftResolution.LEFT.value
    return (d.c.device_id == device_id) & or_(d.c.ended_at.is_(None), left)


def _standing(connection: Connection, device_id: int, keys: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
    d, wanted = t.drift, sorted(set(keys))
    rows = connection.execute(select(d).where(_unsettled(device_id), d.c.key.in_(wanted)).order_by(d.c.id))
    return {(row.key, row.cause): row for row in rows}


def _seen_again(work: Work, row: Row[Any], one: Finding, detail: bytes | None) -> None:
    """It is still there; with a `detail` as another record than the one that was looked at."""
    values: dict[str, Any] = {"seen_at": work.at}
    if detail is not None:
        name = row.name if row.holder_id else one.name or row.name
        values |= {"mac": one.mac, "name": name, "name_fold": fold(name), "wish": "", "detail_sealed": detail}
        work.touch("sync")
    work.connection.execute(update(t.drift).where(t.drift.c.id == row.id).values(**values))


def _row(
    work: Work, device_id: int, one: Finding, bodies: Mapping[bytes, Any], names: Mapping[int, str]
) -> dict[str, Any]:
    uuid, holder_id = new_id(), one.holder_id if one.holder_id in names else None
    name = names.get(holder_id or 0) or one.name or "a record that is gone"
    return {
        "uuid": uuid,
        "device_id": device_id,
        "key": one.key,
        "remote_id": one.remote_id,
        "holder_id": holder_id,
        "name": name,
        "name_fold": fold(name),
        "cause": one.cause.value,
        "note": one.note,
        "mac": one.mac,
        "detail_sealed": _sealed(work, uuid, bodies.get(one.ours or b""), one.theirs),
        "found_at": work.at,
        "seen_at": work.at,
    }


def _sealed(work: Work, uuid: str, ours: Any, theirs: Mapping[str, object] | None) -> bytes | None:
    if ours is None and theirs is None:
        return None
    text = json.dumps({"ours": ours, "theirs": dict(theirs) if theirs is not None else None})
    return work.sealer.seal_text(detail_place(uuid), text)


def _bodies(work: Work, macs: Iterable[bytes]) -> dict[bytes, Any]:
    b = t.body
    rows = work.connection.execute(select(b.c.mac, b.c.sealed).where(b.c.mac.in_(sorted(set(macs)))))
    return {
        bytes(row.mac): json.loads(work.sealer.open(f"body.sealed:{bytes(row.mac).hex()}", row.sealed)) for row in rows
    }


def _names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    h = t.holder
    rows = connection.execute(select(h.c.id, h.c.name).where(h.c.id.in_(sorted(set(ids)))))
    return {row.id: row.name for row in rows}
