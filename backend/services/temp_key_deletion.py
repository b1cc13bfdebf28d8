"""Deleting temporary keys (rules 7.1; feature VIS-03).

The holder stays as a tombstone with what belongs to it, so that logs, uses and proofs keep their owner and an undo
finds everything; the codes cool.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import HolderStatus
from backend.domain.errors import NotFound
from backend.domain.temp_keys import KeyDeletion
from backend.services.credentials import credentials_of, free
from backend.services.holders import devices_by_holder, devices_holding, reaching
from backend.services.temp_key_mail import recall_mail
from backend.services.temp_key_rows import key_rows, over, with_time
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work

AT_ONCE = 8
"""Keys that one slice deletes at least."""


def present(connection: Connection, community_id: int, ids: Iterable[int], *, whole: bool = False) -> list[Row[Any]]:
    """The rows of those keys that are there, by name; with `whole` raises NotFound where one is not."""
    wanted, query = sorted(set(ids)), key_rows(community_id)
    rows = [row for part in chunks(wanted) for row in connection.execute(query.where(t.temp_key.c.id.in_(part)))]
    if whole and len(rows) < len(wanted):
        raise NotFound("There is no such temporary key." if len(wanted) == 1 else "Some of these keys are gone.")
    return sorted(rows, key=lambda row: (row.name.casefold(), row.id))


def deletion_of(connection: Connection, community_id: int, ids: Iterable[int], now: datetime) -> KeyDeletion:
    """What deleting these keys takes away; raises NotFound."""
    rows = present(connection, community_id, ids, whole=True)
    wanted = [row.id for row in rows]
    reach = [devices_by_holder(connection, wanted), devices_holding(connection, wanted)]
    devices = set().union(*(found for one in reach for found in one.values()))
    names = [
        name
        for part in chunks(sorted(devices))
        for name in connection.execute(select(t.device.c.name).where(t.device.c.id.in_(part))).scalars()
    ]
    return KeyDeletion(
        ids=tuple(wanted),
        names=tuple(row.name for row in rows),
        living=len(rows) - _count_over(connection, community_id, wanted, now),
        doors=tuple(sorted(names, key=str.casefold)),
    )


def _count_over(connection: Connection, community_id: int, ids: list[int], now: datetime) -> int:
    query = with_time(key_rows(community_id)).where(over(now))
    return sum(len(connection.execute(query.where(t.temp_key.c.id.in_(part))).all()) for part in chunks(ids))


def portions(rows: list[Row[Any]]) -> deque[list[Row[Any]]]:
    """The keys a few at a time: what the doors lose is looked up once for all of them."""
    return deque(rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))


def delete_keys(work: Work, rows: list[Row[Any]]) -> None:
    """Delete keys; those that are gone meanwhile are left out."""
    ids = [row.id for row in present(work.connection, work.context.community_id, [row.id for row in rows])]
    with reaching(work, ids, "temporary key deleted"):
        for credential in credentials_of(work.connection, ids):
            free(work, credential.id)
        for key_id in ids:
            recall_mail(work, key_id, "The key was deleted.")
            work.update(
                t.holder,
                key_id,
                status=HolderStatus.SUSPENDED.value,
                removed_at=work.at,
                apartment_id=None,  # else nobody could delete the apartment any more
            )
    work.touch("temp_keys")
