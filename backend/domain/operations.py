"""The operation log and the changes behind it."""

from __future__ import annotations

from datetime import datetime

from backend.domain.frozen import Frozen


class OperationRecord(Frozen):
    """One act, as the operation log and the undo list show it."""

    id: int
    at: datetime
    actor: str
    via: str
    type: str
    action: str
    entity: str
    entity_id: int | None
    entity_name: str
    undo_of: int | None
    undoable: bool
    blocked: str = ""
    """Why it cannot be undone, "" if it can."""
    half_undone: bool = False
    """Whether an undo of it was stopped or broken off: undoing it goes on."""


class FieldChange(Frozen):
    """One field before and after; secrets only as "***"."""

    record: str
    field: str
    before: str
    after: str
