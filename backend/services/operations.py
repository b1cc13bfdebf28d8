"""The operation log: who did what, and what it changed field by field (rules 10.6; feature LOG-06)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, desc, func, select, union

from backend.domain.context import Context
from backend.domain.errors import NotFound
from backend.domain.operations import FieldChange, OperationRecord
from backend.domain.paging import ListQuery
from backend.services.base import Service
from backend.services.door_states import formats_of
from backend.services.lists import ListHandle
from backend.services.operation_fields import FieldReader
from backend.services.since import since
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.rows import IDS, select_rows

_STORED = tuple(name for name in OperationRecord.model_fields if name not in ("blocked", "half_undone"))
"""What the row of an operation has of its record; the rest is for Undo to say."""
MOST_ROWS = 500
"""Rows of one operation that are read for its fields; a batch over ten thousand people is told by its first ones."""

_TABLES = {"resident": ("resident", "holder"), "door": ("relay",), "access-group": ("access_group",)}
"""Entity -> the tables of its rows, where they are not called like it."""


class Operations(Service):
    """Every act of everybody; append-only, and no secret in it."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The operations, newest first."""
        return ListHandle(self.store, context, "operation.read", operation_listing(context), since(query, "at"))

    def get(self, context: Context, operation_id: int) -> OperationRecord:
        """One operation; raises NotFound."""
        with self.store.read(context, "operation.read") as connection:
            return operation_record(_row(connection, context, operation_id))

    def fields(self, context: Context, operation_id: int) -> tuple[FieldChange, ...]:
        """What an operation changed, field by field; secrets stand as "***". Raises NotFound, Unreachable.

        Times are written in the community's zone, references by the names that they have now.
        """
        change = t.change
        with self.store.read(context, "operation.read") as connection:
            _row(connection, context, operation_id)
            rows = connection.execute(
                select(change).where(change.c.operation_id == operation_id).order_by(change.c.id).limit(MOST_ROWS)
            ).all()
            reader = FieldReader(connection, self.store.sealer, formats_of(connection, context.community_id))
            return reader.read(rows)

    def of_record(self, context: Context, entity: str, record_id: int, limit: int = 100) -> tuple[OperationRecord, ...]:
        """The history of a record, newest first: acts on it and acts that changed it by the way."""
        o, change = t.operation, t.change
        of_it = select(o.c.id).where(o.c.entity == entity, o.c.entity_id == record_id)
        tables = _TABLES.get(entity, (entity,))
        by_the_way = select(change.c.operation_id).where(change.c.table_name.in_(tables), change.c.row_id == record_id)
        newest = union(of_it, by_the_way).order_by(desc("id")).limit(limit)
        with self.store.read(context, "operation.read") as connection:
            rows = connection.execute(select_rows(o), {IDS: connection.execute(newest).scalars().all()}).all()
        mine = (row for row in rows if row.community_id == context.community_id)
        return tuple(operation_record(row) for row in sorted(mine, key=lambda row: (row.at, row.id), reverse=True))


def operation_record(row: Row[Any]) -> OperationRecord:
    """A row of `operation` as it is shown; whether the world has moved on since is for Undo to say."""
    return OperationRecord(**{name: getattr(row, name) for name in _STORED})


def _row(connection: Connection, context: Context, operation_id: int) -> Row[Any]:
    o = t.operation
    found = connection.execute(
        select(o).where(o.c.id == operation_id, o.c.community_id == context.community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such operation.")
    return found


def operation_listing(context: Context, *conditions: ColumnElement[bool]) -> Listing:
    """The operations of the context's community that meet the conditions, newest first."""
    o = t.operation
    return Listing(
        source=o,
        id_column=o.c.id,
        columns={name: o.c[name] for name in _STORED},
        sorts={"at": o.c.at},
        default_sort="at",
        descending=True,
        filters={
            "id": FilterColumn(o.c.id),
            "at": FilterColumn(o.c.at),
            "actor": FilterColumn(func.lower(o.c.actor), "contains"),
            "via": FilterColumn(o.c.via),
            "type": FilterColumn(o.c.type, "contains"),
            "entity": FilterColumn(o.c.entity),
            "entity_name": FilterColumn(o.c.text_fold, "contains"),
        },
        words=(o.c.text_fold, func.lower(o.c.actor)),
        where=and_(o.c.community_id == context.community_id, *conditions),
    )
