"""People and the doors they reach: what a change of rights makes dirty, and what each door has to prove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
)

from backend.domain.doors import WHOLE
from backend.domain.enums import HeldKind, HolderKind, HolderStatus
from backend.services.credentials import LIVE
from backend.services.proofs_due import Place, await_proof, devices_of, drop_proof, lost
from backend.store import tables as t
from backend.store.rows import IDS, among, chunks
from backend.store.work import Work


def devices_by_holder(connection: Connection, holder_ids: Iterable[int]) -> dict[int, set[int]]:
    """Holder -> the devices that a group or an own right of theirs opens, as the rows stand; suspended people: none."""
    return _devices(places_by_holder(connection, holder_ids))


def places_by_holder(connection: Connection, holder_ids: Iterable[int]) -> dict[int, set[Place]]:
    """Holder -> the relays that a group or an own right of theirs opens, as `devices_by_holder`."""
    return _rights(connection, holder_ids, barred=False)


def barred_places(connection: Connection, holder_ids: Iterable[int]) -> dict[int, set[Place]]:
    """Holder -> the relays that only Only Public Area keeps from them."""
    return _rights(connection, holder_ids, barred=True)


def _rights(connection: Connection, holder_ids: Iterable[int], *, barred: bool) -> dict[int, set[Place]]:
    ids = sorted(set(holder_ids))
    found = _places(connection, _by_group(barred), ids)
    for holder_id, places in _places(connection, _by_own_right(barred), ids).items():
        found[holder_id] |= places
    return found


@cache
def _by_group(barred: bool) -> Select[Any]:
    member, opens = t.access_group_member, t.access_group_relay
    query = select(member.c.holder_id, t.relay.c.device_id, t.relay.c.number).join(
        opens, opens.c.group_id == member.c.group_id
    )
    return _at_doors(query, opens.c.relay_id, member.c.holder_id, barred).where(among(member.c.holder_id))


@cache
def _by_own_right(barred: bool) -> Select[Any]:
    own = t.own_relay
    at_home = or_(t.holder.c.kind != HolderKind.RESIDENT.value, t.device.c.apartment_id == t.holder.c.apartment_id)
    query = select(own.c.holder_id, t.relay.c.device_id, t.relay.c.number).select_from(own)
    return _at_doors(query, own.c.relay_id, own.c.holder_id, barred).where(at_home, among(own.c.holder_id))


def _at_doors(query: Select[Any], relay_id: Column[int], holder_id: Column[int], barred: bool) -> Select[Any]:
    """A query for holders and relays, joined to its doors, of people who may enter at all."""
    relay, holder, device, community = t.relay, t.holder, t.device, t.community
    return (
        query.join(relay, relay.c.id == relay_id)
        .join(holder, holder.c.id == holder_id)
        .join(device, device.c.id == relay.c.device_id)
        .join(community, community.c.id == holder.c.community_id)
        .where(holder.c.status == HolderStatus.ACTIVE.value, holder.c.removed_at.is_(None))
        .where(not_(left_open()) if barred else left_open())
        .distinct()
    )


def left_open() -> ColumnElement[bool]:
    """The condition that Only Public Area leaves a device to a holder: of joined `holder`, `device`, `community`."""
    device = t.device
    return or_(
        t.community.c.only_public_area.is_(False),
        t.holder.c.kind != HolderKind.RESIDENT.value,
        and_(device.c.public.is_(True), device.c.apartment_id.is_(None)),
    )


def devices_holding(connection: Connection, holder_ids: Iterable[int]) -> dict[int, set[int]]:
    """Holder -> the devices that hold a record of theirs now, as far as our books know."""
    return _devices(places_holding(connection, holder_ids))


def places_holding(connection: Connection, holder_ids: Iterable[int]) -> dict[int, set[Place]]:
    """Holder -> as a whole, the devices that hold a record of theirs now: for which relays is not looked at."""
    return _places(connection, _holding(), holder_ids)


@cache
def _holding() -> Select[Any]:
    held = t.held
    query = select(held.c.holder_id, held.c.device_id, literal(WHOLE))
    return query.where(held.c.kind == HeldKind.USER.value, held.c.to_at.is_(None), among(held.c.holder_id))


def people_at(connection: Connection, device_ids: Iterable[int]) -> set[int]:
    """Everybody with a group or a right of their own that opens one of these devices, or who is held there now."""
    member, opens, relay, held, own = t.access_group_member, t.access_group_relay, t.relay, t.held, t.own_relay
    found: set[int] = set()
    for part in chunks(sorted(set(device_ids))):
        by_group = (
            select(member.c.holder_id)
            .join(opens, opens.c.group_id == member.c.group_id)
            .join(relay, relay.c.id == opens.c.relay_id)
            .where(relay.c.device_id.in_(part))
        )
        by_right = select(own.c.holder_id).join(relay, relay.c.id == own.c.relay_id).where(relay.c.device_id.in_(part))
        holding = select(held.c.holder_id).where(
            held.c.device_id.in_(part), held.c.to_at.is_(None), held.c.holder_id.is_not(None)
        )
        found |= set(connection.execute(by_group.union(by_right, holding)).scalars())
    return found


def private_devices(connection: Connection, community_id: int) -> set[int]:
    """The devices of the community that stand in no public area."""
    d = t.device
    private = or_(d.c.public.is_(False), d.c.apartment_id.is_not(None))
    return set(connection.execute(select(d.c.id).where(d.c.community_id == community_id, private)).scalars())


@contextmanager
def reaching(work: Work, holder_ids: Iterable[int], reason: str, *, only: set[int] | None = None) -> Iterator[None]:
    """Around a change of what these people may open: every door concerned before or after becomes dirty.

    For each live credential that a door has to lose, as a whole or for one of its relays, a row of `read_back` waits
    for its proof; one that a door is to have again waits no more. `only` are the devices that the change can be about
    at all, where that is known.
    """
    ids = sorted(set(holder_ids))
    before = _places_before(work.connection, ids, only)
    owned = live_codes(work.connection, ids)
    yield
    after, kept = places_by_holder(work.connection, ids), live_codes(work.connection, ids)
    concerned = devices_of(chain(*before.values(), *after.values()))
    work.dirty(concerned if only is None else concerned & only, reason)
    owed = {code: lost(before[one], after[one] if code in kept else frozenset()) for code, one in owned.items()}
    drop_proof(work, {code: after[one] for code, one in kept.items()})
    await_proof(work, owed)


def _places_before(connection: Connection, ids: Sequence[int], only: set[int] | None = None) -> dict[int, set[Place]]:
    """Holder -> what lets them in or holds them, as the rows and our books stand; at all devices or `only` some."""
    rights, holding = places_by_holder(connection, ids), places_holding(connection, ids)
    found = {holder_id: rights[holder_id] | holding[holder_id] for holder_id in ids}
    if only is None:
        return found
    return {holder_id: {place for place in places if place[0] in only} for holder_id, places in found.items()}


def live_codes(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Credential -> holder of everything that may be on a door."""
    rows = (row for part in chunks(ids) for row in connection.execute(_live_codes(), {IDS: part}))
    return {row.id: row.holder_id for row in rows}


