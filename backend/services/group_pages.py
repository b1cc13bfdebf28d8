"""An access group's whole page, from its rows (feature AG-03; rules 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.errors import NotFound
from backend.domain.groups import GroupDoor, GroupPerson, GroupRecord
from backend.domain.schedule_line import describe_schedule, hours_per_week, schedule_text
from backend.services.door_states import devices_now, formats_of
from backend.services.own_rights import windows_of
from backend.store import tables as t
from backend.store.rows import chunks


def group_row(connection: Connection, community_id: int, group_id: int) -> Row[Any]:
    """The row of a group of the community with the name of its building; raises NotFound."""
    g, b = t.access_group, t.building
    found = connection.execute(
        select(g, b.c.name.label("building"))
        .outerjoin(b, b.c.id == g.c.building_id)
        .where(g.c.id == group_id, g.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such access group.")
    return found


def why_fixed(row: Row[Any]) -> str:
    """Why name, time and doors of a default group stay as they are, "" for other groups (rules 8)."""
    if not row.system:
        return ""
    of = f"building {row.building}" if row.building else "its building"
    return (
        f"This is the default group of {of}: open around the clock at its public doors, and there as long as the "
        "building. Make another group for other hours or doors."
    )


def group_record(connection: Connection, row: Row[Any], now: datetime) -> GroupRecord:
    """The page of a group's row."""
    formats = formats_of(connection, row.community_id)
    windows = windows_of(connection, t.access_window, row.id)
    return GroupRecord(
        id=row.id,
        version=row.row_version,
        number=row.number,
        name=row.name,
        type="default" if row.system else "custom",
        building=row.building or "",
        schedule=schedule_text(windows, formats.zone),
        hours=describe_schedule(windows, formats),
        keeps_holidays=row.keeps_holidays,
        hours_per_week=hours_per_week(windows),
        doors=tuple(_doors_of(connection, row, now)),
        people=len(members_of(connection, [row.id])),
        fixed=why_fixed(row),
    )


def _doors_of(connection: Connection, group: Row[Any], now: datetime) -> list[GroupDoor]:
    """The doors of a group, by name."""
    standing = devices_now(connection, group.community_id, now)
    opens, relay, device = t.access_group_relay, t.relay, t.device
    rows = connection.execute(
        select(relay.c.id, relay.c.name, relay.c.methods, relay.c.device_id, device.c.name.label("device"))
        .join(opens, opens.c.relay_id == relay.c.id)
        .join(device, device.c.id == relay.c.device_id)
        .where(opens.c.group_id == group.id)
        .order_by(relay.c.name_fold, relay.c.id)
    )
    return [
        GroupDoor(
            relay_id=row.id,
            door=row.name,
            device_id=row.device_id,
            device=row.device,
            methods=tuple(CredentialKind(word) for word in row.methods.split(",") if word),
            sync=standing[row.device_id].sync.state,
        )
        for row in rows
    ]


def members_of(connection: Connection, group_ids: Iterable[int]) -> set[int]:
    """Everybody who is in one of these groups."""
    member = t.access_group_member
    query = select(member.c.holder_id).where(member.c.group_id.in_(sorted(set(group_ids)))).distinct()
    return set(connection.execute(query).scalars())


def people_of(connection: Connection, group_id: int) -> tuple[GroupPerson, ...]:
    """Everybody in a group, by name, with where residents live."""
    member, h, a, b = t.access_group_member, t.holder, t.apartment, t.building
    place = func.coalesce(b.c.name.concat(" ").concat(a.c.number), "").label("place")
    rows = connection.execute(
        select(h.c.id, h.c.kind, h.c.name, place)
        .join(member, member.c.holder_id == h.c.id)
        .outerjoin(a, a.c.id == h.c.apartment_id)
        .outerjoin(b, b.c.id == a.c.building_id)
        .where(member.c.group_id == group_id)
        .order_by(h.c.name_fold, h.c.id)
    )
    return tuple(GroupPerson(id=row.id, kind=HolderKind(row.kind), name=row.name, place=row.place) for row in rows)


def alone_without(
    connection: Connection, group_ids: Iterable[int], holder_ids: Iterable[int] | None = None
) -> list[str]:
    """The names of the people in these groups, all or of those given, who are in no other group, by name."""
    member, h, other, gone = t.access_group_member, t.holder, t.access_group_member.alias(), sorted(set(group_ids))
    elsewhere = select(other.c.id).where(other.c.holder_id == member.c.holder_id, other.c.group_id.not_in(gone))
    query = (
        select(h.c.name_fold, h.c.name)
        .join(member, member.c.holder_id == h.c.id)
        .where(member.c.group_id.in_(gone), ~elsewhere.exists())
        .distinct()
    )
    parts = [query] if holder_ids is None else [query.where(h.c.id.in_(some)) for some in chunks(sorted(holder_ids))]
    return [row.name for row in sorted(row for part in parts for row in connection.execute(part))]


def names_of(connection: Connection, holder_ids: Iterable[int]) -> list[str]:
    """The names of these people, by name."""
    h = t.holder
    found: list[tuple[str, str]] = []
    for part in chunks(sorted(set(holder_ids))):
        rows = connection.execute(select(h.c.name_fold, h.c.name).where(h.c.id.in_(part)))
        found += [(row.name_fold, row.name) for row in rows]
    return [name for _, name in sorted(found)]
