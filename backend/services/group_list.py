"""The list of access groups, with their hours in words (feature AG-03; rules 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, select

from backend.domain.access.windows import describe
from backend.domain.context import Context
from backend.domain.paging import ListQuery, ListRow
from backend.services.communities import community_row
from backend.services.lists import ListHandle
from backend.services.rules import read_window
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.store import Store

NO_HOURS = "no hours"


class GroupHandle(ListHandle):
    """The list; the hours of a page's groups are written out beside its rows."""

    def __init__(self, store: Store, context: Context, query: ListQuery) -> None:
        super().__init__(store, context, "access_group.read", _listing(context.community_id), query)

    def told(self, connection: Connection, rows: list[ListRow]) -> list[ListRow]:
        """The rows with their hours."""
        zone = community_row(connection, self._context.community_id).timezone
        hours = hours_in_words(connection, [row.id for row in rows], zone)
        return [replace(row, values={**row.values, "hours": hours.get(row.id, NO_HOURS)}) for row in rows]


def hours_in_words(connection: Connection, group_ids: Iterable[int], zone: str) -> dict[int, str]:
    """Group -> its hours, "daily 08:00-18:00; Sa 10:00-14:00"; one without hours is not in it."""
    window = t.access_window
    rows = connection.execute(
        select(window).where(window.c.group_id.in_(sorted(set(group_ids)))).order_by(window.c.id)
    ).mappings()
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row["group_id"]].append(describe(read_window(dict(row)), zone))
    return {group_id: "; ".join(words) for group_id, words in found.items()}


def _listing(community_id: int) -> Listing:
    g = t.access_group
    kind = case((g.c.system.is_(True), "default"), else_="custom")
    doors, people = _count(t.access_group_relay), _count(t.access_group_member)
    return Listing(
        source=g,
        id_column=g.c.id,
        columns={
            "number": g.c.number,
            "name": g.c.name,
            "type": kind,
            "doors": doors,
            "people": people,
            "keeps_holidays": g.c.keeps_holidays,
        },
        sorts={"number": g.c.number, "name": g.c.name_fold, "type": kind, "doors": doors, "people": people},
        default_sort="number",
        filters={
            "number": FilterColumn(g.c.number),
            "name": FilterColumn(g.c.name_fold, "contains"),
            "type": FilterColumn(kind),
            "door": FilterColumn(_door_names(), "contains"),
            "people": FilterColumn(people),
            "keeps_holidays": FilterColumn(g.c.keeps_holidays),
        },
        words=(g.c.name_fold, _door_names()),
        where=g.c.community_id == community_id,
    )


def _count(table: Table) -> ColumnElement[Any]:
    query = select(func.count()).select_from(table).where(table.c.group_id == t.access_group.c.id)
    return query.correlate(t.access_group).scalar_subquery()


def _door_names() -> ColumnElement[str]:
    """The names of a group's doors and of their devices, folded, a line each."""
    opens, relay, device = t.access_group_relay, t.relay, t.device
    names = func.aggregate_strings(relay.c.name_fold.concat(" ").concat(device.c.name_fold), "\n")
    query = (
        select(func.coalesce(names, ""))
        .select_from(opens)
        .join(relay, relay.c.id == opens.c.relay_id)
        .join(device, device.c.id == relay.c.device_id)
        .where(opens.c.group_id == t.access_group.c.id)
    )
    return query.correlate(t.access_group).scalar_subquery()
