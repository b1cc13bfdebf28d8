"""The agent's books about one device: its sync state, its reachability, its proofs of revocation."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, func, select, update

from backend.domain.access.results import Loss
from backend.domain.enums import CredentialStatus, DeviceStatus
from backend.services.credentials import value_place
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

BACKOFF_FIRST = 2.0
BACKOFF_LONGEST = 300.0
COOLING = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SyncRow:
    """What the worker of a device must know before it starts."""

    gen: int
    done_gen: int
    attempt: int
    not_before: datetime | None
    next_change_at: datetime | None
    read_back_at: datetime | None
    held_reason: str
    released: bool


def load_sync(connection: Connection, device_id: int) -> SyncRow:
    """The sync row of a device, as it stands."""
    s = t.device_sync
    row = connection.execute(
        select(
            s.c.gen,
            s.c.done_gen,
            s.c.attempt,
            s.c.not_before,
            s.c.next_change_at,
            s.c.read_back_at,
            s.c.held_reason,
            s.c.released,
        ).where(s.c.id == device_id)
    ).one()
    return SyncRow(*row)


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds to wait before try number `attempt` (from 1): full jitter under a doubling roof, 2 s to 5 min."""
    roof = min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** min(attempt - 1, 20))
    return BACKOFF_FIRST / 2 + chance.random() * (roof - BACKOFF_FIRST / 2)


def note_done(
    work: Work,
    device_id: int,
    gen: int,
    *,
    next_change_at: datetime | None,
    losses: Iterable[Loss],
    users_held: int,
    unmanaged: int | None,
) -> None:
    """The device holds what generation `gen` wanted; it stays dirty when a newer generation came meanwhile."""
    s = t.device_sync
    values = {
        "done_gen": case((s.c.done_gen > gen, s.c.done_gen), else_=gen),
        "since": case((s.c.gen > gen, s.c.since), else_=None),
        "attempt": 0,
        "not_before": None,
        "last_error": "",
        "pending": 0,
        "drift": 0,
        "held_reason": "",
        "held_plan": "",
        "released": False,
        "next_change_at": next_change_at,
        "losses": json.dumps([loss.text for loss in losses]),
        "users_held": users_held,
    }
    if unmanaged is not None:
        values["users_unmanaged"] = unmanaged
    work.connection.execute(update(s).where(s.c.id == device_id).values(**values))
    work.touch("sync")


def note_read(work: Work, device_id: int, *, drift: int, unmanaged: int, first: bool) -> None:
    """The device was read back: how many of our beliefs were wrong (none count at the first reading) and strangers."""
    s = t.device_sync
    work.connection.execute(
        update(s)
        .where(s.c.id == device_id)
        .values(read_back_at=work.at, drift=0 if first else drift, users_unmanaged=unmanaged)
    )


def note_failed(work: Work, device_id: int, attempt: int, *, not_before: datetime, error: str) -> None:
    """A try failed: when the next one is due, and why in words."""
    s = t.device_sync
    work.connection.execute(
        update(s).where(s.c.id == device_id).values(attempt=attempt, not_before=not_before, last_error=error)
    )
    work.touch("sync")


def note_held(work: Work, device_id: int, removals: int, held: int) -> None:
    """A mass removal stopped the device until a person releases it by its count."""
    s = t.device_sync
    text = f"{removals:,} of {held:,} users would be removed"
    work.connection.execute(
        update(s)
        .where(s.c.id == device_id)
        .values(held_reason=text, held_plan=json.dumps({"removals": removals}), pending=removals)
    )
    work.touch("sync")


def note_alive(work: Work, device_id: int, *, clock_offset_ms: int | None = None, uptime_s: int | None = None) -> None:
    """Any sign of life of a device: it is online, and what waited for it may go at once."""
    d, s = t.device_state, t.device_sync
    values: dict[str, object] = {"last_seen_at": work.at, "last_error": "", "status": DeviceStatus.ONLINE}
    if clock_offset_ms is not None:
        values["clock_offset_ms"] = clock_offset_ms
    if uptime_s is not None:
        values["uptime_s"] = uptime_s
    was = work.connection.execute(select(d.c.status).where(d.c.id == device_id)).scalar()
    if was != DeviceStatus.ONLINE:
        values |= {"status_since": work.at, "offline_since": None}
        work.connection.execute(update(s).where(s.c.id == device_id).values(attempt=0, not_before=None))
        work.touch("devices")
    work.connection.execute(update(d).where(d.c.id == device_id).values(**values))


def note_silent(work: Work, device_id: int, error: str) -> None:
    """The device did not answer, or not as it should."""
    d = t.device_state
    row = work.connection.execute(select(d.c.status, d.c.last_error, d.c.last_seen_at).where(d.c.id == device_id)).one()
    status = DeviceStatus.OFFLINE if row.last_seen_at is not None else DeviceStatus.NEVER_SEEN
    if row.status == status and row.last_error == error:
        return
    values: dict[str, object] = {"status": status, "last_error": error}
    if row.status != status:
        values |= {"status_since": work.at, "offline_since": work.at}
    work.connection.execute(update(d).where(d.c.id == device_id).values(**values))
    work.touch("devices")


@dataclass(frozen=True, slots=True)
class Freed:
    """A credential that a device must be proved not to hold any more."""

    id: int
    credential_id: int
    kind: str
    value: str = field(repr=False)


def load_freed(connection: Connection, sealer: Sealer, device_id: int) -> tuple[Freed, ...]:
    """The credentials whose absence at this device is not proved yet."""
    r, c = t.read_back, t.credential
    rows = connection.execute(
        select(r.c.id, c.c.id.label("credential_id"), c.c.kind, c.c.uuid, c.c.value_sealed)
        .join(c, c.c.id == r.c.credential_id)
        .where(r.c.device_id == device_id, r.c.absent_at.is_(None))
    ).all()
    return tuple(
        Freed(row.id, row.credential_id, row.kind, sealer.open_text(value_place(row.uuid), row.value_sealed))
        for row in rows
    )


def note_absent(work: Work, device_id: int, freed_ids: Iterable[int]) -> None:
    """These credentials were not there when the device was read back."""
    ids = sorted(freed_ids)
    if ids:
        r = t.read_back
        work.connection.execute(
            update(r)
            .where(r.c.device_id == device_id, r.c.id.in_(ids), r.c.absent_at.is_(None))
            .values(absent_at=work.at)
        )
        work.touch("sync")


def count_red(work: Work, device_id: int) -> None:
    """Keep the number of unproved revocations of a device on its sync row."""
    r, s = t.read_back, t.device_sync
    unproved = select(func.count()).where(r.c.device_id == device_id, r.c.absent_at.is_(None)).scalar_subquery()
    work.connection.execute(update(s).where(s.c.id == device_id).values(red=unproved))


def cooled(connection: Connection, now: datetime) -> list[int]:
    """Cooling credentials that every door was read back without, and that have cooled for 24 hours."""
    c, r = t.credential, t.read_back
    waiting = select(r.c.credential_id).where(r.c.absent_at.is_(None))
    return list(
        connection.execute(
            select(c.c.id).where(
                c.c.status == CredentialStatus.COOLING, c.c.freed_at < now - COOLING, c.c.id.not_in(waiting)
            )
        ).scalars()
    )


def forget_read_backs(work: Work, credential_ids: Iterable[int]) -> None:
    """Drop the proofs of credentials that are gone for good."""
    ids = sorted(credential_ids)
    if ids:
        work.connection.execute(delete(t.read_back).where(t.read_back.c.credential_id.in_(ids)))