@cache
def _live_codes() -> Select[Any]:
    c = t.credential
    return select(c.c.id, c.c.holder_id).where(c.c.status.in_(LIVE), among(c.c.holder_id))


def groups_of(connection: Connection, holder_id: int) -> tuple[tuple[int, str], ...]:
    """The groups of a holder, (id, name) in the order of their numbers."""
    member, group = t.access_group_member, t.access_group
    rows = connection.execute(
        select(group.c.id, group.c.name)
        .join(member, member.c.group_id == group.c.id)
        .where(member.c.holder_id == holder_id)
        .order_by(group.c.number, group.c.id)
    )
    return tuple((row.id, row.name) for row in rows)


def set_groups(work: Work, holder_id: int, group_ids: Iterable[int]) -> bool:
    """Make these the groups of a holder; answers whether anything differed. Call it within `reaching`."""
    member = t.access_group_member
    rows = work.connection.execute(select(member.c.id, member.c.group_id).where(member.c.holder_id == holder_id)).all()
    wanted, present = set(group_ids), {row.group_id for row in rows}
    for row in rows:
        if row.group_id not in wanted:
            work.delete(member, row.id)
    for group_id in sorted(wanted - present):
        work.insert(member, group_id=group_id, holder_id=holder_id)
    return wanted != present


def known_groups(connection: Connection, community_id: int, group_ids: Iterable[int]) -> bool:
    """Whether all of these are groups of the community."""
    wanted, group = set(group_ids), t.access_group
    found = connection.execute(
        select(func.count()).where(group.c.community_id == community_id, group.c.id.in_(sorted(wanted)))
    ).scalar_one()
    return bool(found == len(wanted))


def _places(connection: Connection, query: Select[Any], ids: Iterable[int]) -> dict[int, set[Place]]:
    """What a query for holders and places answers for the ids that it takes, by holder."""
    found: dict[int, set[Place]] = defaultdict(set)
    for part in chunks(sorted(set(ids))):
        for holder_id, device_id, number in connection.execute(query, {IDS: part}):
            found[holder_id].add((device_id, number))
    return found


def _devices(found: Mapping[int, set[Place]]) -> dict[int, set[int]]:
    return defaultdict(set, {holder_id: devices_of(places) for holder_id, places in found.items()})
