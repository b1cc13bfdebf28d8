"""A change of an access group as a form imagines it, for the plan beside it (feature SYNC-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.results import DoorPlan
from backend.services.group_drafts import CheckedGroup
from backend.services.group_pages import members_of
from backend.services.own_rights import window_values
from backend.services.plans import door_plans
from backend.services.rules import RuleRows
from backend.store import tables as t
from backend.store.seal import Sealer

_NEW = 2**62
"""Row ids that no row has; they follow those that are there."""


def plan_of_edit(
    connection: Connection, sealer: Sealer, row: Row[Any], wanted: CheckedGroup, now: datetime
) -> tuple[DoorPlan, ...]:
    """What each door would give to and take from the people of a group that becomes as `wanted`."""
    rows = RuleRows.fetch(connection, row.community_id, members_of(connection, [row.id]))
    before = rows.rules(sealer)
    rows.put("access_group", row.id, {"id": row.id, "name": wanted.name, "keeps_holidays": wanted.keeps_holidays})
    for table in (t.access_window, t.access_group_relay):
        for row_id in connection.execute(select(table.c.id).where(table.c.group_id == row.id)).scalars().all():
            rows.put(table.name, row_id, None)
    for at, window in enumerate(wanted.windows, _NEW):
        rows.put("access_window", at, {"id": at, "group_id": row.id, **window_values(window)})
    for at, relay_id in enumerate(sorted(wanted.relay_ids), _NEW):
        rows.put("access_group_relay", at, {"id": at, "group_id": row.id, "relay_id": relay_id})
    return door_plans(connection, before, rows.rules(sealer), now)


def plan_of_people(
    connection: Connection, sealer: Sealer, row: Row[Any], holder_ids: Iterable[int], now: datetime, *, add: bool
) -> tuple[DoorPlan, ...]:
    """What each door would receive of these people in the group, or lose of them without it."""
    people = set(holder_ids)
    rows = RuleRows.fetch(connection, row.community_id, people)
    before = rows.rules(sealer)
    member = "access_group_member"
    if add:
        for at, holder_id in enumerate(sorted(people), _NEW):
            rows.put(member, at, {"id": at, "group_id": row.id, "holder_id": holder_id})
    else:
        for row_id in [row_id for row_id, group_id, _ in rows.rows[member].values() if group_id == row.id]:
            rows.put(member, row_id, None)
    return door_plans(connection, before, rows.rules(sealer), now)


def plan_without(
    connection: Connection, sealer: Sealer, community_id: int, group_ids: Iterable[int], now: datetime
) -> tuple[DoorPlan, ...]:
    """What each door would lose if these groups were not there."""
    gone = set(group_ids)
    rows = RuleRows.fetch(connection, community_id, members_of(connection, gone))
    before = rows.rules(sealer)
    for group_id in gone:
        rows.put("access_group", group_id, None)
    return door_plans(connection, before, rows.rules(sealer), now)
