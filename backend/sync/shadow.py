"""What we believe a device to hold: rows of `held`, written in the transaction of each outcome."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, ScalarSelect, delete, insert, select, update

from backend.domain.access import parse_user_key
from backend.domain.access.results import DoorUser
from backend.domain.enums import HeldKind
from backend.store import tables as t
from backend.store.work import Work
from backend.sync.difference import HeldSchedule, HeldUser, canonical

_AT_ONCE = 500
_NOTHING = b""
"""Fingerprint of a record of which nobody knows whether it is there at all."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """The users and schedules that a device holds, by key, as far as we know."""

    users: dict[str, HeldUser] = field(default_factory=dict)
    schedules: dict[str, HeldSchedule] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """Whether the effect of a request was never seen: the device is read before anything is sent."""
        return any(user.unknown for user in self.users.values())


def load_shadow(connection: Connection, device_id: int) -> Shadow:
    """The shadow of a device as it stands."""
    h = t.held
    rows = connection.execute(
        select(h.c.kind, h.c.key, h.c.remote_id, h.c.ref, h.c.mac, h.c.holder_id, h.c.unknown).where(
            h.c.device_id == device_id, h.c.to_at.is_(None)
        )
    )
    shadow = Shadow()
    for row in rows:
        if row.kind == HeldKind.USER:
            shadow.users[row.key] = HeldUser(row.key, row.remote_id, bytes(row.mac), row.holder_id, bool(row.unknown))
        else:
            shadow.schedules[row.key] = HeldSchedule(row.remote_id, row.ref)
    return shadow


def holds_user(work: Work, device_id: int, user: DoorUser, remote_id: str) -> None:
    """Note that the device holds `user` for certain, instead of what it held under this key.

    A row of the same content stays and keeps its beginning, as does one that was made before the request left.
    """
    h = t.held
    body = canonical(user)
    mac = work.sealer.fingerprint(body)
    _keep_body(work, mac, body)
    known = work.connection.execute(
        update(h)
        .where(*_now(device_id, HeldKind.USER, [user.key]), h.c.mac.in_((mac, _NOTHING)))
        .values(mac=mac, holder_id=_holder(user.holder_id), remote_id=remote_id, unknown=False)
    )
    if not known.rowcount:
        gone(work, device_id, HeldKind.USER, [user.key])
        work.connection.execute(
            insert(h).values(
                device_id=device_id,
                kind=HeldKind.USER,
                key=user.key,
                holder_id=_holder(user.holder_id),
                remote_id=remote_id,
                mac=mac,
                from_at=work.at,
            )
        )


def holds_schedule(work: Work, device_id: int, key: str, schedule: HeldSchedule) -> None:
    """Note that the device holds the schedule `key`."""
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


def gone(work: Work, device_id: int, kind: HeldKind, keys: Iterable[str]) -> None:
    """Note that the device holds these no more; what was there for certain counts as certain until now."""
    wanted, h = sorted(keys), t.held
    for at in range(0, len(wanted), _AT_ONCE):
        work.connection.execute(
            update(h)
            .where(*_now(device_id, kind, wanted[at : at + _AT_ONCE]))
            .values(to_at=work.at, unknown=h.c.mac == _NOTHING)
        )


def in_doubt(work: Work, device_id: int, keys: Iterable[str]) -> None:
    """Note, before a request about these users leaves, that its effect is not known until it is seen."""
    h = t.held
    wanted = sorted(keys)
    there = set(work.connection.execute(select(h.c.key).where(*_now(device_id, HeldKind.USER, wanted))).scalars())
    work.connection.execute(update(h).where(*_now(device_id, HeldKind.USER, wanted)).values(unknown=True))
    for key in wanted:
        if key not in there:
            parsed = parse_user_key(key)
            work.connection.execute(
                insert(h).values(
                    device_id=device_id,
                    kind=HeldKind.USER,
                    key=key,
                    holder_id=_holder(parsed[0]) if parsed else None,
                    remote_id="",
                    mac=_NOTHING,
                    unknown=True,
                    from_at=work.at,
                )
            )


def certain(work: Work, device_id: int, keys: Iterable[str]) -> None:
    """Take back `in_doubt`: the request had no effect on these users."""
    h = t.held
    mine = _now(device_id, HeldKind.USER, sorted(keys))
    work.connection.execute(delete(h).where(*mine, h.c.mac == _NOTHING))
    work.connection.execute(update(h).where(*mine).values(unknown=False))


def _now(device_id: int, kind: HeldKind, keys: list[str]) -> tuple[ColumnElement[bool], ...]:
    h = t.held
    return (h.c.device_id == device_id, h.c.kind == kind, h.c.key.in_(keys), h.c.to_at.is_(None))


def _holder(holder_id: int) -> ScalarSelect[int]:
    """The holder if there is one: a device may come with records of ours that this database never knew."""
    return select(t.holder.c.id).where(t.holder.c.id == holder_id).scalar_subquery()


def _keep_body(work: Work, mac: bytes, body: dict[str, object]) -> None:
    """Bodies are kept once, shared by all devices that hold the same record."""
    if work.connection.execute(select(t.body.c.mac).where(t.body.c.mac == mac)).first() is None:
        sealed = work.sealer.seal(f"body.sealed:{mac.hex()}", json.dumps(body).encode())
        work.connection.execute(insert(t.body).values(mac=mac, sealed=sealed))
