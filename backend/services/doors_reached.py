"""Which doors a change of rights reaches: those that hold something else for somebody than before (SYNC-01)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, and_, bindparam, select

from backend.domain.access.rules import ALL_DAY_END
from backend.domain.enums import HolderStatus, Repeat
from backend.services.credentials import LIVE
from backend.services.holders import left_open
from backend.store import tables as t
from backend.store.rows import IDS, ROW, among, chunks

_GROUPS = "groups_"
"""Parameter of the groups in the query for their doors."""
_RELAYS = "relays_"
"""Parameter of more relays in the query for the doors of own rights."""


def doors_of_edit(
    connection: Connection, holder_id: int, group_ids: Iterable[int] | None, own_relay_ids: Iterable[int] | None
) -> set[int]:
    """The devices at which other groups, or other rights of their own, make a difference for a person; None keeps.

    Ask before anything is written.
    """
    found: set[int] = set()
    if group_ids is not None:
        present = connection.execute(_groups_of(), {ROW: holder_id}).scalars()
        found |= doors_changing(connection, set(present) ^ set(group_ids), [holder_id])
    if own_relay_ids is not None:
        found |= doors_of_own(connection, [holder_id], own_relay_ids)
    return found


def doors_of_own(connection: Connection, holder_ids: Iterable[int], relay_ids: Iterable[int]) -> set[int]:
    """The devices of the doors that rights of their own give these people now, and of more relays."""
    given = {IDS: sorted(set(holder_ids)), _RELAYS: sorted(set(relay_ids))}
    return set(connection.execute(_doors_of_own(), given).scalars())


def with_doors(connection: Connection, group_ids: Iterable[int]) -> set[int]:
    """Those of the groups that open a door at all."""
    return set(connection.execute(_with_doors(), {IDS: sorted(set(group_ids))}).scalars())


@cache
def _groups_of() -> Select[Any]:
    member = t.access_group_member
    return select(member.c.group_id).where(member.c.holder_id == bindparam(ROW))


@cache
def _doors_of_own() -> Select[Any]:
    own, relay = t.own_relay, t.relay
    mine = relay.c.id.in_(select(own.c.relay_id).where(among(own.c.holder_id)))
    return select(relay.c.device_id).where(mine | relay.c.id.in_(bindparam(_RELAYS, expanding=True)))


@cache
def _with_doors() -> Select[Any]:
    opens = t.access_group_relay
    return select(opens.c.group_id).where(among(opens.c.group_id)).distinct()


def doors_changing(connection: Connection, group_ids: Iterable[int], holder_ids: Iterable[int]) -> set[int]:
    """The devices that hold something else for some of these people with the groups than without them.

    A door that another group of theirs opens around the clock holds the same; so does every door for whoever has
    nothing to show, or may not enter at all.
    """
    groups = sorted(set(group_ids))
    parts = ({IDS: part, _GROUPS: groups} for part in chunks(sorted(set(holder_ids)) if groups else []))
    return {device_id for part in parts for device_id in connection.execute(_doors_changing(), part).scalars()}


@cache
def _doors_changing() -> Select[Any]:
    h, opens, relay, code = t.holder, t.access_group_relay, t.relay, t.credential
    shows = select(code.c.id).where(code.c.holder_id == h.c.id, code.c.status.in_(LIVE)).exists()
    return (
        select(relay.c.device_id)
        .join(opens, and_(opens.c.relay_id == relay.c.id, opens.c.group_id.in_(_these())))
        .join(t.device, t.device.c.id == relay.c.device_id)
        .join(h, h.c.community_id == t.device.c.community_id)
        .join(t.community, t.community.c.id == h.c.community_id)
        .where(h.c.status == HolderStatus.ACTIVE.value, h.c.removed_at.is_(None), left_open())
        .where(shows, ~_always_open(), among(h.c.id))
        .distinct()
    )


def _always_open() -> ColumnElement[bool]:
    """The condition that a group beside _GROUPS opens the joined `relay` to the joined `holder` around the clock."""
    g, member, opens, window = t.access_group, t.access_group_member, t.access_group_relay.alias(), t.access_window
    return (
        select(member.c.id)
        .join(g, g.c.id == member.c.group_id)
        .join(opens, opens.c.group_id == g.c.id)
        .join(window, window.c.group_id == g.c.id)
        .where(
            member.c.holder_id == t.holder.c.id,
            member.c.group_id.not_in(_these()),
            opens.c.relay_id == t.relay.c.id,
            g.c.keeps_holidays.is_(False),
            window.c.repeat == Repeat.DAILY.value,
            window.c.start == time(0, 0),
            window.c.end == ALL_DAY_END,
        )
        .correlate(t.holder, t.relay)
        .exists()
    )


def _these() -> BindParameter[Any]:
    return bindparam(_GROUPS, expanding=True)
