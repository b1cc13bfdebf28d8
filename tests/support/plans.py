"""How the database goes about what is asked of it: its plan, not the clock of a busy machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from backend.store.store import Store


def plans(store: Store, table: str, read: Callable[[], object]) -> list[str]:
    """The plan of each statement of `read` that names a table, its steps joined by " | "."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if f"FROM {table}" in statement:
            statements.append((statement, parameters))

    engine = store._reader
    event.listen(engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        return [
            " | ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in statements
        ]
