"""What a door has to prove, noted before anything is taken from it: rules may have changed for more than were noted."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Set
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from backend.domain.context import Context
from backend.domain.doors import WHOLE
from backend.services.credentials import LIVE
from backend.services.held import open_body, relays_of_body
from backend.services.holders import live_codes, places_by_holder
from backend.services.settling import settle
from backend.services.slices import taken
from backend.store import tables as t
from backend.store.rows import IDS, ROW, among, chunks
from backend.store.seal import Sealer
from backend.store.store import Store
from backend.sync.difference import HeldUser

AT_ONCE = 25
"""People whom one step of a slice takes."""


def note_owed(store: Store, context: Context, device_id: int, going: Mapping[int, Set[int]]) -> bool:
    """Have a device prove what people lose whose records are about to go or to change; tells whether it has to.

    `going` are the relays that these records open, by holder (`relays_going`). An act on a group of very many writes
    this itself, after the rules (services: settling). Where that was broken off nothing may leave unproved, and
    whoever is let in again has nothing to prove. Hours that are merely over count as a right.
    """
    with store.read() as connection:
        people = sorted(_unnoted(connection, device_id, going))
    queue = deque(people[at : at + AT_ONCE] for at in range(0, len(people), AT_ONCE))
    while queue:
        with store.books(context) as work:
            for some in taken(queue):
                settle(work, {one: {(device_id, relay) for relay in (WHOLE, *going.get(one, ()))} for one in some})
            work.touch("sync")
    return bool(people)


def relays_going(connection: Connection, sealer: Sealer, users: Iterable[HeldUser]) -> dict[int, Set[int]]:
    """Holder -> the relays that these records of theirs open, as far as their content is known; raises Unreachable."""
    by_mac: dict[bytes, list[int]] = defaultdict(list)
    for user in users:
        if user.holder_id is not None:
            by_mac[user.mac].append(user.holder_id)
    found: dict[int, set[int]] = {holder_id: set() for owners in by_mac.values() for holder_id in owners}
    for part in chunks(sorted(by_mac)):
        for mac, sealed in connection.execute(_bodies(), {IDS: part}):
            for holder_id in by_mac[bytes(mac)]:
                found[holder_id] |= relays_of_body(open_body(sealer, mac, sealed))
    return dict(found)


@cache
def _bodies() -> Select[Any]:
    return select(t.body.c.mac, t.body.c.sealed).where(among(t.body.c.mac))


def _unnoted(connection: Connection, device_id: int, going: Mapping[int, Set[int]]) -> set[int]:
    """Those who lose a right without a proof that waits for it, and those whose proof waits though they have it."""
    waiting: dict[int, set[int]] = defaultdict(set)
    for holder_id, relay in connection.execute(_waiting(), {ROW: device_id}):
        waiting[holder_id].add(relay)
    if not (going or waiting):
        return set()
    right: dict[int, set[int]] = defaultdict(set)
    for holder_id, places in places_by_holder(connection, going.keys() | waiting.keys()).items():
        right[holder_id] = {relay for one, relay in places if one == device_id}
    have = {one for one, relays in waiting.items() if right[one] and relays & (right[one] | {WHOLE})}
    lose = {
        one
        for one, relays in going.items()
        if WHOLE not in waiting[one] and (relays - right[one] - waiting[one] if right[one] else True)
    }
    return have | set(live_codes(connection, sorted(lose)).values())


@cache
def _waiting() -> Select[Any]:
    """The people of whom a device has something to prove, and about which relay."""
    r, code = t.read_back, t.credential
    return (
        select(code.c.holder_id, r.c.relay)
        .join(r, r.c.credential_id == code.c.id)
        .where(r.c.device_id == bindparam(ROW), r.c.absent_at.is_(None), code.c.status.in_(LIVE))
        .distinct()
    )
