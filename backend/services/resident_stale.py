"""What somebody else did to a person since a form was opened (edge case 75)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Table, select

from backend.catalog.history import field_of
from backend.domain.errors import Stale
from backend.services.credentials import spoken
from backend.services.rules import open_image
from backend.store import tables as t
from backend.store.seal import Sealer

_OF_HOLDER = {"credential": "codes", "access_group_member": "access groups", "holder": "", "own_window": "own hours",
               "own_relay": "own doors"}  # fmt: skip
"""Tables beside the row whose version a form keeps, and what their changes are called."""

_UNSEEN = frozenset({"row_version", "account_status", "app_status", "name_fold"})


def stale(connection: Connection, sealer: Sealer, row: Row[Any], version: int, table: Table = t.resident) -> Stale:
    """The error for a form of an older `version` of the person's row in `table`: who changed what, in its words."""
    since = _operations(connection, sealer, table, row.id, version)
    what = _fields(connection, sealer, table, row.id, [one.id for one in since])
    who = " and ".join(dict.fromkeys(one.actor for one in since)) or "Somebody else"
    told = f": {', '.join(what)}" if what else ""
    return Stale(f"{who} changed {spoken(row.name)} meanwhile{told}.", row.row_version)


def _operations(connection: Connection, sealer: Sealer, table: Table, holder_id: int, version: int) -> list[Any]:
    """The operations that took the person's row beyond a version, oldest first."""
    change, operation = t.change, t.operation
    rows = connection.execute(
        select(operation.c.id, operation.c.actor, change.c.before_sealed)
        .join(operation, operation.c.id == change.c.operation_id)
        .where(change.c.table_name == table.name, change.c.row_id == holder_id)
        .order_by(change.c.id)
    ).all()
    found: dict[int, Any] = {}
    for row in rows:
        before = open_image(sealer, table.name, holder_id, row.before_sealed)
        if before is not None and before["row_version"] >= version:
            found.setdefault(row.id, row)
    return list(found.values())


def _fields(
    connection: Connection, sealer: Sealer, table: Table, holder_id: int, operation_ids: list[int]
) -> list[str]:
    """What these operations changed of the person, by the labels of the form."""
    change = t.change
    rows = connection.execute(
        select(change).where(change.c.operation_id.in_(operation_ids)).order_by(change.c.id)
    ).all()
    labels: dict[str, None] = {}
    for row in rows:
        before = open_image(sealer, row.table_name, row.row_id, row.before_sealed) or {}
        after = open_image(sealer, row.table_name, row.row_id, row.after_sealed) or {}
        if row.table_name == table.name and row.row_id == holder_id:
            differing = [name for name in after if after[name] != before.get(name) and name not in _UNSEEN]
            labels |= dict.fromkeys(field_of(table.name, name).label for name in differing)
        elif row.table_name == t.holder.name and row.row_id == holder_id:
            if after.get("floors") != before.get("floors"):
                labels["Floors"] = None
        elif (word := _OF_HOLDER.get(row.table_name)) and (after or before).get("holder_id") == holder_id:
            labels[word] = None
    return list(labels)
