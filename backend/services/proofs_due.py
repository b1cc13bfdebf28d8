"""What doors have to prove of credentials that were taken away: waited for, asked for once more, waited for no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Row, Select, bindparam, delete, insert, select, true, update

from backend.store import tables as t
from backend.store.rows import IDS, among, chunks, insert_row
from backend.store.work import Work

Owed = Mapping[int, Set[int]]
"""Credential -> devices."""

_MANY = 20
"""Pairs of the same devices from which on the database makes the rows by itself."""


def await_proof(work: Work, owed: Owed) -> None:
    """Wait for the proof that these devices hold these credentials no more, from now on."""
    again = _known(work.connection, owed)
    _change(work, again.values(), freed_at=work.at, absent_at=None)
    _insert(work, owed, again, work.at)


def await_once(work: Work, owed: Owed, since: datetime | None) -> int:
    """Wait for these proofs and count them; one that waits already keeps its age, one given since stays."""
    known = _known(work.connection, owed)
    given = [row for row in known.values() if row.absent_at is not None]
    if since is None:
        _change(work, given, absent_at=None)
    else:
        given = [row for row in given if row.freed_at < since]
        _change(work, given, absent_at=None, freed_at=since)
    return len(given) + _insert(work, owed, known, since or work.at)


def drop_proof(work: Work, wanted: Owed) -> None:
    """A door that is to hold a credential has nothing to prove about it."""
    r = t.read_back
    void = [row.id for row in _known(work.connection, wanted).values()]
    for part in chunks(void):
        work.connection.execute(delete(r).where(r.c.id.in_(part)))


def _known(connection: Connection, pairs: Owed) -> dict[tuple[int, int], Row[Any]]:
    """(device, credential) -> the row of each of these pairs that there is."""
    devices, codes = sorted(set().union(*pairs.values())), sorted(code for code, some in pairs.items() if some)
    found: dict[tuple[int, int], Row[Any]] = {}
    for part in chunks(codes):
        for some in chunks(devices):
            for row in connection.execute(_rows(), {IDS: part, "devices_": some}):
                if row.device_id in pairs[row.credential_id]:
                    found[row.device_id, row.credential_id] = row
    return found


@cache
def _rows() -> Select[Any]:
    r = t.read_back
    return select(r).where(among(r.c.credential_id), r.c.device_id.in_(bindparam("devices_", expanding=True)))


def _change(work: Work, rows: Iterable[Row[Any]], **values: datetime | None) -> None:
    r = t.read_back
    for part in chunks([row.id for row in rows]):
        work.connection.execute(update(r).where(r.c.id.in_(part)).values(values))


def _insert(work: Work, owed: Owed, known: Mapping[tuple[int, int], Row[Any]], since: datetime) -> int:
    """Insert what is owed and not known, and count it: where many owe the same, some thousand rows take a moment."""
    alike: dict[frozenset[int], list[int]] = defaultdict(list)
    for code, devices in owed.items():
        alike[frozenset(one for one in devices if (one, code) not in known)].append(code)
    few: list[dict[str, Any]] = []
    for devices, codes in alike.items():
        if len(devices) * len(codes) < _MANY:
            few += [{"device_id": one, "credential_id": code, "freed_at": since} for code in codes for one in devices]
            continue
        for part in chunks(sorted(codes)):
            for some in chunks(sorted(devices)):
                work.connection.execute(_insert_all(), {IDS: part, "devices_": some, "since_": since})
    if few:
        work.connection.execute(insert_row(t.read_back), few)
    return sum(len(devices) * len(codes) for devices, codes in alike.items())


@cache
def _insert_all() -> Insert:
    """INSERT of every pair of the devices and credentials that are given."""
    r, d, c = t.read_back, t.device, t.credential
    since = bindparam("since_", type_=r.c.freed_at.type)
    these = (d.c.id.in_(bindparam("devices_", expanding=True)), among(c.c.id))
    pairs = select(d.c.id, c.c.id, since).select_from(d.join(c, true())).where(*these)
    return insert(r).from_select(["device_id", "credential_id", "freed_at"], pairs)
