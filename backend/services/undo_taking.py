"""An act taken back: looked at before the lock is taken, then written in slices under one operation (SYNC-07).

What was looked at holds while the site has no newer change. An undo that was stopped or broken off between two slices
stays marked as unfinished: undoing the same act goes on with it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from backend.domain.context import Context
from backend.domain.errors import Conflict
from backend.domain.progress import Progress
from backend.domain.records import Saved
from backend.services.base import saved
from backend.services.going_on import Step
from backend.services.proofs_of_acts import may_follow, proofs_of
from backend.services.slices import Stopped, Told, taken
from backend.services.undo_changes import Change, turn_back, units
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

ACT = "undo.undo"

LOOKS = 3
"""How often an act is looked at again when something was changed before the lock was there."""

TOPICS = (
    "residents",
    "apartments",
    "buildings",
    "groups",
    "devices",
    "doors",
    "communities",
    "managers",
    "temp_keys",
    "personnel",
    "amenities",
    "bookings",
)


@dataclass(frozen=True, slots=True)
class Look:
    """An act that may be taken back: its row, its changes, those that are `left`, the newest change of the site.

    `under` is the undo that goes on, None for a new one. `answer` is what the same request was answered before, where
    nothing is left of it.
    """

    row: Row[Any]
    changes: Sequence[Change] = field(repr=False)
    left: Sequence[Change] = field(repr=False)
    newest: int
    under: Row[Any] | None = None
    answer: Saved | None = None


class _MovedOn(Exception):
    """Something was changed since the look."""


class Taking:
    """One act being taken back; `action` are the words of the undo."""

    def __init__(self, store: Store, context: Context, look: Callable[[], Look], tell: Told, stopped: Stopped) -> None:
        self._store = store
        self._context = context
        self._look = look
        self._tell = tell
        self._stopped = stopped
        self._began = time.perf_counter()
        self._queue: deque[Step] = deque()
        self._answer = Saved(id=0, operation=0)
        self._done = self._total = self._own = 0
        self._unfinished = False

    def run(self, action: Callable[[Row[Any]], str]) -> Saved:
        """Take it back. Raises Conflict where too much is changed meanwhile, or somebody else goes on with it."""
        look = self._begin(action)
        if look.answer is not None:
            return look.answer
        self._slices()
        if not self._queue:
            self._queue = self._proofs()
            self._slices()
        if self._queue:
            where = f"Stopped: {self._done:,} of {self._total:,} rows are taken back. Undo {look.row.id} again goes on."
            return replace(self._answer, skipped={"undo": where})
        self._finish()
        return self._answer

    def _begin(self, action: Callable[[Row[Any]], str]) -> Look:
        """The first slice, by a look after which nothing was changed."""
        for _ in range(LOOKS):
            look = self._look()
            if look.answer is not None:
                return look
            self._queue = deque(partial(self._back, unit=unit) for unit in units(look.left))
            self._total = len(look.changes)
            self._done = self._total - len(look.left)
            with suppress(_MovedOn):
                self._first(look, action)
                self._told()
                return look
        raise Conflict("", "This act is still going on, or others change much now. Try again in a moment.")

    def _first(self, look: Look, action: Callable[[Row[Any]], str]) -> None:
        """The first slice; raises _MovedOn before it writes where something was changed since the look."""
        under = None if look.under is None else int(look.under.id)
        with self._store.write(self._context, ACT, operation_id=under) as work:
            work.require("undo.write")
            if work.replayed is not None or newest_change(work.connection) != look.newest:
                raise _MovedOn
            if look.under is None:
                work.told.undo_of = look.row.id
                work.tell(action(look.row), look.row.entity, look.row.entity_id, look.row.entity_name)
            self._answer = Saved(id=look.row.entity_id or look.row.id, operation=0)
            self._slice(work)
            self._unfinished = bool(self._queue) or may_follow(look.changes)
            _mark(work, unfinished=self._unfinished)

    def _slices(self) -> None:
        """What is queued, until it is done or somebody stops it."""
        while self._queue and not self._stopped():
            with self._store.write(self._context, ACT, operation_id=self._answer.operation) as work:
                work.require("undo.write")
                if newest_change(work.connection, self._answer.operation) != self._own:
                    raise Conflict("", "Somebody else goes on with this undo.")
                self._slice(work)
            self._told()

    def _slice(self, work: Work) -> None:
        for step in taken(self._queue):
            step(work)
        work.touch(*TOPICS)
        done = saved(work, self._answer.id)
        self._answer = done.with_doors({**self._answer.doors, **done.doors})
        self._own = newest_change(work.connection, done.operation)

    def _told(self) -> None:
        self._tell(Progress(self._done, self._total, time.perf_counter() - self._began))

    def _back(self, work: Work, unit: Sequence[Change]) -> None:
        turn_back(work, unit)
        self._done += len(unit)

    def _proofs(self) -> deque[Step]:
        """What doors have to prove after what was written; the rules are back already."""
        with self._store.read(self._context, "undo.write") as connection:
            return proofs_of(connection, self._store.sealer, self._answer.operation)

    def _finish(self) -> None:
        if self._unfinished:
            with self._store.write(self._context, ACT, operation_id=self._answer.operation) as work:
                work.require("undo.write")
                _mark(work, unfinished=False)
                work.touch("operations")


def _mark(work: Work, *, unfinished: bool) -> None:
    o = t.operation
    work.connection.execute(update(o).where(o.c.id == work.open_operation()).values(unfinished=unfinished))


def newest_change(connection: Connection, operation_id: int | None = None) -> int:
    """The number of the newest change, of everything or of one act; 0 where there is none."""
    c = t.change
    query = select(func.max(c.c.id))
    found = connection.execute(query if operation_id is None else query.where(c.c.operation_id == operation_id))
    return int(found.scalar() or 0)
