"""Deleting access groups: what it takes away, what forbids it, and how it is done (rules 8; feature AG-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.errors import Conflict, Invalid
from backend.domain.groups import GroupDeletion, names_told
from backend.services.group_pages import alone_without, group_row, members_of, names_of, why_fixed
from backend.services.group_plans import plan_without
from backend.services.relay_holds import end_holds, held_open_by
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work


def groups_to_go(connection: Connection, community_id: int, group_ids: Iterable[int]) -> list[Row[Any]]:
    """The rows of these groups; raises NotFound, Invalid for none."""
    wanted = sorted(set(group_ids))
    if not wanted:
        raise Invalid({"": "Choose an access group."})
    return [group_row(connection, community_id, group_id) for group_id in wanted]


def blocked_by(connection: Connection, groups: Sequence[Row[Any]]) -> str:
    """Why these groups cannot be deleted, "" when they can: default groups stay (edge case 42), and nobody is left
    without a group."""
    for group in groups:
        if group.system:
            return f"{group.name} cannot be deleted. {why_fixed(group)}"
    ids = [group.id for group in groups]
    alone = alone_without(connection, ids)
    if not alone:
        return ""
    people = "1 person is" if len(alone) == 1 else f"{len(alone):,} people are"
    these = "this group" if len(groups) == 1 else "these groups"
    return f"{people} in no group but {these}: {names_told(tuple(alone))}. Give them another group first."


def deletion_of(
    connection: Connection, sealer: Sealer, community_id: int, group_ids: Iterable[int], now: datetime
) -> GroupDeletion:
    """What deleting these groups takes away; raises NotFound, Invalid for none."""
    groups = groups_to_go(connection, community_id, group_ids)
    ids = [group.id for group in groups]
    opens, relay = t.access_group_relay, t.relay
    doors = (
        select(relay.c.name_fold, relay.c.name)
        .join(opens, opens.c.relay_id == relay.c.id)
        .where(opens.c.group_id.in_(ids))
        .distinct()
    )
    people = members_of(connection, ids)
    return GroupDeletion(
        ids=tuple(ids),
        groups=tuple(group.name for group in groups),
        people=tuple(names_of(connection, people)),
        doors=tuple(row.name for row in sorted(connection.execute(doors).all())),
        alone=tuple(alone_without(connection, ids)),
        held_open=held_open_by(connection, ids),
        blocked=blocked_by(connection, groups),
        plans=plan_without(connection, sealer, community_id, ids, now),
    )


def refuse_if_blocked(connection: Connection, groups: Sequence[Row[Any]]) -> None:
    """Raise Conflict with what `blocked_by` says."""
    if sentence := blocked_by(connection, groups):
        raise Conflict("", sentence)


def delete_empty(work: Work, group_id: int) -> None:
    """Delete a group that nobody is in any more, with its windows and doors."""
    end_holds(work, group_id)
    for table in (t.access_group_relay, t.access_window):
        rows = work.connection.execute(select(table.c.id).where(table.c.group_id == group_id)).scalars().all()
        for row_id in rows:
            work.delete(table, row_id)
    work.delete(t.access_group, group_id)
