"""What a door has to prove, noted before anything is taken from it: rules may have changed for more than were noted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from backend.domain.context import Context
from backend.services.credentials import LIVE
from backend.services.holders import devices_by_holder, live_codes
from backend.services.settling import settle
from backend.services.slices import taken
from backend.store import tables as t
from backend.store.rows import ROW
from backend.store.store import Store

AT_ONCE = 25
"""People whom one step of a slice takes."""


def note_owed(store: Store, context: Context, device_id: int, removed: Iterable[int]) -> bool:
    """Have a device prove what the people about to be `removed` from it lose; tells whether anything was noted.

    An act on a group of very many writes this itself, after the rules (services: settling). Where that was broken off
    nothing may leave unproved, and whoever is let in again has nothing to prove. Hours that are merely over count as
    a right.
    """
    with store.read() as connection:
        people = sorted(_unnoted(connection, device_id, set(removed)))
    queue = deque(people[at : at + AT_ONCE] for at in range(0, len(people), AT_ONCE))
    while queue:
        with store.books(context) as work:
            for some in taken(queue):
                settle(work, {holder_id: {device_id} for holder_id in some})
            work.touch("sync")
    return bool(people)


def _unnoted(connection: Connection, device_id: int, removed: set[int]) -> set[int]:
    """Those who lose their right without a proof that waits for it, and those whose proof waits though they have it."""
    waiting = set(connection.execute(_waiting(), {ROW: device_id}).scalars())
    if not (removed or waiting):
        return set()
    rights = devices_by_holder(connection, removed | waiting)
    let_in = {holder_id for holder_id, devices in rights.items() if device_id in devices}
    lose = removed - waiting - let_in
    return (waiting & let_in) | set(live_codes(connection, sorted(lose)).values())


@cache
def _waiting() -> Select[Any]:
    """The people of whom a device has something to prove."""
    r, code = t.read_back, t.credential
    return (
        select(code.c.holder_id)
        .join(r, r.c.credential_id == code.c.id)
        .where(r.c.device_id == bindparam(ROW), r.c.absent_at.is_(None), code.c.status.in_(LIVE))
        .distinct()
    )
