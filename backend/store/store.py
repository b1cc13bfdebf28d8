"""The store of one site: reading, the unit of work, and what happens around a commit."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from backend.domain.context import Clock, Context, system_clock
from backend.domain.errors import Busy, Forbidden, Unreachable
from backend.store import tables as t
from backend.store.collecting import no_collecting
from backend.store.conflicts import to_conflict
from backend.store.driver import BUSY_SECONDS, make_engine
from backend.store.permission import require
from backend.store.seal import Sealer
from backend.store.work import Told, Work

in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)
"""True while this task holds the write lock: whoever would wait on a network then is wrong, and tests make it raise."""


class Store:
    """The database of a site; safe to use from several threads and processes at once."""

    def __init__(self, path: Path, sealer: Sealer, *, clock: Clock = system_clock) -> None:
        self.path = path
        self.sealer = sealer
        self.clock = clock
        self.longest_lock = 0.0
        """Seconds for which a transaction of this process held the write lock at most."""
        self.after_commit: list[Callable[[frozenset[str]], None]] = []
        """Called with the touched topics after each commit of this process, in the writer's thread; may not raise."""
        self._turn = threading.Lock()
        self._reader = make_engine(path, writes=False)
        self._writer = make_engine(path, writes=True)

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def read(self, context: Context | None = None, permission: str | None = None) -> Iterator[Connection]:
        """A connection that sees one instant and writes nothing; raises Forbidden without `permission`."""
        with _known_errors(), self._reader.connect() as connection, connection.begin():
            if context is not None and permission is not None:
                require(connection, context, permission)
            yield connection

    @contextmanager
    def write(
        self, context: Context, act: str, *, at: datetime | None = None, operation_id: int | None = None
    ) -> Iterator[Work]:
        """One act of a manager: one short transaction with its operation. `act` is "entity.verb".

        A request id that was carried out before gives a unit whose `replayed` holds the first result (True where that
        was None) and that refuses to change rows. Raises Forbidden, also when no permission was asked for, Conflict,
        Stale, NotFound, Invalid, Busy. `operation_id` continues a batch in another slice: the request id is then that
        of the first slice, whose words the operation keeps unless this one tells its own.
        """
        with self._unit(self._writer, context, act, at) as work:
            if operation_id is None:
                found = work.connection.execute(
                    select(t.request.c.result).where(t.request.c.request_id == context.request_id)
                ).scalar()
                if found is not None:
                    work.replay(json.loads(found))
            else:
                work.continues(operation_id)
            yield work
            if work.replayed is not None:
                return
            if not work.permitted:
                raise Forbidden(act, f"{act} asked for no permission, so nothing was changed.")
            work.finish()

    @contextmanager
    def books(self, context: Context) -> Iterator[Work]:
        """A transaction on the agent's books and the logs: no operation, and rule tables cannot be changed."""
        with self._unit(self._writer, context, "books", None) as work:
            work.books_only = True
            yield work
            work.finish()

    @contextmanager
    def _unit(self, engine: Engine, context: Context, act: str, at: datetime | None) -> Iterator[Work]:
        if in_transaction.get():
            raise RuntimeError("a unit of work inside another")
        with _known_errors(), self._my_turn(), engine.connect() as connection, self._locked(connection):
            work = Work(connection, context, at or self.clock(), self.sealer, Told(act))
            yield work
        if work.replayed is None:
            for listener in tuple(self.after_commit):
                listener(frozenset(work.topics))

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """One thread of a process at a time asks for the write lock, which is asked for by looking again and again.

        The others wait here, at no cost, and follow at once. Raises Busy.
        """
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Busy("The database is busy. Try again.")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _locked(self, connection: Connection) -> Iterator[None]:
        """A transaction whose time with the write lock is measured, waiting for the lock not included."""
        transaction = connection.begin()
        began, token = time.perf_counter(), in_transaction.set(True)
        try:
            with no_collecting(), transaction:
                yield
        finally:
            in_transaction.reset(token)
            self.longest_lock = max(self.longest_lock, time.perf_counter() - began)


@contextmanager
def _known_errors() -> Iterator[None]:
    """No database exception crosses a service."""
    try:
        yield
    except IntegrityError as error:
        raise to_conflict(error) from None
    except PoolTimeout:
        raise Busy("The database is busy. Try again.") from None
    except DatabaseError as error:
        if type(error) not in (OperationalError, DatabaseError):
            raise
        text = str(error.orig)
        if "locked" in text or "busy" in text:
            raise Busy("The database is busy. Try again.") from None
        raise Unreachable(f"The database cannot be used: {text}") from None
