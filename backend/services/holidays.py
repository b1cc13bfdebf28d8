"""Holidays: days on which groups that keep them are closed (feature AG-08)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.domain.context import Context
from backend.domain.errors import Invalid, NotFound
from backend.domain.groups import HolidayRecord
from backend.domain.names import check_name
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.domain.walltime import iso_day
from backend.services.base import Service, replayed, saved
from backend.services.lists import ListHandle
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work

LONGEST = 366
"""Days of one holiday at most: a longer one is a slip of the year."""

_DAY_HELP = "Write a day like 2026-12-25."


class Holidays(Service):
    """The holidays of a community."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The holidays, by their first day."""
        return ListHandle(self.store, context, "access_group.read", _listing(context.community_id), query)

    def get(self, context: Context, holiday_id: int) -> HolidayRecord:
        """One holiday; raises NotFound."""
        with self.store.read(context, "access_group.read") as connection:
            row = _row(connection, context, holiday_id)
        return HolidayRecord(
            id=row.id, version=row.row_version, name=row.name, first_day=row.first_day, last_day=row.last_day
        )

    def add(self, context: Context, name: str, first_day: str, last_day: str = "") -> Saved:
        """Add days, ISO and both inclusive; without a last day it is the first one alone.

        Raises Invalid (name, first_day, last_day), Conflict (first_day).
        """
        columns = _checked(name, first_day, last_day)
        with self.store.write(context, "holiday.add") as work:
            work.require("access_group.write")
            if work.replayed is not None:
                return replayed(work)
            holiday_id = work.insert(t.holiday, community_id=context.community_id, **columns)
            return _told(work, "Added holiday", holiday_id, columns)

    def edit(
        self,
        context: Context,
        holiday_id: int,
        version: int,
        *,
        name: str | None = None,
        first_day: str | None = None,
        last_day: str | None = None,
    ) -> Saved:
        """Change a holiday: None keeps. Raises Stale, NotFound, Invalid (name, first_day, last_day), Conflict."""
        with self.store.write(context, "holiday.edit") as work:
            work.require("access_group.write")
            if work.replayed is not None:
                return replayed(work)
            row = _row(work.connection, context, holiday_id)
            columns = _checked(
                row.name if name is None else name,
                row.first_day if first_day is None else first_day,
                row.last_day if last_day is None else last_day,
            )
            differs = work.update(t.holiday, holiday_id, version=version, **columns)
            return _told(work, "Changed holiday" if differs else "Saved without a change", holiday_id, columns, differs)

    def delete(self, context: Context, holiday_id: int) -> Saved:
        """Take a holiday away; raises NotFound."""
        with self.store.write(context, "holiday.delete") as work:
            work.require("access_group.write")
            if work.replayed is not None:
                return replayed(work)
            row = _row(work.connection, context, holiday_id)
            work.delete(t.holiday, holiday_id)
            return _told(work, "Deleted holiday", holiday_id, {"name": row.name})


def _checked(name: str, first_day: str, last_day: str) -> dict[str, str]:
    """The columns in order; raises Invalid naming every bad field."""
    bad: dict[str, str] = {}
    try:
        name = check_name(name, "name")
    except Invalid as error:
        bad |= error.fields
    days = {"first_day": first_day.strip(), "last_day": last_day.strip() or first_day.strip()}
    found = {}
    for field, text in days.items():
        try:
            found[field] = iso_day(text)
        except Invalid as error:
            bad[field] = str(error)
        else:
            if found[field] is None:
                bad[field] = _DAY_HELP if text else "A day is needed. " + _DAY_HELP
    first, last = found.get("first_day"), found.get("last_day")
    if first is not None and last is not None:
        if last < first:
            bad["last_day"] = "The last day is before the first."
        elif (last - first).days >= LONGEST:
            bad["last_day"] = f"A holiday has at most {LONGEST} days, this has {(last - first).days + 1:,}."
    if bad.get("last_day") and not last_day.strip():
        bad.pop("last_day")
    if bad:
        raise Invalid(bad)
    return {"name": name, **days}


def _told(work: Work, action: str, holiday_id: int, columns: dict[str, str], differs: bool = True) -> Saved:
    """Say it, and have every door look again: any group may keep holidays."""
    device = t.device
    everywhere = select(device.c.id).where(device.c.community_id == work.context.community_id)
    if differs:
        work.dirty(work.connection.execute(everywhere).scalars().all(), "holidays changed")
    work.tell(action, "holiday", holiday_id, columns["name"], undoable=differs)
    work.touch("groups")
    return saved(work, holiday_id)


def _row(connection: Connection, context: Context, holiday_id: int) -> Row[Any]:
    h = t.holiday
    found = connection.execute(
        select(h).where(h.c.id == holiday_id, h.c.community_id == context.community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such holiday.")
    return found


def _listing(community_id: int) -> Listing:
    h = t.holiday
    name = func.lower(h.c.name)
    return Listing(
        source=h,
        id_column=h.c.id,
        columns={"name": h.c.name, "first_day": h.c.first_day, "last_day": h.c.last_day},
        sorts={"name": name, "first_day": h.c.first_day, "last_day": h.c.last_day},
        default_sort="first_day",
        filters={"name": FilterColumn(name, "contains"), "first_day": FilterColumn(h.c.first_day, "contains")},
        words=(name, h.c.first_day),
        where=h.c.community_id == community_id,
    )
