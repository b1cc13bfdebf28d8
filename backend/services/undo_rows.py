"""The rows of a unit put back: the same kind of row of all its people at once, each person's own in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.domain.enums import CredentialStatus, HolderStatus, PinMode
from backend.services.credentials import LIVE
from backend.services.pin_mode import rescope, scope_now
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work

if TYPE_CHECKING:
    from backend.services.undo_changes import Change

_Kind = tuple[str, str]
"""Table, and how its row is put back."""


def put_back(work: Work, unit: Sequence[Change]) -> None:
    """Put the rows of a unit back, which are those of a few people or of none, last first."""
    for (_, how), batch in _batches(unit):
        table = batch[0].table
        if how == "code":
            _put_codes_back(work, batch)
        elif how == "tombstone":
            gone = {"status": HolderStatus.SUSPENDED.value, "removed_at": work.at, "apartment_id": None}
            work.update_many(table, {change.row_id: gone for change in batch})
        elif how == "erase":
            work.delete_many(table, [change.row_id for change in batch])
        elif how == "insert":
            work.insert_many(table, [change.before or {} for change in batch])
        else:
            _put_values_back(work, batch)


def _batches(unit: Sequence[Change]) -> Iterator[tuple[_Kind, list[Change]]]:
    """The changes of a unit that can be put back together; no row is twice in one of them."""
    lines: dict[int | None, deque[Change]] = {}
    for change in unit:
        lines.setdefault(change.holder_id, deque()).append(change)
    while lines:
        kind = _kind(next(iter(lines.values()))[0])
        batch: dict[int, Change] = {}
        for line in lines.values():
            while line and _kind(line[0]) == kind and line[0].row_id not in batch:
                change = line.popleft()
                batch[change.row_id] = change
        lines = {whose: line for whose, line in lines.items() if line}
        yield kind, list(batch.values())


def _kind(change: Change) -> _Kind:
    if change.table is t.credential:
        how = "code"
    elif change.table is t.holder and change.made:
        how = "tombstone"
    elif change.made:
        how = "erase"
    else:
        how = "insert" if change.after is None else "update"
    return change.table.name, how


def _put_values_back(work: Work, batch: Sequence[Change]) -> None:
    """A row without a difference gets a version only: a form opened before must not save over what comes back beside
    it."""
    work.update_many(batch[0].table, {change.row_id: change.differing() or {"row_version": 0} for change in batch})
    for change in batch:
        if change.table is t.community and "pin_mode" in change.differing():
            rescope(work.connection, change.row_id, PinMode(change.differing()["pin_mode"]))


def _put_codes_back(work: Work, batch: Sequence[Change]) -> None:
    """Codes that were there are there again, in the scope of today; those that were not there cool from now on."""
    c = t.credential
    ids = [change.row_id for change in batch]
    rows = {row.id: row for part in chunks(ids) for row in work.connection.execute(select(c).where(c.c.id.in_(part)))}
    cools = {"status": CredentialStatus.COOLING.value, "freed_at": work.at}
    wanted = {}
    for change in batch:
        row = rows[change.row_id]
        if change.before is not None and change.before["status"] in LIVE:
            wanted[row.id] = {**change.differing(), "scope": scope_now(work.connection, row)}
        elif row.status in LIVE:
            wanted[row.id] = cools
    work.update_many(c, wanted)
