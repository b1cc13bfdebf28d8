"""What doors have to prove after rules have changed for very many people: written beside the rules, not with them.

The rules change in one short transaction, which makes every door concerned dirty. What follows for each person is
written after it, some people at a time; where that breaks off, the agent writes it before it removes anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime

from sqlalchemy import Connection, and_, select

from backend.domain.enums import HolderStatus
from backend.services.holders import (
    devices_by_holder,
    devices_holding,
    left_open,
    live_codes,
)
from backend.services.proofs_due import await_once, drop_proof
from backend.store import tables as t
from backend.store.work import Work


def let_in_by(connection: Connection, holder_ids: Sequence[int], device_ids: Set[int]) -> dict[int, set[int]]:
    """Holder -> those of these devices that a group which opens them all lets them in at, or that hold them."""
    h, d, c = t.holder, t.device, t.community
    rows = connection.execute(
        select(h.c.id, d.c.id.label("device_id"))
        .join(c, c.c.id == h.c.community_id)
        .join(d, d.c.id.in_(sorted(device_ids)))
        .where(
            h.c.id.in_(holder_ids),
            h.c.status == HolderStatus.ACTIVE.value,
            h.c.removed_at.is_(None),
            left_open(),
        )
    )
    holding = devices_holding(connection, holder_ids)
    found = {one: holding[one] & device_ids for one in holder_ids}
    for row in rows:
        found[row.id].add(row.device_id)
    return found


def settle(work: Work, before: Mapping[int, set[int]], since: datetime | None = None) -> bool:
    """Make the proofs of people agree with the rules as they stand; `before` are the devices that each was let in at.

    What a device has to lose since then waits for its proof, once, and whether any does is the answer; what it is to
    have waits no more. Without `since` a device holds what was proved to be gone: when it was taken away stays.
    """
    ids = sorted(before)
    after, live = devices_by_holder(work.connection, ids), live_codes(work.connection, ids)
    drop_proof(work, {code: after[one] for code, one in live.items()})
    return await_once(work, {code: before[one] - after[one] for code, one in live.items()}, since) > 0


def waiting_at(connection: Connection, device_ids: Iterable[int], group_id: int) -> list[int]:
    """The people of a group of whom one of these devices has something to prove or has proved it."""
    member, code, r = t.access_group_member, t.credential, t.read_back
    return list(
        connection.execute(
            select(code.c.holder_id)
            .join(r, and_(r.c.credential_id == code.c.id, r.c.device_id.in_(sorted(device_ids))))
            .join(member, and_(member.c.holder_id == code.c.holder_id, member.c.group_id == group_id))
            .distinct()
            .order_by(code.c.holder_id)
        ).scalars()
    )
