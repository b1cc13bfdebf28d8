"""What we believe a device to hold: rows of `held`, written in the transaction of each outcome."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from backend.devices.users import SOME_FACE
from backend.domain.access.identity import parse_user_key
from backend.domain.access.results import DoorUser
from backend.domain.enums import HeldKind
from backend.store import tables as t
from backend.store.rows import IDS, ROW, among, insert_row
from backend.store.work import Work
from backend.sync.difference import HeldSchedule, HeldUser, canonical

_AT_ONCE = 500
_NOTHING = b""
"""Fingerprint of a record of which nobody knows whether it is there at all."""
_CONFIRM = (
    update(t.held)
    .where(t.held.c.id == bindparam("row_id"))
    .values(
        mac=bindparam("mac"),
        holder_id=bindparam("holder_id"),
        remote_id=bindparam("remote_id"),
        face=bindparam("face"),
        unknown=False,
    )
)


@dataclass(frozen=True, slots=True)
class Shadow:
    """The users and schedules that a device holds, by key, as far as we know."""

    users: dict[str, HeldUser] = field(default_factory=dict)
    schedules: dict[str, HeldSchedule] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)
    """Keys of schedules of which nobody knows whether they are there, or how often."""

    @property
    def doubtful(self) -> bool:
        """Whether the effect of a request was never seen: the device is read before anything is sent."""
        return bool(self.doubted) or any(user.unknown for user in self.users.values())


def load_shadow(connection: Connection, device_id: int) -> Shadow:
    """The shadow of a device as it stands."""
    shadow = Shadow()
    for row in connection.execute(_held_now(), {ROW: device_id}):
        if row.kind == HeldKind.USER:
            shadow.users[row.key] = HeldUser(
                row.key, row.remote_id, bytes(row.mac), row.holder_id, bool(row.unknown), bool(row.seen), row.face
            )
        elif row.unknown:
            shadow.doubted.add(row.key)
        else:
            shadow.schedules[row.key] = HeldSchedule(row.remote_id, row.ref)
    return shadow


@cache
def _held_now() -> Select[Any]:
    h = t.held
    return select(
        h.c.kind, h.c.key, h.c.remote_id, h.c.ref, h.c.mac, h.c.holder_id, h.c.unknown, h.c.seen, h.c.face
    ).where(h.c.device_id == bindparam(ROW), h.c.to_at.is_(None))


def holds_users(work: Work, device_id: int, users: Sequence[tuple[DoorUser, str]]) -> None:
    """Note that the device holds these users for certain, each with its record id, instead of what it held before.

    A row of the same content stays and keeps its beginning, as does one that was made before the request left.
    """
    bodies = {user.key: canonical(user) for user, _ in users}
    macs = {key: work.sealer.fingerprint(body) for key, body in bodies.items()}
    _keep_bodies(work, {macs[key]: body for key, body in bodies.items()})
    rows = [
        {
            "key": user.key,
            "mac": macs[user.key],
            "holder_id": user.holder_id,
            "remote_id": remote_id,
            "face": "" if user.face == SOME_FACE else user.face,
        }
        for user, remote_id in users
    ]
    owners = _holders(work, {user.holder_id for user, _ in users})
    for row in rows:
        row["holder_id"] = row["holder_id"] if row["holder_id"] in owners else None
    there = work.connection.execute(_users_now(), {ROW: device_id, IDS: sorted(macs)})
    kept = {key: row_id for key, row_id, mac in there.all() if mac in (macs[key], _NOTHING)}
    same = [{**row, "row_id": kept[row["key"]]} for row in rows if row["key"] in kept]
    new = [
        {**row, "device_id": device_id, "kind": HeldKind.USER, "from_at": work.at}
        for row in rows
        if row["key"] not in kept
    ]
    if same:
        work.connection.execute(_CONFIRM, same)
    if new:
        gone(work, device_id, HeldKind.USER, [str(row["key"]) for row in new])
        work.connection.execute(insert_row(t.held), new)


@cache
def _users_now() -> Select[Any]:
    """The users IDS, by key, that a device holds now."""
    h = t.held
    return select(h.c.key, h.c.id, h.c.mac).where(
        h.c.device_id == bindparam(ROW), h.c.kind == HeldKind.USER, among(h.c.key), h.c.to_at.is_(None)
    )


def holds_schedule(work: Work, device_id: int, key: str, schedule: HeldSchedule) -> None:
    """Note that the device holds the schedule `key`, of which there may have been a doubt."""
    h = t.held
    work.connection.execute(delete(h).where(*_now(device_id, HeldKind.SCHEDULE, [key]), h.c.mac == _NOTHING))
    gone(work, device_id, HeldKind.SCHEDULE, [key])
    work.connection.execute(
        insert(t.held).values(
            device_id=device_id,
            kind=HeldKind.SCHEDULE,
            key=key,
            remote_id=schedule.remote_id,
            ref=schedule.ref,
            mac=work.sealer.fingerprint(key),
            from_at=work.at,
        )
    )


def schedules_in_doubt(work: Work, device_id: int, keys: Iterable[str]) -> None:
    """Note, before a request for these schedules leaves, that its effect is not known until it is seen."""
    rows = [
        {
            "device_id": device_id,
            "kind": HeldKind.SCHEDULE,
            "key": key,
            "remote_id": "",
            "ref": "",
            "mac": _NOTHING,
            "unknown": True,
            "from_at": work.at,
        }
        for key in keys
    ]
    gone(work, device_id, HeldKind.SCHEDULE, [str(row["key"]) for row in rows])
    work.connection.execute(insert(t.held), rows)


def gone_since(connection: Connection, device_id: int, since: datetime) -> list[HeldUser]:
    """The users that the device held until then or later, and holds no more."""
    rows = connection.execute(_gone_since(), {ROW: device_id, "since_": since})
    return [HeldUser(row.key, "", b"", row.holder_id) for row in rows]


@cache
def _gone_since() -> Select[Any]:
    h, now = t.held, t.held.alias("now")
    still = exists().where(
        now.c.device_id == h.c.device_id, now.c.kind == h.c.kind, now.c.key == h.c.key, now.c.to_at.is_(None)
    )
    return (
        select(h.c.key, h.c.holder_id)
        .where(h.c.device_id == bindparam(ROW), h.c.kind == HeldKind.USER, h.c.to_at > bindparam("since_"), ~still)
        .distinct()
    )


def gone(work: Work, device_id: int, kind: HeldKind, keys: Iterable[str]) -> None:
    """Note that the device holds these no more; what was there for certain counts as certain until now."""
    wanted, h = sorted(keys), t.held
    for at in range(0, len(wanted), _AT_ONCE):
        work.connection.execute(
            update(h)
            .where(*_now(device_id, kind, wanted[at : at + _AT_ONCE]))
            .values(to_at=work.at, unknown=h.c.mac == _NOTHING)
        )


def all_seen(work: Work, device_id: int) -> None:
    """Note that every user held for certain was there when the device was read, just now."""
    work.connection.execute(_all_seen(), {ROW: device_id})


@cache
def _all_seen() -> Update:
    h = t.held
    here = (h.c.device_id == bindparam(ROW), h.c.kind == HeldKind.USER, h.c.to_at.is_(None))
    return update(h).where(*here, h.c.unknown.is_(False), h.c.seen.is_(False)).values(seen=True)


def in_doubt(work: Work, device_id: int, keys: Iterable[str]) -> None:
    """Note, before a request about these users leaves, that its effect is not known until it is seen."""
    h = t.held
    wanted = sorted(keys)
    there = {row.key: row.id for row in work.connection.execute(_users_now(), {ROW: device_id, IDS: wanted})}
    if there:
        work.connection.execute(update(h).where(h.c.id.in_(sorted(there.values()))).values(unknown=True))
    missing = {key: parse_user_key(key) for key in wanted if key not in there}
    owners = _holders(work, {parsed[0] for parsed in missing.values() if parsed})
    rows = [
        {
            "device_id": device_id,
            "kind": HeldKind.USER,
            "key": key,
            "holder_id": parsed[0] if parsed and parsed[0] in owners else None,
            "remote_id": "",
            "mac": _NOTHING,
            "unknown": True,
            "from_at": work.at,
        }
        for key, parsed in missing.items()
    ]
    if rows:
        work.connection.execute(insert_row(h), rows)


def certain(work: Work, device_id: int, keys: Iterable[str]) -> None:
    """Take back `in_doubt`: the request had no effect on these users."""
    h = t.held
    mine = _now(device_id, HeldKind.USER, keys)
    work.connection.execute(delete(h).where(*mine, h.c.mac == _NOTHING))
    work.connection.execute(update(h).where(*mine).values(unknown=False))


def _now(device_id: int, kind: HeldKind, keys: Iterable[str]) -> tuple[ColumnElement[bool], ...]:
    h = t.held
    return (h.c.device_id == device_id, h.c.kind == kind, h.c.key.in_(sorted(keys)), h.c.to_at.is_(None))


def _holders(work: Work, ids: Collection[int]) -> set[int]:
    """Those of the holders who are known: a device may come with records of ours that this database never knew."""
    return set(work.connection.execute(_known(t.holder.c.id), {IDS: sorted(ids)}).scalars()) if ids else set()


@cache
def _known(column: Column[Any]) -> Select[Any]:
    """Those of IDS that stand in a column."""
    return select(column).where(among(column))


def _keep_bodies(work: Work, bodies: Mapping[bytes, dict[str, object]]) -> None:
    """Bodies are kept once, shared by all devices that hold the same record."""
    b = t.body
    known = set(work.connection.execute(_known(b.c.mac), {IDS: sorted(bodies)}).scalars()) if bodies else set()
    new = [
        {"mac": mac, "sealed": work.sealer.seal(f"body.sealed:{mac.hex()}", json.dumps(body).encode())}
        for mac, body in bodies.items()
        if mac not in known
    ]
    if new:
        work.connection.execute(insert_row(b), new)
