"""Buildings, each with its default access group (features SET-06, AG-02; rules 8; edge case 42)."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, func, select

from backend.domain.access.rules import ALL_DAY_END
from backend.domain.communities import BuildingRecord
from backend.domain.context import Context, new_id
from backend.domain.enums import Repeat
from backend.domain.errors import Conflict, NotFound
from backend.domain.names import check_name, fold
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.amenity_checks import forget_building
from backend.services.base import Service, replayed, saved
from backend.services.default_groups import default_relays
from backend.services.holders import reaching
from backend.services.lists import ListHandle
from backend.services.relay_holds import end_holds
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work

_NAMED = 6
"""Records that a refusal names at most."""


class Buildings(Service):
    """The buildings of a community."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The buildings, by name."""
        return ListHandle(self.store, context, "building.read", _listing(context.community_id), query)

    def get(self, context: Context, building_id: int) -> BuildingRecord:
        """One building; raises NotFound."""
        with self.store.read(context, "building.read") as connection:
            row = building_row(connection, context.community_id, building_id)
            counts = connection.execute(select(*_COUNTS.values()).where(t.building.c.id == building_id)).one()
            group_id = default_group(connection, building_id)
        return BuildingRecord(
            id=row.id,
            version=row.row_version,
            name=row.name,
            apartments=counts[0],
            residents=counts[1],
            devices=counts[2],
            default_group_id=group_id or 0,
        )

    def add(self, context: Context, name: str) -> Saved:
        """Make a building and its default group: daily 00:00-23:59 at every public door of the whole community.

        Raises Invalid and Conflict (name).
        """
        checked = check_name(name, "name")
        with self.store.write(context, "building.add") as work:
            work.require("building.write")
            if work.replayed is not None:
                return replayed(work)
            building_id = work.insert(
                t.building,
                uuid=new_id(),
                community_id=context.community_id,
                name=checked,
                name_fold=fold(checked),
            )
            _make_default_group(work, building_id, checked)
            work.tell("Added building", "building", building_id, checked)
            work.touch("buildings", "groups")
            return saved(work, building_id)

    def rename(self, context: Context, building_id: int, version: int, name: str) -> Saved:
        """Give a building and its default group another name; raises Invalid and Conflict (name), Stale, NotFound."""
        checked = check_name(name, "name")
        with self.store.write(context, "building.rename") as work:
            work.require("building.write")
            if work.replayed is not None:
                return replayed(work)
            old = building_row(work.connection, context.community_id, building_id).name
            work.update(t.building, building_id, version=version, name=checked, name_fold=fold(checked))
            group_id = default_group(work.connection, building_id)
            if group_id is not None:
                title = _default_name(checked)
                work.update(t.access_group, group_id, name=title, name_fold=fold(title))
            work.tell(f"Renamed building {old}", "building", building_id, checked)
            work.touch("buildings", "groups")
            return saved(work, building_id)

    def delete(self, context: Context, building_id: int) -> Saved:
        """Delete an empty building and its default group; raises Conflict naming what is still in it, NotFound."""
        with self.store.write(context, "building.delete") as work:
            work.require("building.write")
            if work.replayed is not None:
                return replayed(work)
            row = building_row(work.connection, context.community_id, building_id)
            _refuse_unless_empty(work.connection, row)
            group_id = default_group(work.connection, building_id)
            if group_id is not None:
                _delete_group(work, group_id)
            forget_building(work, building_id)
            work.delete(t.building, building_id)
            work.tell("Deleted building", "building", building_id, row.name)
            work.touch("buildings", "groups")
            return saved(work, building_id)


def building_row(connection: Connection, community_id: int, building_id: int | None) -> Row[Any]:
    """The row of a building of the community; raises NotFound."""
    b = t.building
    found = connection.execute(select(b).where(b.c.id == building_id, b.c.community_id == community_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such building.")
    return found


def default_group(connection: Connection, building_id: int) -> int | None:
    """The default access group of a building."""
    g = t.access_group
    return connection.execute(
        select(func.min(g.c.id)).where(g.c.building_id == building_id, g.c.system.is_(True))
    ).scalar()


def named(words: list[str]) -> str:
    """Names for a refusal: "1001, 1002 and 3 more"."""
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(words[:_NAMED]) + more


def _default_name(building: str) -> str:
    return f"{building} (default)"


def _make_default_group(work: Work, building_id: int, building: str) -> None:
    g, title = t.access_group, _default_name(building)
    highest = work.connection.execute(
        select(func.max(g.c.number)).where(g.c.community_id == work.context.community_id)
    ).scalar()
    group_id = work.insert(
        g,
        uuid=new_id(),
        community_id=work.context.community_id,
        number=(highest or 0) + 1,
        name=title,
        name_fold=fold(title),
        building_id=building_id,
        system=True,
    )
    work.insert(t.access_window, group_id=group_id, repeat=Repeat.DAILY.value, start=time(0, 0), end=ALL_DAY_END)
    for relay_id in sorted(default_relays(work.connection, building_id)):
        work.insert(t.access_group_relay, group_id=group_id, relay_id=relay_id)


def _refuse_unless_empty(connection: Connection, building: Row[Any]) -> None:
    apartments = connection.execute(
        select(t.apartment.c.number).where(t.apartment.c.building_id == building.id).order_by(t.apartment.c.number)
    ).scalars()
    if numbers := list(apartments):
        one = "1 apartment" if len(numbers) == 1 else f"{len(numbers)} apartments"
        raise Conflict("", f"{building.name} still has {one}: {named(numbers)}. Delete them first.")
    devices = connection.execute(select(t.device.c.name).where(t.device.c.building_id == building.id)).scalars()
    if names := sorted(devices):
        raise Conflict("", f"{building.name} still has devices: {named(names)}. Move or delete them first.")


def _delete_group(work: Work, group_id: int) -> None:
    """Delete a group with its windows, doors and people."""
    member = t.access_group_member
    people = work.connection.execute(select(member.c.holder_id).where(member.c.group_id == group_id)).scalars().all()
    end_holds(work, group_id)
    with reaching(work, people, "access group deleted"):
        for table in (member, t.access_group_relay, t.access_window):
            ids = work.connection.execute(select(table.c.id).where(table.c.group_id == group_id)).scalars().all()
            for row_id in ids:
                work.delete(table, row_id)
        work.delete(t.access_group, group_id)


def _counted(table: Any, *joins: tuple[Any, Any], of: Any) -> ScalarSelect[int]:
    query = select(func.count(table.c.id)).select_from(table)
    for target, on in joins:
        query = query.join(target, on)
    return query.where(of == t.building.c.id).correlate(t.building).scalar_subquery()


_COUNTS = {
    "apartments": _counted(t.apartment, of=t.apartment.c.building_id),
    "residents": _counted(
        t.resident, (t.apartment, t.apartment.c.id == t.resident.c.apartment_id), of=t.apartment.c.building_id
    ),
    "devices": _counted(t.device, of=t.device.c.building_id),
}


def _listing(community_id: int) -> Listing:
    b = t.building
    return Listing(
        source=b,
        id_column=b.c.id,
        columns={"name": b.c.name, **_COUNTS},
        sorts={"name": b.c.name_fold, "apartments": _COUNTS["apartments"], "residents": _COUNTS["residents"]},
        default_sort="name",
        filters={"name": FilterColumn(b.c.name_fold, "contains")},
        words=(b.c.name_fold,),
        where=b.c.community_id == community_id,
    )
