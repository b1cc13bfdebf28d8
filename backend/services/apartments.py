"""Apartments (features APT-01 to APT-03, SET-06; rules 4; edge cases 38, 39)."""

from __future__ import annotations

from collections import deque
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from backend.domain.context import Context, new_id
from backend.domain.enums import CallType, ResidentRole
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.names import check_apartment, clean, fold
from backend.domain.paging import ListQuery
from backend.domain.records import ApartmentRecord, Saved
from backend.services.base import Service, replayed, saved
from backend.services.buildings import building_row, named
from backend.services.lists import ListHandle
from backend.services.slices import taken
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work

NAME_LONGEST = 64
RANGE_LONGEST = 1_000
"""Apartments made in one act."""


class Apartments(Service):
    """The apartments of a community; a number is text and unique within its building."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The apartments, by building and number."""
        return ListHandle(self.store, context, "apartment.read", _listing(context.community_id), query)

    def get(self, context: Context, apartment_id: int) -> ApartmentRecord:
        """One apartment and who lives there, the master first; raises NotFound."""
        with self.store.read(context, "apartment.read") as connection:
            row = apartment_row(connection, context.community_id, apartment_id)
            people = _residents(connection, apartment_id)
        return ApartmentRecord(
            id=row.id,
            version=row.row_version,
            building_id=row.building_id,
            building=row.building,
            number=row.number,
            name=row.name,
            call_type=row.call_type,
            residents=tuple((person.id, person.name, ResidentRole(person.role)) for person in people),
        )

    def add(self, context: Context, building_id: int, number: str, name: str = "") -> Saved:
        """Make an apartment; raises Invalid (building_id, number, name) and Conflict (number)."""
        bad: dict[str, str] = {}
        try:
            number = check_apartment(number)
        except Invalid as error:
            bad["number"] = error.fields["apartment"]
        try:
            name = _checked_name(name)
        except Invalid as error:
            bad |= error.fields
        with self.store.write(context, "apartment.add") as work:
            work.require("apartment.create")
            if work.replayed is not None:
                return replayed(work)
            building = _building(work.connection, context.community_id, building_id, bad)
            apartment_id = _insert(work, building_id, number, name)
            work.tell("Added apartment", "apartment", apartment_id, f"{building} {number}")
            work.touch("apartments", "buildings")
            return saved(work, apartment_id)

    def add_range(self, context: Context, building_id: int, first: str, last: str) -> Saved:
        """Make the apartments from `first` to `last`, both included, as wide as `first` is written ("0101").

        They commit in slices under one operation; answers the first one's id. Raises Invalid (building_id, first,
        last), also for more than RANGE_LONGEST, and Conflict (first) naming the numbers that are there already.
        """
        numbers, bad = _numbers(first, last)
        with self.store.write(context, "apartment.add_range") as work:
            work.require("apartment.create")
            if work.replayed is not None:
                return replayed(work)
            building = _building(work.connection, context.community_id, building_id, bad)
            a = t.apartment
            there = work.connection.execute(
                select(a.c.number).where(a.c.building_id == building_id, a.c.number.in_(numbers)).order_by(a.c.number)
            )
            if present := list(there.scalars()):
                raise Conflict("first", f"{building} already has {named(present)}.")
            queue = deque(numbers)
            ids = [_insert(work, building_id, number, "") for number in taken(queue)]
            count = "1 apartment" if len(numbers) == 1 else f"{len(numbers)} apartments"
            work.tell(f"Added {count}", "apartment", ids[0], f"{building} {numbers[0]} to {numbers[-1]}")
            work.touch("apartments", "buildings")
            answer = saved(work, ids[0])
        while queue:
            with self.store.write(context, "apartment.add_range", operation_id=answer.operation) as work:
                work.require("apartment.create")
                for number in taken(queue):
                    _insert(work, building_id, number, "")
                work.touch("apartments", "buildings")
        return answer

    def edit(
        self,
        context: Context,
        apartment_id: int,
        version: int,
        *,
        name: str | None = None,
        call_type: str | None = None,
    ) -> Saved:
        """Change name and call type, None keeps; raises Invalid (name, call_type), Stale, NotFound."""
        wanted = _wanted(name, call_type)
        with self.store.write(context, "apartment.edit") as work:
            work.require("apartment.write")
            if work.replayed is not None:
                return replayed(work)
            row = apartment_row(work.connection, context.community_id, apartment_id)
            work.update(t.apartment, apartment_id, version=version, **wanted)
            work.tell("Changed apartment", "apartment", apartment_id, f"{row.building} {row.number}")
            work.touch("apartments")
            return saved(work, apartment_id)

    def delete(self, context: Context, apartment_id: int) -> Saved:
        """Delete an empty apartment; raises Conflict naming its residents or devices, NotFound."""
        with self.store.write(context, "apartment.delete") as work:
            work.require("apartment.create")
            if work.replayed is not None:
                return replayed(work)
            row = apartment_row(work.connection, context.community_id, apartment_id)
            place = f"{row.building} {row.number}"
            if people := [person.name for person in _residents(work.connection, apartment_id)]:
                raise Conflict("", f"{place} still has residents: {named(people)}. Delete them first.")
            devices = select(t.device.c.name).where(t.device.c.apartment_id == apartment_id)
            if names := sorted(work.connection.execute(devices).scalars()):
                raise Conflict("", f"{place} still has devices: {named(names)}. Move or delete them first.")
            work.delete(t.apartment, apartment_id)
            work.tell("Deleted apartment", "apartment", apartment_id, place)
            work.touch("apartments", "buildings")
            return saved(work, apartment_id)


