"""Access groups, as the forms choose from them (rules 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from backend.domain.access.windows import describe
from backend.domain.context import Context
from backend.services.base import Service
from backend.services.communities import community_row
from backend.services.rules import read_window
from backend.store import tables as t


def named_groups(connection: Connection, group_ids: Iterable[int]) -> tuple[tuple[int, str], ...]:
    """These groups with their names, by number."""
    group = t.access_group
    rows = connection.execute(
        select(group.c.id, group.c.name).where(group.c.id.in_(sorted(group_ids))).order_by(group.c.number, group.c.id)
    )
    return tuple((row.id, row.name) for row in rows)


class Groups(Service):
    """The access groups of a community."""

    def list_all(self, context: Context) -> tuple[tuple[int, str, str, int], ...]:
        """Every group by number: id, name, its hours in words ("daily 08:00-18:00"), how many doors it opens."""
        group, window, opens = t.access_group, t.access_window, t.access_group_relay
        with self.store.read(context, "access_group.read") as connection:
            zone = community_row(connection, context.community_id).timezone
            groups = connection.execute(
                select(group.c.id, group.c.name)
                .where(group.c.community_id == context.community_id)
                .order_by(group.c.number, group.c.id)
            ).all()
            hours: dict[int, list[str]] = defaultdict(list)
            for row in connection.execute(select(window).order_by(window.c.id)).mappings():
                hours[row["group_id"]].append(describe(read_window(dict(row)), zone))
            counted = connection.execute(
                select(opens.c.group_id, func.count().label("doors")).group_by(opens.c.group_id)
            )
            doors = {row.group_id: row.doors for row in counted}
        return tuple((row.id, row.name, "; ".join(hours[row.id]) or "no hours", doors.get(row.id, 0)) for row in groups)
