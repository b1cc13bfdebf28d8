"""People and the doors they reach: what a change of rights makes dirty, and what each door has to prove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from backend.domain.enums import HeldKind, HolderKind, HolderStatus
from backend.services.credentials import LIVE
from backend.store import tables as t
from backend.store.work import Work

_Item = TypeVar("_Item")

_AT_ONCE = 500
"""Ids in one query: every database takes so many."""


def devices_by_holder(connection: Connection, holder_ids: Iterable[int]) -> dict[int, set[int]]:
    """Holder -> the devices that a group or an own right of theirs opens, as the rows stand; suspended people: none."""
    member, opens, own, ids = t.access_group_member, t.access_group_relay, t.own_relay, sorted(set(holder_ids))
    by_group = select(member.c.holder_id, t.relay.c.device_id).join(opens, opens.c.group_id == member.c.group_id)
    found = _sets(connection, _at_doors(by_group, opens.c.relay_id, member.c.holder_id), member.c.holder_id, ids)
    by_right = _at_doors(select(own.c.holder_id, t.relay.c.device_id).select_from(own), own.c.relay_id, own.c.holder_id)
    at_home = or_(t.holder.c.kind != HolderKind.RESIDENT.value, t.device.c.apartment_id == t.holder.c.apartment_id)
    for holder_id, devices in _sets(connection, by_right.where(at_home), own.c.holder_id, ids).items():
        found[holder_id] |= devices
    return found


def _at_doors(query: Select[Any], relay_id: Column[int], holder_id: Column[int]) -> Select[Any]:
    """A query for holders and devices, joined to its doors, of people who may enter at all."""
    relay, holder, device, community = t.relay, t.holder, t.device, t.community
    return (
        query.join(relay, relay.c.id == relay_id)
        .join(holder, holder.c.id == holder_id)
        .join(device, device.c.id == relay.c.device_id)
        .join(community, community.c.id == holder.c.community_id)
        .where(holder.c.status == HolderStatus.ACTIVE.value, holder.c.removed_at.is_(None), left_open())
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
    held = t.held
    query = select(held.c.holder_id, held.c.device_id).where(held.c.kind == HeldKind.USER.value, held.c.to_at.is_(None))
    return _sets(connection, query, held.c.holder_id, holder_ids)


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

    For each live credential that a door has to lose a row of `read_back` waits for its proof; one that a door is to
    have again waits no more. `only` are the devices that the change can be about at all, where that is known.
    """
    ids = sorted(set(holder_ids))
    before = _devices_before(work.connection, ids, only)
    owned = live_codes(work.connection, ids)
    yield
    after, kept = devices_by_holder(work.connection, ids), live_codes(work.connection, ids)
    concerned = set().union(*before.values(), *after.values())
    work.dirty(concerned if only is None else concerned & only, reason)
    lost = [
        (device_id, credential_id)
        for credential_id, holder_id in owned.items()
        for device_id in before[holder_id] - (after[holder_id] if credential_id in kept else set())
    ]
    _await_proof(work, lost)
    drop_proof(work, {credential_id: after[holder_id] for credential_id, holder_id in kept.items()})


def _devices_before(connection: Connection, ids: Sequence[int], only: set[int] | None = None) -> dict[int, set[int]]:
    """Holder -> the devices that let them in or hold them, as the rows and our books stand; all or `only` some."""
    rights, holding = devices_by_holder(connection, ids), devices_holding(connection, ids)
    found = {holder_id: rights[holder_id] | holding[holder_id] for holder_id in ids}
    return found if only is None else {holder_id: devices & only for holder_id, devices in found.items()}


def live_codes(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Credential -> holder of everything that may be on a door."""
    c = t.credential
    query = select(c.c.id, c.c.holder_id).where(c.c.status.in_(LIVE))
    rows = (row for part in chunks(ids) for row in connection.execute(query.where(c.c.holder_id.in_(part))))
    return {row.id: row.holder_id for row in rows}


def _await_proof(work: Work, pairs: Sequence[tuple[int, int]]) -> None:
    r = t.read_back
    for part in chunks(pairs):
        there = work.connection.execute(
            select(r.c.device_id, r.c.credential_id).where(tuple_(r.c.device_id, r.c.credential_id).in_(part))
        )
        known = {(row.device_id, row.credential_id) for row in there}
        if known:
            again = update(r).where(tuple_(r.c.device_id, r.c.credential_id).in_(sorted(known)))
            work.connection.execute(again.values(freed_at=work.at, absent_at=None))
        rows = [{"device_id": d, "credential_id": c, "freed_at": work.at} for d, c in part if (d, c) not in known]
        if rows:
            work.connection.execute(insert(r), rows)


def drop_proof(work: Work, wanted: Mapping[int, set[int]]) -> None:
    """A door that is to hold a credential has nothing to prove about it."""
    r = t.read_back
    for part in chunks(sorted(wanted)):
        rows = work.connection.execute(
            select(r.c.id, r.c.device_id, r.c.credential_id).where(r.c.credential_id.in_(part))
        )
        void = [row.id for row in rows if row.device_id in wanted[row.credential_id]]
        if void:
            work.connection.execute(delete(r).where(r.c.id.in_(void)))


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


def chunks(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """The items in slices that one query takes."""
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def _sets(connection: Connection, query: Select[Any], column: Column[Any], ids: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for part in chunks(sorted(set(ids))):
        for key, value in connection.execute(query.where(column.in_(part))):
            found[key].add(value)
    return found
