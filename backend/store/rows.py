"""Statements on single rows, made once for each table, and rows as the database will hold them.

Building a statement costs several times what running it does, and it is run while the write lock is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DefaultClause,
    Delete,
    Insert,
    Integer,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from backend.store.tables import change

ROW = "row_id_"
"""Parameter of the row's id in the statements below; no column is called so."""
BUMP_TOPIC = text(
    "INSERT INTO topic (name, version) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET version = topic.version + 1"
)
"""The next version of the topic :name, the same words on SQLite and PostgreSQL."""


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
