"""Undo: every act of a manager can be taken back by its number while the world has not moved on (feature SYNC-07)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.errors import Conflict, Forbidden, NotFound
from backend.domain.operations import OperationRecord
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.group_steps import proof_steps
from backend.services.operations import operation_record
from backend.services.plans import door_plans
from backend.services.rules import RuleRows
from backend.services.slices import taken
from backend.services.undo_changes import Change, changes_of, doors_of_groups, imagine_back, people_of, turn_back, units
from backend.services.undo_checks import changed_since, refuse_if_moved_on
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.permission import require
from backend.store.seal import Sealer
from backend.store.work import Work

ACT = "undo.undo"

PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "apartment.add": "apartment.create",
        "apartment.add_range": "apartment.create",
        "apartment.delete": "apartment.create",
        "apartment.edit": "apartment.write",
        "apartment.import": "apartment.create",
        "apartment.move": "apartment.reset",
        "apartment.reset": "apartment.reset",
        "amenity.add": "booking.write",
        "amenity.delete": "booking.write",
        "amenity.edit": "booking.write",
        "booking.add": "booking.write",
        "booking.cancel": "booking.write",
        "booking.move": "booking.write",
        "building.add": "building.write",
        "building.delete": "building.write",
        "building.rename": "building.write",
        "community.edit": "community.edit",
        "community.switch": "community.write",
        "delivery.add": "visitor.write",
        "delivery.delete": "library.delete",
        "delivery.edit": "visitor.write",
        "device.edit": "device.edit",
        "group.add": "access_group.write",
        "group.add_people": "access_group.write",
        "group.delete": "access_group.write",
        "group.edit": "access_group.write",
        "group.remove_people": "access_group.write",
        "holiday.add": "access_group.write",
        "holiday.delete": "access_group.write",
        "holiday.edit": "access_group.write",
        "device.place": "device.write",
        "drift.adopt": "resident.write",
        "library.delete": "library.delete",
        "library.edit": "resident.write",
        "manager.edit": "manager.write",
        "relay.methods": "device.edit",
        "resident.add": "resident.write",
        "resident.delete": "resident.delete",
        "resident.edit": "resident.write",
        "resident.import": "resident.write",
        "resident.link": "resident.link",
        "resident.resume": "resident.write",
        "temp_key.add": "visitor.write",
        "temp_key.delete": "visitor.write",
        "temp_key.edit": "visitor.write",
        "staff.add": "visitor.write",
        "staff.delete": "library.delete",
        "staff.edit": "visitor.write",
        "staff.import": "visitor.write",
        "visitor.resume": "visitor.write",
    }
)
"""Act that can be taken back -> the permission that this needs besides `undo.write`; no other act can."""

_TOPICS = (
    "residents",
    "apartments",
    "buildings",
    "groups",
    "devices",
    "doors",
    "communities",
    "managers",
    "temp_keys",
    "personnel",
    "amenities",
    "bookings",
)


class Undo(Service):
    """Taking acts back; an undo is an act itself and can be taken back."""

    def candidates(self, context: Context, limit: int) -> tuple[OperationRecord, ...]:
        """The newest acts that undo knows, newest first; `blocked` says why one cannot be taken back, "" if it can."""
        o = t.operation
        with self.store.read(context, "undo.write") as connection:
            rows = connection.execute(
                select(o)
                .where(
                    o.c.community_id == context.community_id,
                    o.c.undoable.is_(True),
                    o.c.type.in_((*PERMISSIONS, ACT)),
                )
                .order_by(o.c.at.desc(), o.c.id.desc())
                .limit(limit)
            ).all()
            blocked = _blocked(connection, context, rows)
        return tuple(operation_record(row).model_copy(update={"blocked": blocked[row.id]}) for row in rows)

    def plan(self, context: Context, operation_id: int) -> tuple[DoorPlan, ...]:
        """What taking an act back would do at each door. Raises NotFound, Forbidden, Conflict with the reason."""
        with self.store.read(context, "undo.write") as connection:
            row = _row(connection, context, operation_id)
            changes = changes_of(connection, self.store.sealer, row.id)
            _refuse(connection, self.store.sealer, context, row, changes)
            everybody = any(change.table in (t.community, t.holiday, t.relay, t.device) for change in changes)
            people = None if everybody else people_of(connection, changes)
            rows = RuleRows.fetch(connection, context.community_id, people)
            before = rows.rules(self.store.sealer)
            imagine_back(rows, changes)
            return door_plans(connection, before, rows.rules(self.store.sealer), self.store.clock())

    def undo(self, context: Context, operation_id: int) -> Saved:
        """Take an act back whole, batches too; the same request goes on where it was broken off.

        Raises NotFound, Forbidden without the permission of the act itself, Conflict with the reason why not.
        """
        changes = self._opened(context, operation_id)
        with self.store.write(context, ACT) as work:
            work.require("undo.write")
            row = _row(work.connection, context, operation_id)
            if work.replayed is not None:
                answer = replayed(work)
                queue = deque(units(_left(work.connection, changes, answer.operation)))
            else:
                _refuse(work.connection, work.sealer, context, row, changes)
                _refuse_unless_whole(work.connection, row.id, changes)
                queue = deque(units(changes))
                work.told.undo_of = operation_id
                work.tell(_action(row), row.entity, row.entity_id, row.entity_name)
                answer = _turn(work, queue, Saved(id=row.entity_id or operation_id, operation=0))
        while queue:
            with self.store.write(context, ACT, operation_id=answer.operation) as more:
                more.require("undo.write")
                answer = _turn(more, queue, answer)
        return self._prove(context, answer, changes, work.at)

    def _prove(self, context: Context, answer: Saved, changes: Sequence[Change], since: datetime) -> Saved:
        """Have devices that groups came to or left prove what they have to; the rules are back already."""
        with self.store.read(context, "undo.write") as connection:
            groups = doors_of_groups(connection, changes)
            steps = [proof_steps(connection, one, devices, since=since) for one, devices in groups.items()]
        queue = deque(chain(*steps))
        while queue:
            with self.store.write(context, ACT, operation_id=answer.operation) as work:
                work.require("undo.write")
                for step in taken(queue):
                    step(work)
                done = saved(work, answer.id)
                answer = answer.model_copy(update={"doors": {**answer.doors, **done.doors}})
        return answer

    def _opened(self, context: Context, operation_id: int) -> list[Change]:
        """The changes of an act, opened before the write lock is taken; raises NotFound, Forbidden."""
        with self.store.read(context, "undo.write") as connection:
            row = _row(connection, context, operation_id)
            return changes_of(connection, self.store.sealer, row.id)


def _refuse(connection: Connection, sealer: Sealer, context: Context, row: Row[Any], changes: Sequence[Change]) -> None:
    """Raise Forbidden or Conflict where this actor cannot take the act back."""
    if not row.undoable or (permission := _permission(connection, row)) is None:
        raise Conflict("", "This cannot be undone.")
    require(connection, context, permission)
    if reason := _blocked(connection, context, [row])[row.id]:
        raise Conflict("", reason)
    refuse_if_moved_on(connection, sealer, changes)


def _refuse_unless_whole(connection: Connection, operation_id: int, changes: Sequence[Change]) -> None:
    """Raise Conflict where a batch has gone on since its changes were read."""
    written = connection.execute(select(func.count()).where(t.change.c.operation_id == operation_id)).scalar_one()
    if written != len(changes):
        raise Conflict("", "This act is still going on. Try again when it has ended.")


def _turn(work: Work, queue: deque[list[Change]], answer: Saved) -> Saved:
    """Take units back while there is time; answers with the doors of this slice added."""
    for unit in taken(queue):
        turn_back(work, unit)
    work.touch(*_TOPICS)
    done = saved(work, answer.id)
    return done.model_copy(update={"doors": {**answer.doors, **done.doors}})


def _left(connection: Connection, changes: Sequence[Change], undo_id: int) -> list[Change]:
    """What an undo that was broken off has left, unless it was taken back itself."""
    if is_undone(connection, undo_id):
        return []
    c = t.change
    done = {
        (row.table_name, row.row_id)
        for row in connection.execute(select(c.c.table_name, c.c.row_id).where(c.c.operation_id == undo_id))
    }
    return [change for change in changes if (change.table.name, change.row_id) not in done]


def _row(connection: Connection, context: Context, operation_id: int) -> Row[Any]:
    o = t.operation
    found = connection.execute(
        select(o).where(o.c.id == operation_id, o.c.community_id == context.community_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no operation {operation_id}.")
    return found


def _permission(connection: Connection, row: Row[Any]) -> str | None:
    """The permission of the act at the root of a chain of undos; None where undo does not know it."""
    root = row
    while root.type == ACT:
        root = connection.execute(select(t.operation).where(t.operation.c.id == root.undo_of)).one()
    return PERMISSIONS.get(root.type)


def _action(row: Row[Any]) -> str:
    """The words of the undo: what was taken back."""
    return f"Undid {row.id}" if row.type == ACT else f"Undid {row.id}: {row.action}"


def _blocked(connection: Connection, context: Context, rows: Sequence[Row[Any]]) -> dict[int, str]:
    """Act -> why it cannot be taken back, "" where nothing speaks against it."""
    ids = [row.id for row in rows]
    o = t.operation
    takers = connection.execute(
        select(o.c.undo_of, func.max(o.c.id).label("taker")).where(o.c.undo_of.in_(ids)).group_by(o.c.undo_of)
    )
    undone = {row.undo_of: row.taker for row in takers}
    moved = changed_since(connection, ids)
    reasons = {}
    for row in rows:
        if row.id in undone:
            reasons[row.id] = f"Undone already, by {undone[row.id]}."
        elif row.id in moved:
            reasons[row.id] = f"Changed again since, by {moved[row.id]}. Undo that first."
        else:
            reasons[row.id] = _forbidden(connection, context, _permission(connection, row))
    return reasons


def _forbidden(connection: Connection, context: Context, permission: str | None) -> str:
    try:
        require(connection, context, permission or "")
    except Forbidden as error:
        return str(error)
    return ""
