"""Proofs of revocation: what was taken from people and must be seen to be gone from a device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, delete, func, select, update

from backend.domain.doors import WHOLE
from backend.domain.enums import CredentialStatus
from backend.services.credentials import value_place
from backend.services.revocation_books import keep_of_credentials
from backend.store import tables as t
from backend.store.rows import ROW
from backend.store.seal import Sealer
from backend.store.work import Work

COOLING = timedelta(hours=24)
"""How long a freed value is given to nobody, at least."""


@dataclass(frozen=True, slots=True)
class Freed:
    """A credential that a device must be proved not to hold any more, or not for the relay of this number."""

    id: int
    holder_id: int
    kind: str
    value: str = field(repr=False)
    relay: int = WHOLE


def load_freed(connection: Connection, sealer: Sealer, device_id: int, *, proved: bool = False) -> tuple[Freed, ...]:
    """The credentials whose absence at this device is not proved yet, or those of which it is."""
    return tuple(
        Freed(row.id, row.holder_id, row.kind, sealer.open_text(value_place(row.uuid), row.value_sealed), row.relay)
        for row in connection.execute(_freed(proved), {ROW: device_id})
    )


@cache
def _freed(proved: bool) -> Select[Any]:
    r, c = t.read_back, t.credential
    return (
        select(r.c.id, r.c.relay, c.c.holder_id, c.c.kind, c.c.uuid, c.c.value_sealed)
        .join(c, c.c.id == r.c.credential_id)
        .where(r.c.device_id == bindparam(ROW), r.c.absent_at.is_not(None) if proved else r.c.absent_at.is_(None))
    )


def note_absent(work: Work, device_id: int, freed_ids: Iterable[int]) -> None:
    """These credentials were not there, or opened nothing that was taken, when the device was read back."""
    ids = sorted(freed_ids)
    if ids:
        r = t.read_back
        work.connection.execute(
            update(r)
            .where(r.c.device_id == device_id, r.c.id.in_(ids), r.c.absent_at.is_(None))
            .values(absent_at=work.at)
        )
        work.touch("sync")


def note_back(work: Work, device_id: int, freed_ids: Iterable[int]) -> None:
    """These credentials were proved gone, and are there again: the proof holds no more."""
    ids = sorted(freed_ids)
    if ids:
        r = t.read_back
        work.connection.execute(update(r).where(r.c.device_id == device_id, r.c.id.in_(ids)).values(absent_at=None))
        work.touch("sync")


def count_red(work: Work, device_id: int) -> None:
    """Keep the number of unproved revocations of a device on its sync row."""
    work.connection.execute(_count_red(), {ROW: device_id})


@cache
def _count_red() -> Update:
    r, s = t.read_back, t.device_sync
    unproved = select(func.count()).where(r.c.device_id == bindparam(ROW), r.c.absent_at.is_(None)).scalar_subquery()
    return update(s).where(s.c.id == bindparam(ROW)).values(red=unproved)


def cooled(connection: Connection, community_id: int, now: datetime) -> list[int]:
    """Cooling credentials of a community that every door was read back without, and that have cooled for 24 hours."""
    c, r = t.credential, t.read_back
    waiting = select(r.c.credential_id).where(r.c.absent_at.is_(None))
    return list(
        connection.execute(
            select(c.c.id).where(
                c.c.community_id == community_id,
                c.c.status == CredentialStatus.COOLING,
                c.c.freed_at < now - COOLING,
                c.c.id.not_in(waiting),
            )
        ).scalars()
    )


def forget_read_backs(work: Work, credential_ids: Iterable[int]) -> None:
    """Drop the proofs of credentials that are gone for good; what receipts say of them is kept."""
    ids = sorted(credential_ids)
    if ids:
        keep_of_credentials(work, ids)
        work.connection.execute(delete(t.read_back).where(t.read_back.c.credential_id.in_(ids)))
