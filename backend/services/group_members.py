"""People who join and leave an access group, one or very many (feature AG-04; task 17)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import HolderKind
from backend.domain.errors import Invalid, NotFound
from backend.domain.groups import PeopleChange
from backend.services.doors_reached import doors_changing
from backend.services.group_pages import alone_without, group_row, members_of, names_of
from backend.services.group_plans import plan_of_people
from backend.services.holders import reaching
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer
from backend.store.work import Work

AT_ONCE, DOORS_AT_ONCE = 10, 300
"""People whom one step of a slice takes, what their doors lose being looked up once for all of them: fewer where a
group opens so many doors that there would be more pairs of a person and a door."""
Queue = deque[list[int]]
"""People who are still to be written, some at a time."""


def concerned(connection: Connection, group: Row[Any], holder_ids: Iterable[int], *, add: bool) -> list[int]:
    """Those of these residents who are not in the group yet, or are in it; raises NotFound, Invalid for nobody."""
    wanted, h = sorted(set(holder_ids)), t.holder
    if not wanted:
        raise Invalid({"": "Choose a resident."})
    here = select(h.c.id).where(
        h.c.community_id == group.community_id, h.c.kind == HolderKind.RESIDENT.value, h.c.removed_at.is_(None)
    )
    there = {one for part in chunks(wanted) for one in connection.execute(here.where(h.c.id.in_(part))).scalars()}
    if len(there) < len(wanted):
        one = "This resident does" if len(wanted) == 1 else "Some of these residents do"
        raise NotFound(f"{one} not exist any more.")
    members = members_of(connection, [group.id])
    return [holder_id for holder_id in wanted if (holder_id in members) is not add]


def change_of(
    connection: Connection, sealer: Sealer, group: Row[Any], holder_ids: Iterable[int], now: datetime, *, add: bool
) -> PeopleChange:
    """What adding these residents, or taking them out, would do; raises NotFound, Invalid."""
    meant = set(holder_ids)
    people = concerned(connection, group, meant, add=add)
    return PeopleChange(
        group=group.name,
        people=tuple(names_of(connection, people)),
        same=len(meant) - len(people),
        alone=() if add else tuple(alone_without(connection, [group.id], people)),
        plans=plan_of_people(connection, sealer, group, people, now, add=add),
    )


def queue_of(holder_ids: Iterable[int], doors: int) -> Queue:
    """People in steps, each of whom so many doors concern."""
    ids = sorted(set(holder_ids))
    size = max(1, min(AT_ONCE, DOORS_AT_ONCE // max(1, doors)))
    return deque(ids[at : at + size] for at in range(0, len(ids), size))


def join(work: Work, group_id: int, holder_ids: Iterable[int]) -> None:
    """Put some people into a group; who has come or gone meanwhile is left out."""
    group_row(work.connection, work.context.community_id, group_id)
    h, member = t.holder, t.access_group_member
    members = select(member.c.holder_id).where(member.c.group_id == group_id)
    new = (
        work.connection.execute(
            select(h.c.id)
            .where(h.c.id.in_(sorted(set(holder_ids))), h.c.removed_at.is_(None), h.c.id.not_in(members))
            .order_by(h.c.id)
        )
        .scalars()
        .all()
    )
    only = doors_changing(work.connection, [group_id], new)
    with reaching(work, new, "added to an access group", only=only):
        work.insert_many(t.access_group_member, [{"group_id": group_id, "holder_id": one} for one in new])


def leave(work: Work, group_id: int, holder_ids: Iterable[int]) -> None:
    """Take some people out of a group."""
    member, people = t.access_group_member, sorted(set(holder_ids))
    rows = select(member.c.id).where(member.c.group_id == group_id, member.c.holder_id.in_(people))
    only = doors_changing(work.connection, [group_id], people)
    with reaching(work, people, "taken out of an access group", only=only):
        work.delete_many(member, work.connection.execute(rows).scalars().all())
