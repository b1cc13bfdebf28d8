"""Undo: every act of a manager can be taken back by its number while the world has not moved on (feature SYNC-07)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.domain.access.results import DoorPlan
from backend.domain.context import Context
from backend.domain.errors import Conflict, Forbidden, NotFound
from backend.domain.operations import OperationRecord
from backend.domain.records import Saved
from backend.services.base import Service
from backend.services.operations import operation_record
from backend.services.plans import door_plans
from backend.services.rules import RuleRows
from backend.services.slices import Stopped, Told, going_on, quiet
from backend.services.undo_changes import Change, changes_of, imagine_back, people_of
from backend.services.undo_checks import changed_since, refuse_if_moved_on
from backend.services.undo_reasons import why_never
from backend.services.undo_taking import ACT, Look, Taking, newest_change
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.permission import require
from backend.store.seal import Sealer

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
        "relay.hold": "device.edit",
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
            half = _half_undone(connection, [row.id for row in rows])
        return tuple(
            operation_record(row).model_copy(update={"blocked": blocked[row.id], "half_undone": row.id in half})
            for row in rows
        )

    def plan(self, context: Context, operation_id: int) -> tuple[DoorPlan, ...]:
        """What taking an act back would do at each door. Raises NotFound, Forbidden, Conflict with the reason."""
        with self.store.read(context, "undo.write") as connection:
            changes = looked_at(connection, self.store.sealer, context, operation_id).left
            everybody = any(change.table in (t.community, t.holiday, t.relay, t.device) for change in changes)
            people = None if everybody else people_of(connection, changes)
            rows = RuleRows.fetch(connection, context.community_id, people)
            before = rows.rules(self.store.sealer)
            imagine_back(rows, changes)
            return door_plans(connection, before, rows.rules(self.store.sealer), self.store.clock())

    def undo(self, context: Context, operation_id: int, *, tell: Told = quiet, stopped: Stopped = going_on) -> Saved:
        """Take an act back whole, batches too; the same request goes on where it was broken off.

        `tell` hears of each slice, `stopped` is asked between slices: what is taken back then stays so, the answer's
        `skipped` says what is left, and undoing the same act again goes on. Raises NotFound, Forbidden without the
        permission of the act itself, Conflict with the reason why not.
        """

        def look() -> Look:
            with self.store.read(context, "undo.write") as connection:
                return looked_at(connection, self.store.sealer, context, operation_id)

        return Taking(self.store, context, look, tell, stopped).run(_action)


def looked_at(connection: Connection, sealer: Sealer, context: Context, operation_id: int) -> Look:
    """The act as it stands now, its images opened; raises NotFound, Forbidden, Conflict with the reason why not."""
    row = _row(connection, context, operation_id)
    changes, newest = changes_of(connection, sealer, row.id), newest_change(connection)
    r, o = t.request, t.operation
    before = connection.execute(select(r.c.result).where(r.c.request_id == context.request_id)).scalar()
    if before is None:
        under = _half_undone(connection, [row.id]).get(row.id)
    else:
        kept = json.loads(before)
        under = connection.execute(select(o).where(o.c.id == kept["operation"])).one()
        if not under.unfinished or is_undone(connection, under.id):
            return Look(row, changes, (), newest, under, Saved.of(kept["result"]))
    left = changes if under is None else _left(connection, changes, under.id)
    if before is None:
        _refuse(connection, sealer, context, row, left)
    return Look(row, changes, left, newest, under)


def _refuse(connection: Connection, sealer: Sealer, context: Context, row: Row[Any], changes: Sequence[Change]) -> None:
    """Raise Forbidden or Conflict where this actor cannot take the act back."""
    if not row.undoable or (permission := _permission(connection, row)) is None:
        raise Conflict("", why_never(row, changed=bool(changes)))
    require(connection, context, permission)
    if reason := _blocked(connection, context, [row])[row.id]:
        raise Conflict("", reason)
    refuse_if_moved_on(connection, sealer, changes)


def _left(connection: Connection, changes: Sequence[Change], undo_id: int) -> list[Change]:
    """What an undo that was broken off has left."""
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
    half, moved = _half_undone(connection, ids), changed_since(connection, ids)
    reasons = {}
    for row in rows:
        if row.id in undone and row.id not in half:
            reasons[row.id] = f"Undone already, by {undone[row.id]}."
        elif row.unfinished:
            reasons[row.id] = f"This undo is not finished. Undo {row.undo_of} again first, which goes on with it."
        elif row.id in moved:
            reasons[row.id] = f"Changed again since, by {moved[row.id]}. Undo that first."
        else:
            reasons[row.id] = _forbidden(connection, context, _permission(connection, row))
    return reasons


def _half_undone(connection: Connection, operation_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Act -> its undo that was stopped or broken off between two slices."""
    o = t.operation
    query = select(o).where(o.c.undo_of.in_(operation_ids), o.c.unfinished.is_(True))
    return {row.undo_of: row for row in connection.execute(query)}


def _forbidden(connection: Connection, context: Context, permission: str | None) -> str:
    try:
        require(connection, context, permission or "")
    except Forbidden as error:
        return str(error)
    return ""
