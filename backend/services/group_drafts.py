"""A new or changed access group, checked and written (features AG-01, AG-08; rules 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, func, select

from backend.domain.access.rules import Window
from backend.domain.context import Context, new_id
from backend.domain.enums import HolderKind
from backend.domain.errors import Conflict, Forbidden, Invalid
from backend.domain.groups import GroupDraft, GroupPatch
from backend.domain.names import check_name, fold
from backend.domain.schedule_line import parse_schedule
from backend.services.communities import community_row, why_no_permissions
from backend.services.group_pages import why_fixed
from backend.services.own_rights import places_of, relays_of, set_relays, set_windows, windows_of
from backend.services.proofs_due import Place, devices_of
from backend.services.relay_holds import devices_held_by
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work

REASON = "access group changed"

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class CheckedGroup:
    """A group as it is to be."""

    name: str
    windows: tuple[Window, ...]
    relay_ids: frozenset[int]
    keeps_holidays: bool


def checked_draft(connection: Connection, community_id: int, draft: GroupDraft, now: datetime) -> CheckedGroup:
    """The draft in order; raises Invalid naming every bad field."""
    zone = community_row(connection, community_id).timezone
    bad: dict[str, str] = {}
    name = _checked(bad, "", lambda: check_name(draft.name, "name"))
    nothing: tuple[tuple[Window, ...], frozenset[int]] = ((), frozenset())
    windows = _checked(bad, nothing[0], lambda: parse_schedule(draft.schedule, now, zone))
    relay_ids = _checked(bad, nothing[1], lambda: known_doors(connection, community_id, draft.relay_ids))
    if bad:
        raise Invalid(bad)
    return CheckedGroup(name, windows, relay_ids, draft.keeps_holidays)


def checked_patch(connection: Connection, row: Row[Any], patch: GroupPatch, now: datetime) -> CheckedGroup:
    """The patch laid over the group's row as it stands; raises Invalid naming every bad field.

    Raises Conflict for a default group, of which nothing but the people changes.
    """
    if reason := why_fixed(row):
        raise Conflict("", reason)
    zone = community_row(connection, row.community_id).timezone
    bad: dict[str, str] = {}
    name, windows = row.name, windows_of(connection, t.access_window, row.id)
    relay_ids = relays_of(connection, t.access_group_relay, row.id)
    if (typed := patch.name) is not None:
        name = _checked(bad, name, lambda: check_name(typed, "name"))
    if (line := patch.schedule) is not None:
        windows = _checked(bad, windows, lambda: parse_schedule(line, now, zone))
    if (doors := patch.relay_ids) is not None:
        relay_ids = _checked(bad, relay_ids, lambda: known_doors(connection, row.community_id, doors))
    if bad:
        raise Invalid(bad)
    keeps = row.keeps_holidays if patch.keeps_holidays is None else patch.keeps_holidays
    return CheckedGroup(name, windows, relay_ids, keeps)


def known_doors(connection: Connection, community_id: int, relay_ids: Iterable[int]) -> frozenset[int]:
    """These doors, one at least and all of the community; raises Invalid (relay_ids)."""
    wanted = frozenset(relay_ids)
    if not wanted:
        raise Invalid({"relay_ids": "Choose a door."})
    query = select(func.count(t.relay.c.id)).join(t.device, t.device.c.id == t.relay.c.device_id)
    here = query.where(t.device.c.community_id == community_id, t.relay.c.id.in_(sorted(wanted)))
    if connection.execute(here).scalar_one() != len(wanted):
        raise Invalid({"relay_ids": "One of these doors does not exist here any more."})
    return wanted


def refuse_for_residents(
    connection: Connection, context: Context, *, holder_ids: Iterable[int] = (), group_ids: Iterable[int] = ()
) -> None:
    """Raise Forbidden where the actor may not set access permissions and one of these people, or of the people in these
    groups, is a resident (AG-06)."""
    if not (reason := why_no_permissions(connection, context)):
        return
    h, member = t.holder, t.access_group_member
    residents = select(h.c.id).where(h.c.kind == HolderKind.RESIDENT.value).limit(1)
    inside = residents.join(member, member.c.holder_id == h.c.id).where(member.c.group_id.in_(sorted(set(group_ids))))
    queries = [inside, *(residents.where(h.c.id.in_(part)) for part in chunks(sorted(set(holder_ids))))]
    if any(connection.execute(query).first() for query in queries):
        raise Forbidden("access_group.write", reason)


def insert_group(work: Work, new: CheckedGroup) -> int:
    """Insert a group with the next number; raises Conflict (name)."""
    g, community_id = t.access_group, work.context.community_id
    highest = work.connection.execute(select(func.max(g.c.number)).where(g.c.community_id == community_id)).scalar()
    group_id = work.insert(
        g,
        uuid=new_id(),
        community_id=community_id,
        number=(highest or 0) + 1,
        name=new.name,
        name_fold=fold(new.name),
        keeps_holidays=new.keeps_holidays,
    )
    set_windows(work, t.access_window, group_id, new.windows)
    set_relays(work, t.access_group_relay, group_id, new.relay_ids)
    return group_id


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a patch: whether anything differed, and the doors that the group left and came to."""

    differs: bool
    left: frozenset[Place]
    come: frozenset[Place]


def apply_group(work: Work, row: Row[Any], version: int, wanted: CheckedGroup) -> Applied:
    """Write a checked patch and have every door concerned look again; raises Stale, Conflict (name).

    What the devices it left have to prove of its people is written after the commit (`settling`).
    """
    before = relays_of(work.connection, t.access_group_relay, row.id)
    old, new = (places_of(work.connection, relays) for relays in (before, wanted.relay_ids))
    named = work.update(
        t.access_group,
        row.id,
        version=version,
        name=wanted.name,
        name_fold=fold(wanted.name),
        keeps_holidays=wanted.keeps_holidays,
    )
    moved = _put(work, row.id, wanted)
    if moved or wanted.keeps_holidays != row.keeps_holidays:
        work.dirty(devices_of(old | new) | devices_held_by(work.connection, [row.id]), REASON)
    if moved and not named:
        work.update(t.access_group, row.id, row_version=version + 1)  # else a form opened before would still save
    return Applied(named or moved, old - new, new - old)


def _put(work: Work, group_id: int, wanted: CheckedGroup) -> bool:
    hours = set_windows(work, t.access_window, group_id, wanted.windows)
    return set_relays(work, t.access_group_relay, group_id, wanted.relay_ids) or hours


def _checked(bad: dict[str, str], instead: _Value, check: Callable[[], _Value]) -> _Value:
    try:
        return check()
    except Invalid as error:
        bad |= error.fields
        return instead
