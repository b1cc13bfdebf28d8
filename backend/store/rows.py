"""Statements on single rows, made once for each table, and rows as the database will hold them.

Building a statement costs several times what running it does, and it is run while the write lock is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DefaultClause,
    Delete,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from backend.store.tables import change, device_sync

_Item = TypeVar("_Item")

_AT_ONCE = 500
"""Ids in one query: every database takes so many."""
ROW = "row_id_"
"""Parameter of the row's id in the statements below; no column is called so."""
IDS = "ids_"
"""Parameter of several ids, as `among` asks for them."""
BUMP_TOPIC = text(
    "INSERT INTO topic (name, version) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET version = topic.version + 1"
)
"""The next version of the topic :name, the same words on SQLite and PostgreSQL."""


def chunks(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """The items in slices that one query takes."""
    return (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))


def among(column: Column[Any]) -> ColumnElement[bool]:
    """The condition that a column is one of IDS."""
    return column.in_(bindparam(IDS, expanding=True))


@cache
def insert_row(table: Table) -> Insert:
    """INSERT of the columns given as parameters."""
    return insert(table)


@cache
def insert_rows(table: Table) -> ReturningInsert[int]:
    """INSERT of many rows that answers their ids in the order of the parameters."""
    return insert(table).returning(table.c.id, sort_by_parameter_order=True)


@cache
def select_row(table: Table) -> Select[Any]:
    """SELECT of the whole row ROW."""
    return select(table).where(table.c.id == bindparam(ROW))


@cache
def select_rows(table: Table) -> Select[Any]:
    """SELECT of the whole rows IDS."""
    return select(table).where(among(table.c.id))


@cache
def update_row(table: Table) -> Update:
    """UPDATE of the columns given as parameters in the row ROW."""
    return update(table).where(table.c.id == bindparam(ROW))


@cache
def delete_row(table: Table) -> Delete:
    """DELETE of the row ROW."""
    return delete(table).where(table.c.id == bindparam(ROW))


@cache
def close_image(table: Table) -> Update:
    """UPDATE that ends the latest image of the row ROW of `table` at the parameter to_at."""
    return update(change).where(
        change.c.table_name == table.name, change.c.row_id == bindparam(ROW), change.c.to_at.is_(None)
    )


@cache
def dirty_devices() -> Update:
    """UPDATE that gives the devices IDS a new generation, why_ and since at_ unless they wait already."""
    sync = device_sync
    return (
        update(sync)
        .where(among(sync.c.id))
        .values(
            gen=sync.c.gen + 1,
            reason=bindparam("why_"),
            not_before=None,
            since=func.coalesce(sync.c.since, bindparam("at_", type_=sync.c.since.type)),
        )
    )


@cache
def select_generations() -> Select[Any]:
    """SELECT of id and generation of the devices IDS."""
    return select(device_sync.c.id, device_sync.c.gen).where(among(device_sync.c.id))


def whole(table: Table, row_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The row that inserting `values` makes, with the defaults of the database in the columns left out."""
    return {**_defaults(table), **values, "id": row_id}


@cache
def _defaults(table: Table) -> dict[str, Any]:
    return {column.name: _default(column) for column in table.columns}


def _default(column: Column[Any]) -> Any:
    if not isinstance(column.server_default, DefaultClause):
        return None
    written = str(column.server_default.arg)
    if isinstance(column.type, Boolean):
        return written == "1"
    return int(written) if isinstance(column.type, Integer) else written
