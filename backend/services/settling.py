"""What doors have to prove after rules have changed for very many people: written beside the rules, not with them.

The rules change in one short transaction, which makes every door concerned dirty. What follows for each person is
written after it, some people at a time; where that breaks off, the agent writes it before it removes anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import Connection, and_, select

from backend.domain.enums import HolderStatus
from backend.services.holders import left_open, live_codes, places_by_holder, places_holding
from backend.services.proofs_due import Place, await_once, devices_of, drop_proof, lost
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work


def let_in_by(connection: Connection, holder_ids: Sequence[int], places: Set[Place]) -> dict[int, set[Place]]:
    """Holder -> those of these places that a group which opens them all lets them in at, and devices that hold them."""
    h, d, c = t.holder, t.device, t.community
    at = {device_id: {place for place in places if place[0] == device_id} for device_id in devices_of(places)}
    rows = connection.execute(
        select(h.c.id, d.c.id.label("device_id"))
        .join(c, c.c.id == h.c.community_id)
        .join(d, d.c.id.in_(sorted(at)))
        .where(
            h.c.id.in_(holder_ids),
            h.c.status == HolderStatus.ACTIVE.value,
            h.c.removed_at.is_(None),
            left_open(),
        )
    )
    holding = places_holding(connection, holder_ids)
    found = {one: {place for place in holding[one] if place[0] in at} for one in holder_ids}
    for row in rows:
        found[row.id] |= at[row.device_id]
    return found


def settle(work: Work, before: Mapping[int, set[Place]], since: datetime | None = None) -> bool:
    """Make the proofs of people agree with the rules as they stand; `before` are the places that each was let in at.

    What a device has to lose since then waits for its proof, once, and whether any does is the answer; what it is to
    have waits no more. Without `since` a device holds what was proved to be gone: when it was taken away stays.
    """
    ids = sorted(before)
    after, live = places_by_holder(work.connection, ids), live_codes(work.connection, ids)
    drop_proof(work, {code: after[one] for code, one in live.items()})
    return await_once(work, {code: lost(before[one], after[one]) for code, one in live.items()}, since) > 0


def waiting_at(connection: Connection, device_ids: Set[int], group_id: int | None = None) -> list[int]:
    """The people, all or those of a group, of whom one of the devices has something to prove or has proved it."""
    member, code, r = t.access_group_member, t.credential, t.read_back
    query = select(code.c.holder_id).join(r, r.c.credential_id == code.c.id)
    if group_id is not None:
        query = query.join(member, and_(member.c.holder_id == code.c.holder_id, member.c.group_id == group_id))
    parts = [query.where(r.c.device_id.in_(part)).distinct() for part in chunks(sorted(device_ids))]
    return sorted({holder_id for part in parts for holder_id in connection.execute(part).scalars()})
