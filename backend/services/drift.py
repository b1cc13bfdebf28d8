"""Differences at doors and the choice about each: take it over, write ours again, leave it alone (feature SYNC-04)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, case, or_, update

from backend.domain.context import Context
from backend.domain.drift import FRESH, DriftRecord
from backend.domain.enums import DriftCause, DriftResolution
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.drift_adopting import become_staff, take_over
from backend.services.drift_found import open_detail, record_of, refuse_cloud, rows_of, state_column
from backend.services.drift_rows import recount
from backend.services.late_libraries import load
from backend.services.lists import ListHandle
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.rows import chunks
from backend.store.work import Work

COUNT_FROM = 21
"""From so many records of others on their count has to be typed before they are removed."""


class Drift(Service):
    """What doors were found to hold otherwise; nothing here talks to a device."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """What stands, what was left alone, and what ended within a day; what waits comes first."""
        return ListHandle(self.store, context, "sync.read", self._listing(context), query)

    def get(self, context: Context, row_id: int) -> DriftRecord:
        """One difference, its codes masked; raises NotFound."""
        with self.store.read(context, "sync.read") as connection:
            found = rows_of(connection, context.community_id, [row_id])
        if not found:
            raise NotFound("There is no such difference.")
        return record_of(self.store.sealer, found[0], self.store.clock())

    def of_device(self, context: Context, device_id: int, limit: int = 20) -> tuple[DriftRecord, ...]:
        """What a device was found to hold otherwise, what waits first, then the newest; no more than `limit`."""
        query = ListQuery()
        listing = self._listing(context, device_id)
        with self.store.read(context, "sync.read") as connection:
            ids = [row.id for row in listing.rows(connection, query, limit=limit)]
            rows = {row.id: row for row in rows_of(connection, context.community_id, ids)}
        now = self.store.clock()
        return tuple(record_of(self.store.sealer, rows[row_id], now) for row_id in ids if row_id in rows)

    def adopt(self, context: Context, row_id: int, holder_id: int | None = None, *, new_staff: str = "") -> Saved:
        """Take what was found over into a person: their codes become what the record has.

        A user of nobody needs `holder_id`, a resident, a member of staff or a delivery, who opens with the codes in
        hours of their own, or `new_staff`, the name of a member of staff who is made of it, in the groups of last
        time; the record itself leaves the door. A changed record of ours goes to its own person. Raises NotFound,
        Invalid (person, and the fields of their form for a code that cannot be taken), Conflict.
        """
        load()
        with self.store.write(context, "drift.adopt") as work:
            work.require("sync.write")
            if work.replayed is not None:
                return replayed(work)
            row = _rows(work, [row_id])[0]
            stranger = row.cause == DriftCause.UNKNOWN.value
            if not record_of(work.sealer, row, work.at).can_adopt:
                refuse_cloud(row, open_detail(work.sealer, row))
                raise Conflict("", f"There is nothing of {row.name} at {row.device} that a person could take over.")
            person = holder_id if stranger else row.holder_id
            _refuse_person(row, person, holder_id, new_staff)
            who = become_staff(work, row, new_staff) if person is None else take_over(work, row, person)
            if stranger:
                _change(work, [row.id], wish=DriftResolution.ADOPTED.value)
                work.dirty([row.device_id], "record taken over")
            else:
                _change(work, [row.id], resolution=DriftResolution.ADOPTED.value, ended_at=work.at)
            recount(work, [row.device_id])
            work.tell(f"Took over a record of {row.device}", who.record, who.id, who.title)
            return saved(work, row.id)

    def overwrite(self, context: Context, ids: Sequence[int], expected: int | None = None) -> Saved:
        """Have the doors hold what we say: users of nobody are removed there, records of ours written again.

        More than 20 users of nobody need their count in `expected`. Raises NotFound, Conflict where nothing is left
        to do, Invalid (expected).
        """
        with self.store.write(context, "drift.overwrite") as work:
            work.require("sync.write")
            if work.replayed is not None:
                return replayed(work)
            rows = _rows(work, ids)
            todo = [row for row in rows if record_of(work.sealer, row, work.at).can_overwrite]
            if not todo:
                for row in rows:
                    refuse_cloud(row, open_detail(work.sealer, row))
                raise Conflict("", "The door holds what it should already.")
            strangers = [row.id for row in todo if row.cause == DriftCause.UNKNOWN.value]
            if len(strangers) >= COUNT_FROM and expected != len(strangers):
                words = f"This removes {len(strangers)} people. Type {len(strangers)} to go on."
                raise Invalid({"expected": words})
            again = {"resolution": DriftResolution.OPEN.value, "ended_at": None}
            _change(work, strangers, wish=DriftResolution.OVERWRITTEN.value, **again)
            return _told(work, "Overwrote", todo, dirty="record overwritten")

    def leave(self, context: Context, ids: Sequence[int]) -> Saved:
        """Leave users of nobody alone: they stay at the door and are no difference until they change.

        Raises NotFound, and Conflict where none of these waits.
        """
        with self.store.write(context, "drift.leave") as work:
            work.require("sync.write")
            if work.replayed is not None:
                return replayed(work)
            rows = [
                row
                for row in _rows(work, ids)
                if row.cause == DriftCause.UNKNOWN.value and row.ended_at is None and not row.wish
            ]
            if not rows:
                raise Conflict("", "Only a user of nobody can be left alone. What is ours is set right by itself.")
            _change(work, [row.id for row in rows], resolution=DriftResolution.LEFT.value, ended_at=work.at)
            return _told(work, "Left alone", rows)

    def _listing(self, context: Context, device_id: int | None = None) -> Listing:
        d, device = t.drift, t.device
        since = self.store.clock() - FRESH
        shown = or_(d.c.ended_at.is_(None), d.c.ended_at > since, d.c.resolution == DriftResolution.LEFT.value)
        here = d.c.device_id == device_id if device_id is not None else device.c.community_id == context.community_id
        state = state_column()
        standing = case((d.c.ended_at.is_(None), 1), else_=0)
        return Listing(
            source=d.join(device, device.c.id == d.c.device_id),
            id_column=d.c.id,
            columns={
                "device": device.c.name,
                "name": d.c.name,
                "cause": d.c.cause,
                "state": state,
                "note": d.c.note,
                "found_at": d.c.found_at,
                "seen_at": d.c.seen_at,
            },
            sorts={"standing": standing, "found_at": d.c.found_at, "device": device.c.name_fold, "name": d.c.name_fold},
            default_sort="standing",
            descending=True,
            filters={
                "device": FilterColumn(device.c.name_fold, "contains"),
                "name": FilterColumn(d.c.name_fold, "contains"),
                "cause": FilterColumn(d.c.cause),
                "state": FilterColumn(state),
                "found_at": FilterColumn(d.c.found_at),
            },
            words=(d.c.name_fold, device.c.name_fold),
            where=and_(shown, here, device.c.community_id == context.community_id),
        )


def _refuse_person(row: Row[Any], person: int | None, named: int | None, new_staff: str) -> None:
    """Raise Invalid (person) unless it is one person, and their own where the record is of ours."""
    if row.cause != DriftCause.UNKNOWN.value:
        if new_staff or named not in (None, person):
            raise Invalid({"person": f"These codes were found in the record of {row.name}."})
    elif (person is None) == (not new_staff):
        raise Invalid({"person": "Name the person who takes the codes over, or a new member of staff."})


def _rows(work: Work, ids: Sequence[int]) -> list[Row[Any]]:
    wanted = sorted(set(ids))
    found = [row for part in chunks(wanted) for row in rows_of(work.connection, work.context.community_id, list(part))]
    if not wanted or len(found) < len(wanted):
        raise NotFound("There is no such difference.")
    return found


def _change(work: Work, ids: Sequence[int], **values: Any) -> None:
    for part in chunks(ids):
        work.connection.execute(update(t.drift).where(t.drift.c.id.in_(part)).values(**values))


def _told(work: Work, action: str, rows: Sequence[Row[Any]], *, dirty: str = "") -> Saved:
    devices = {row.device_id for row in rows}
    if dirty:
        work.dirty(devices, dirty)
    recount(work, devices)
    first = rows[0]
    what = f"{action} {first.name}" if len(rows) == 1 else f"{action} {len(rows)} records"
    name = first.device if len(devices) == 1 else f"{len(devices)} devices"
    work.tell(what, "device", first.device_id, name, undoable=False)
    return saved(work, first.id)
