"""Rows of any table: whatever its constraints ask for is made up, references included."""

from __future__ import annotations

import itertools
from datetime import time
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, LargeBinary, Table, Text, Time

from backend.store.types import UtcDateTime
from backend.store.work import Work
from tests.support.clock import START

_numbers = itertools.count(1)


def insert_any(work: Work, table: Table, **given: Any) -> int:
    """Insert a valid row that shares no value with another but where a vocabulary or `given` leaves no choice."""
    values = dict(given)
    for column in table.columns:
        if column.name not in values and not (column.primary_key and column.autoincrement is True):
            _fill(work, table, column, values)
    return work.insert(table, **values)


def made_up(work: Work, table: Table, column: Column[Any]) -> Any:
    """A value for a column that no row has yet, also where NULL would do."""
    if column.foreign_keys:
        return insert_any(work, next(iter(column.foreign_keys)).column.table)
    return _plain(table, column)


def _fill(work: Work, table: Table, column: Column[Any], values: dict[str, Any]) -> None:
    if column.name == "id" and not column.foreign_keys:
        return
    unique = any(column.name in index.columns for index in table.indexes if index.unique)
    if column.nullable or (column.server_default is not None and not unique):
        return
    values[column.name] = made_up(work, table, column)


def _plain(table: Table, column: Column[Any]) -> Any:
    number, kind = next(_numbers), column.type
    vocabulary = _vocabulary(table, column)
    if vocabulary:
        return vocabulary[0]
    if isinstance(kind, UtcDateTime):
        return START
    if isinstance(kind, Time):
        return time(8, number % 60)
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Text):
        return f"made up {number}"
    if isinstance(kind, LargeBinary):
        return f"made up {number}".encode()
    if isinstance(kind, Integer):
        return number
    raise TypeError(f"{table.name}.{column.name}: {kind}")


def _vocabulary(table: Table, column: Column[Any]) -> list[str]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.sqltext).startswith(f"{column.name} IN ("):
            return str(constraint.sqltext).split("'")[1::2]
    return []
