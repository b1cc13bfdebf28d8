"""The unit of work: one short transaction that writes rows, their images, the operation, dirty devices and topics."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table

from backend.domain.context import Context, new_id
from backend.domain.errors import NotFound, Stale
from backend.domain.names import fold
from backend.store import tables as t
from backend.store.images import to_image
from backend.store.permission import require
from backend.store.rows import (
    BUMP_TOPIC,
    IDS,
    ROW,
    chunks,
    close_image,
    delete_row,
    dirty_devices,
    insert_row,
    insert_rows,
    select_generations,
    select_row,
    select_rows,
    update_row,
    whole,
)
from backend.store.seal import Sealer

Image = tuple[int, dict[str, Any] | None, dict[str, Any] | None]
"""A changed row: its id, the row before and the row after."""


@dataclass
class Told:
    """What the operation log will say of one unit of work."""

    type: str
    action: str = ""
    entity: str = ""
    entity_id: int | None = None
    entity_name: str = ""
    undoable: bool = True
    undo_of: int | None = None


@dataclass
class Work:
    """One open unit of work; made by the store, never kept beyond its `with` block."""

    connection: Connection
    context: Context
    at: datetime
    sealer: Sealer
    told: Told
    books_only: bool = False
    batch: str = ""
    operation_id: int | None = None
    replayed: Any = None
    """The first result of this request id, when the request has been carried out before; True where that was None."""
    topics: set[str] = field(default_factory=set)
    dirtied: set[int] = field(default_factory=set)
    permitted: bool = False
    result: Any = None
    slices: bool = False
    """Whether this unit is a further slice of a batch whose operation and request are there."""

    def require(self, permission: str) -> None:
        """Raise Forbidden unless the actor may; a unit of work that never asks is not committed."""
        require(self.connection, self.context, permission)
        self.permitted = True

    def tell(self, action: str, entity: str, entity_id: int | None, name: str, *, undoable: bool = True) -> None:
        """Say in words what this unit does, for the operation log; never a secret."""
        self.told = Told(self.told.type, action, entity, entity_id, name, undoable, self.told.undo_of)

    def row(self, table: Table, row_id: int) -> dict[str, Any]:
        """The row as it stands; raises NotFound."""
        found = self.connection.execute(select_row(table), {ROW: row_id}).mappings().one_or_none()
        if found is None:
            raise NotFound(f"This {table.name.replace('_', ' ')} does not exist any more.")
        return dict(found)

    def rows(self, table: Table, row_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """As `row` for many rows, by id; raises NotFound where one is missing."""
        found: dict[int, dict[str, Any]] = {}
        for part in chunks(row_ids):
            read = self.connection.execute(select_rows(table), {IDS: part})
            found |= {int(row["id"]): dict(row) for row in read.mappings()}
        if found.keys() != set(row_ids):
            raise NotFound(f"This {table.name.replace('_', ' ')} does not exist any more.")
        return found

    def insert(self, table: Table, **values: Any) -> int:
        """Insert a row of plain values (no SQL expressions) and answer its id; a rule table leaves an image."""
        rule = self._is_rule(table)
        row_id = self._insert_plain(table, values)
        if rule:
            self._images(table, [(row_id, None, whole(table, row_id, values))], known="id" in values)
        return row_id

    def insert_many(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """As `insert` for many rows with the same columns, at a fraction of the time; answers their ids in order."""
        if not rows:
            return []
        self._refuse_replay()
        rule, known = self._is_rule(table), "id" in rows[0]
        if known:
            self.connection.execute(insert_row(table), rows)
            ids = [int(row["id"]) for row in rows]
        else:
            ids = [int(row_id) for row_id in self.connection.scalars(insert_rows(table), rows)]
        if rule:
            images = [(row_id, None, whole(table, row_id, row)) for row_id, row in zip(ids, rows, strict=True)]
            self._images(table, images, known=known)
        return ids

    def update(self, table: Table, row_id: int, *, version: int | None = None, **values: Any) -> bool:
        """Change a row; answers whether anything differed. Raises Stale when `version` is not the row's."""
        self._refuse_replay()
        before = self.row(table, row_id)
        if version is not None and before["row_version"] != version:
            raise Stale("Somebody else changed this record meanwhile.", before["row_version"])
        differing = {name: value for name, value in values.items() if before[name] != value}
        if not differing:
            return False
        if "row_version" in before:
            differing["row_version"] = before["row_version"] + 1
        self.connection.execute(update_row(table), {ROW: row_id, **differing})
        if self._is_rule(table):
            self._images(table, [(row_id, before, {**before, **differing})])
        return True

    def update_many(self, table: Table, wanted: Mapping[int, Mapping[str, Any]]) -> None:
        """As `update` for many rows, each with values of its own, at a fraction of the time."""
        self._refuse_replay()
        images: list[Image] = []
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row_id, before in self.rows(table, list(wanted)).items():
            differing = {name: value for name, value in wanted[row_id].items() if before[name] != value}
            if differing:
                if "row_version" in before:
                    differing["row_version"] = before["row_version"] + 1
                by_columns.setdefault(tuple(sorted(differing)), []).append({ROW: row_id, **differing})
                images.append((row_id, before, {**before, **differing}))
        for rows in by_columns.values():
            self.connection.execute(update_row(table), rows)
        if images and self._is_rule(table):
            self._images(table, images)

    def delete(self, table: Table, row_id: int) -> None:
        """Delete a row; a rule table leaves an image. Raises NotFound."""
        self.delete_many(table, [row_id])

    def delete_many(self, table: Table, row_ids: Sequence[int]) -> None:
        """As `delete` for many rows, at a fraction of the time."""
        if not row_ids:
            return
        self._refuse_replay()
        before = self.rows(table, row_ids)
        self.connection.execute(delete_row(table), [{ROW: row_id} for row_id in row_ids])
        if self._is_rule(table):
            self._images(table, [(row_id, before[row_id], None) for row_id in row_ids])

    def dirty(self, device_ids: Iterable[int], reason: str) -> None:
        """Say that what these devices hold may be wrong from now on (level-triggered, a new generation)."""
        wanted = sorted(set(device_ids) - self.dirtied)
        if not wanted:
            return
        self._refuse_replay()
        self.connection.execute(dirty_devices(), {IDS: wanted, "why_": reason, "at_": self.at})
        self.dirtied.update(wanted)
        self.touch("sync")

    def generations(self) -> dict[int, int]:
        """The devices made dirty so far, each with the generation that it must reach."""
        if not self.dirtied:
            return {}
        rows = self.connection.execute(select_generations(), {IDS: sorted(self.dirtied)})
        return {row.id: row.gen for row in rows}

    def touch(self, *topics: str) -> None:
        """Name what changed, for every terminal that shows it."""
        self.topics.update(topics)

    def replay(self, saved: dict[str, Any]) -> None:
        """Turn this unit into the answer `saved` by the request's first run; called by the store."""
        self.replayed = True if saved["result"] is None else saved["result"]
        self.operation_id = saved["operation"]

    def continues(self, operation_id: int) -> None:
        """Make this unit a further slice of the batch of `operation_id`; called by the store."""
        self.operation_id, self.slices = operation_id, True

    def open_operation(self) -> int:
        """The operation of this unit of work, made at its first image."""
        if self.operation_id is None:
            self.operation_id = self._insert_operation({})
        return self.operation_id

    def _insert_operation(self, words: dict[str, Any]) -> int:
        known = {
            "uuid": new_id(),
            "community_id": self.context.community_id,
            "at": self.at,
            "actor_id": self.context.actor_id,
            "actor": self.context.actor_name,
            "via": self.context.via.value,
            "type": self.told.type,
            "batch": self.batch,
        }
        return self._insert_plain(t.operation, {**known, **words})

    def finish(self) -> None:
        """Write operation text, topics and the request's result; called by the store before the commit."""
        if not self.books_only and (self.told.action or not self.slices):
            self._write_operation()
        if self.topics:
            self.connection.execute(BUMP_TOPIC, [{"name": name} for name in sorted(self.topics)])
        if not self.books_only and not self.slices:
            request = {
                "request_id": self.context.request_id,
                "actor_id": self.context.actor_id,
                "at": self.at,
                "result": json.dumps({"operation": self.operation_id, "result": self.result}),
            }
            self.connection.execute(insert_row(t.request), request)

    def _write_operation(self) -> None:
        told = self.told
        words = {
            "action": told.action,
            "entity": told.entity,
            "entity_id": told.entity_id,
            "entity_name": told.entity_name,
            "text_fold": fold(f"{told.action} {told.entity_name}"),
            "undoable": told.undoable,
            "undo_of": told.undo_of,
        }
        if self.operation_id is None:  # no row left an image: one statement less while others wait for the lock
            self.operation_id = self._insert_operation(words)
        else:
            self.connection.execute(update_row(t.operation), {ROW: self.operation_id, **words})
        self.touch("operations")

    def _refuse_replay(self) -> None:
        if self.replayed is not None:
            raise RuntimeError("this request has been carried out before: its unit of work changes nothing")

    def _insert_plain(self, table: Table, values: dict[str, Any]) -> int:
        self._refuse_replay()
        key = self.connection.execute(insert_row(table), values).inserted_primary_key
        assert key is not None
        return int(key[0])

    def _is_rule(self, table: Table) -> bool:
        if not table.info.get("rule"):
            return False
        if self.books_only:
            raise RuntimeError(f"{table.name} is a rule table: it changes in a unit of work with an operation")
        return True

    def _images(self, table: Table, changed: Sequence[Image], *, known: bool = True) -> None:
        """Write the images of changed rows; a row not `known` before has none to end, as no id is given twice."""
        operation_id = self.open_operation()
        if known:
            self.connection.execute(close_image(table), [{ROW: row_id, "to_at": self.at} for row_id, _, _ in changed])
        images = [
            {
                "operation_id": operation_id,
                "table_name": table.name,
                "row_id": row_id,
                "from_at": self.at,
                "before_sealed": None if before is None else to_image(self.sealer, table, before),
                "after_sealed": None if after is None else to_image(self.sealer, table, after),
            }
            for row_id, before, after in changed
        ]
        self.connection.execute(insert_row(t.change), images)
