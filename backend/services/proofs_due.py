"""What doors have to prove of credentials that were taken away: waited for, asked for once more, waited for no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Row, Select, bindparam, delete, insert, select, true, update

from backend.domain.doors import WHOLE
from backend.services.held import relays_held
from backend.store import tables as t
from backend.store.rows import IDS, among, chunks, insert_row
from backend.store.work import Work

Place = tuple[int, int]
"""A device and the number of one of its relays, or WHOLE for the device as a whole."""

Owed = Mapping[int, Set[Place]]
"""Credential -> places."""

_MANY = 20
"""Pairs of the same places from which on the database makes the rows by itself."""


def lost(before: Set[Place], after: Set[Place]) -> set[Place]:
    """What is lost on the way from one to the other: relays of devices that still let in, others as a whole."""
    still = devices_of(after)
    gone = {(device_id, number if device_id in still else WHOLE) for device_id, number in before - after}
    return {(device_id, number) for device_id, number in gone if device_id not in still or number != WHOLE}


def devices_of(places: Iterable[Place]) -> set[int]:
    """The devices of these places."""
    return {device_id for device_id, _ in places}


def await_proof(work: Work, owed: Owed) -> None:
    """Wait for the proof that these places open to these credentials no more, from now on."""
    again = _waiting(work, owed)
    _change(work, again.values(), freed_at=work.at, absent_at=None)
    _insert(work, owed, again, work.at)


def await_once(work: Work, owed: Owed, since: datetime | None) -> int:
    """Wait for these proofs and count them; one that waits already keeps its age, one given since stays."""
    known = _waiting(work, owed)
    given = [row for row in known.values() if row.absent_at is not None]
    if since is None:
        _change(work, given, absent_at=None)
    else:
        given = [row for row in given if row.freed_at < since]
        _change(work, given, absent_at=None, freed_at=since)
    return len(given) + _insert(work, owed, known, since or work.at)


def drop_proof(work: Work, wanted: Owed) -> None:
    """A door that is to open to a credential again has nothing to prove about it.

    Where a device that was to lose it as a whole gets only some of its relays back, the others go on waiting.
    """
    void, partly = [], []
    for row in _known(work, wanted):
        if row.relay == WHOLE or (row.device_id, row.relay) in wanted[row.credential_id]:
            void.append(row)
        if row.relay == WHOLE and row.absent_at is None:
            partly.append(row)
    _delete(work, void)
    if partly:
        _keep_the_rest(work, wanted, partly)


def _keep_the_rest(work: Work, wanted: Owed, rows: Sequence[Row[Any]]) -> None:
    """What the devices hold for relays that are not wanted waits as long as the rows that were about all of it."""
    held = relays_held(work.connection, work.sealer, {(row.credential_id, row.device_id) for row in rows})
    rest = [
        {"device_id": row.device_id, "credential_id": row.credential_id, "relay": number, "freed_at": row.freed_at}
        for row in rows
        for number in sorted(held.get((row.credential_id, row.device_id), frozenset()))
        if (row.device_id, number) not in wanted[row.credential_id]
    ]
    if rest:
        work.connection.execute(insert_row(t.read_back), rest)


def _waiting(work: Work, owed: Owed) -> dict[tuple[Place, int], Row[Any]]:
    """(place, credential) -> the row of each of these that there is; of what is owed as a whole the parts go."""
    known = _known(work, owed)
    _delete(work, [row for row in known if row.relay != WHOLE and (row.device_id, WHOLE) in owed[row.credential_id]])
    return {
        ((row.device_id, row.relay), row.credential_id): row
        for row in known
        if (row.device_id, row.relay) in owed[row.credential_id]
    }


def _known(work: Work, owed: Owed) -> list[Row[Any]]:
    """Every row about these credentials at the devices of these places."""
    at = {code: devices_of(places) for code, places in owed.items() if places}
    devices = sorted(set().union(*at.values()))
    return [
        row
        for part in chunks(sorted(at))
        for some in chunks(devices)
        for row in work.connection.execute(_rows(), {IDS: part, "devices_": some})
        if row.device_id in at[row.credential_id]
    ]


@cache
def _rows() -> Select[Any]:
    r = t.read_back
    return select(r).where(among(r.c.credential_id), r.c.device_id.in_(bindparam("devices_", expanding=True)))


def _change(work: Work, rows: Iterable[Row[Any]], **values: datetime | None) -> None:
    r = t.read_back
    for part in chunks([row.id for row in rows]):
        work.connection.execute(update(r).where(r.c.id.in_(part)).values(values))


def _delete(work: Work, rows: Iterable[Row[Any]]) -> None:
    r = t.read_back
    for part in chunks([row.id for row in rows]):
        work.connection.execute(delete(r).where(r.c.id.in_(part)))


def _insert(work: Work, owed: Owed, known: Container[tuple[Place, int]], since: datetime) -> int:
    """Insert what is owed and not known, and count it: where many owe the same, some thousand rows take a moment."""
    alike: dict[frozenset[Place], list[int]] = defaultdict(list)
    for code, places in owed.items():
        alike[frozenset(one for one in places if (one, code) not in known)].append(code)
    few: list[dict[str, Any]] = []
    for places, codes in alike.items():
        if len(places) * len(codes) < _MANY:
            few += [
                {"device_id": device_id, "credential_id": code, "relay": number, "freed_at": since}
                for code in codes
                for device_id, number in places
            ]
        else:
            _insert_many(work, places, sorted(codes), since)
    if few:
        work.connection.execute(insert_row(t.read_back), few)
    return sum(len(places) * len(codes) for places, codes in alike.items())


def _insert_many(work: Work, places: Iterable[Place], codes: Sequence[int], since: datetime) -> None:
    """A statement for the devices as a whole, and one for all their relays of a number."""
    by_number: dict[int, list[int]] = defaultdict(list)
    for device_id, number in sorted(places):
        by_number[number].append(device_id)
    for number, devices in by_number.items():
        for part in chunks(codes):
            for some in chunks(devices):
                given = {IDS: part, "devices_": some, "relay_": number, "since_": since}
                work.connection.execute(_insert_all(), given)


@cache
def _insert_all() -> Insert:
    """INSERT of every pair of the devices and credentials that are given."""
    r, d, c = t.read_back, t.device, t.credential
    since, relay = bindparam("since_", type_=r.c.freed_at.type), bindparam("relay_", type_=r.c.relay.type)
    these = (d.c.id.in_(bindparam("devices_", expanding=True)), among(c.c.id))
    pairs = select(d.c.id, c.c.id, relay, since).select_from(d.join(c, true())).where(*these)
    return insert(r).from_select(["device_id", "credential_id", "relay", "freed_at"], pairs)
