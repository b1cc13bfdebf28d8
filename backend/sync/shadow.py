"""What we believe a device to hold: rows of `held`, written in the transaction of each outcome."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

from backend.domain.access.results import DoorUser
from backend.domain.enums import HeldKind
from backend.store import tables as t
from backend.store.work import Work
from backend.sync.difference import HeldSchedule, HeldUser, canonical


@dataclass(frozen=True, slots=True)
class Shadow:
    """The users and schedules that a device holds, by key, as far as we know."""

    users: dict[str, HeldUser] = field(default_factory=dict)
    schedules: dict[str, HeldSchedule] = field(default_factory=dict)


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
    """Note that the device holds `user` from now on, instead of what it held under this key."""
    body = canonical(user)
    mac = work.sealer.fingerprint(body)
    _keep_body(work, mac, body)
    gone(work, device_id, HeldKind.USER, [user.key])
    work.connection.execute(
        insert(t.held).values(
            device_id=device_id,
            kind=HeldKind.USER,
            key=user.key,
            holder_id=user.holder_id,
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
    """Note that the device holds these no more."""
    wanted = sorted(keys)
    for at in range(0, len(wanted), 500):
        work.connection.execute(
            update(t.held)
            .where(
                t.held.c.device_id == device_id,
                t.held.c.kind == kind,
                t.held.c.key.in_(wanted[at : at + 500]),
                t.held.c.to_at.is_(None),
            )
            .values(to_at=work.at)
        )


def in_doubt(work: Work, device_id: int, keys: Iterable[str]) -> None:
    """Note that nobody saw the effect of a request about these users: they are read back before anything else."""
    for key in sorted(keys):
        marked = work.connection.execute(
            update(t.held)
            .where(t.held.c.device_id == device_id, t.held.c.key == key, t.held.c.to_at.is_(None))
            .values(unknown=True)
        )
        if not marked.rowcount:
            work.connection.execute(
                insert(t.held).values(
                    device_id=device_id,
                    kind=HeldKind.USER,
                    key=key,
                    remote_id="",
                    mac=b"",
                    unknown=True,
                    from_at=work.at,
                )
            )


def _keep_body(work: Work, mac: bytes, body: dict[str, object]) -> None:
    """Bodies are kept once, shared by all devices that hold the same record."""
    if work.connection.execute(select(t.body.c.mac).where(t.body.c.mac == mac)).first() is None:
        sealed = work.sealer.seal(f"body.sealed:{mac.hex()}", json.dumps(body).encode())
        work.connection.execute(insert(t.body).values(mac=mac, sealed=sealed))
