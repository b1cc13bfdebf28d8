"""Whether an act was taken back."""

from __future__ import annotations

from sqlalchemy import Connection, select

from backend.store import tables as t


def is_undone(connection: Connection, operation_id: int) -> bool:
    """Whether some operation is the undo of this one, whatever became of that."""
    found = connection.execute(select(t.operation.c.id).where(t.operation.c.undo_of == operation_id).limit(1))
    return found.scalar() is not None