def apartment_row(connection: Connection, community_id: int, apartment_id: int | None) -> Row[Any]:
    """The row of an apartment of the community with its building's name as `building`; raises NotFound."""
    found = connection.execute(
        select(t.apartment, t.building.c.name.label("building"))
        .join(t.building, t.building.c.id == t.apartment.c.building_id)
        .where(t.apartment.c.id == apartment_id, t.building.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such apartment.")
    return found


def number_order(number: ColumnElement[str]) -> ColumnElement[str]:
    """Apartment numbers, of six digits at most, in the order of figures."""
    return func.substr("000000", func.length(number) + 1).concat(number)


def _residents(connection: Connection, apartment_id: int) -> list[Row[Any]]:
    """Who lives there: id, name, role; the master first, then by name."""
    r, h = t.resident, t.holder
    return list(
        connection.execute(
            select(r.c.id, h.c.name, r.c.role)
            .join(h, h.c.id == r.c.id)
            .where(r.c.apartment_id == apartment_id)
            .order_by(r.c.role, h.c.name_fold, r.c.id)
        )
    )


def _insert(work: Work, building_id: int, number: str, name: str) -> int:
    return work.insert(
        t.apartment, uuid=new_id(), building_id=building_id, number=number, name=name, name_fold=fold(name)
    )


def _building(connection: Connection, community_id: int, building_id: int, bad: dict[str, str]) -> str:
    """The building's name; raises Invalid with `bad` and with the building's own field."""
    try:
        name = str(building_row(connection, community_id, building_id).name)
    except NotFound as error:
        bad = {"building_id": str(error), **bad}
    if bad:
        raise Invalid(bad)
    return name


def _checked_name(name: str) -> str:
    checked = clean(name, len(name) + 1)
    if len(checked) > NAME_LONGEST:
        raise Invalid({"name": f"At most {NAME_LONGEST} characters, this has {len(checked)}."})
    return checked


def _wanted(name: str | None, call_type: str | None) -> dict[str, str]:
    wanted: dict[str, str] = {}
    bad: dict[str, str] = {}
    if name is not None:
        try:
            checked = _checked_name(name)
            wanted |= {"name": checked, "name_fold": fold(checked)}
        except Invalid as error:
            bad |= error.fields
    if call_type is not None:
        if call_type in set(CallType):
            wanted["call_type"] = call_type
        else:
            bad["call_type"] = f"There is no call type '{call_type}'."
    if bad:
        raise Invalid(bad)
    return wanted


def _numbers(first: str, last: str) -> tuple[list[str], dict[str, str]]:
    """The numbers of a range, and what is wrong with it by field."""
    bad: dict[str, str] = {}
    ends = {"first": first.strip(), "last": last.strip()}
    for field, text in ends.items():
        try:
            check_apartment(text)
        except Invalid as error:
            bad[field] = error.fields["apartment"]
    if bad:
        return [], bad
    low, high = int(ends["first"]), int(ends["last"])
    if high < low:
        return [], {"last": "The last number is below the first."}
    if high - low >= RANGE_LONGEST:
        return [], {"last": f"At most {RANGE_LONGEST} apartments at once, this would be {high - low + 1}."}
    width = len(ends["first"])
    return [f"{number:0{width}}" for number in range(low, high + 1)], {}


def _listing(community_id: int) -> Listing:
    a, b, r, d = t.apartment, t.building, t.resident, t.device
    residents = select(func.count()).where(r.c.apartment_id == a.c.id).correlate(a).scalar_subquery()
    devices = select(func.count()).where(d.c.apartment_id == a.c.id).correlate(a).scalar_subquery()
    head = select(t.holder.c.name, t.holder.c.name_fold).join(r, r.c.id == t.holder.c.id)
    head = head.where(r.c.apartment_id == a.c.id, r.c.role == ResidentRole.MASTER.value).correlate(a)
    master = func.coalesce(head.with_only_columns(t.holder.c.name).scalar_subquery(), "")
    master_fold = func.coalesce(head.with_only_columns(t.holder.c.name_fold).scalar_subquery(), "")
    return Listing(
        source=a.join(b, b.c.id == a.c.building_id),
        id_column=a.c.id,
        columns={
            "building": b.c.name,
            "number": a.c.number,
            "name": a.c.name,
            "call_type": a.c.call_type,
            "master": master,
            "residents": residents,
            "devices": devices,
        },
        sorts={
            "number": b.c.name_fold.concat(" ").concat(number_order(a.c.number)),
            "building": b.c.name_fold,
            "name": a.c.name_fold,
            "residents": residents,
        },
        default_sort="number",
        filters={
            "building": FilterColumn(b.c.name_fold, "folded"),
            "number": FilterColumn(a.c.number),
            "name": FilterColumn(a.c.name_fold, "contains"),
            "call_type": FilterColumn(a.c.call_type),
            "master": FilterColumn(master_fold, "contains"),
            "residents": FilterColumn(residents),
        },
        words=(a.c.number, a.c.name_fold, b.c.name_fold, master_fold),
        where=b.c.community_id == community_id,
    )
