"""The change feed: which topics were touched, by whatever process, told within a moment of the commit."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ParamSpec

from backend.domain.errors import Unreachable
from backend.store.driver import connect, pick_driver
from backend.store.store import Store

POLL_SECONDS = 0.03
ATTENTIVE_SECONDS = 0.002
QUIET_SECONDS = 0.1
RETRY_SECONDS = 1.0

P = ParamSpec("P")
Subscriber = Callable[[frozenset[str]], None]

_log = logging.getLogger(__name__)


class ChangeFeed:
    """A thread that watches the database and calls subscribers with the set of touched topics.

    It starts when it is made and tells of every commit after that, its own process's at once. Calls come from that
    thread, at most one in 100 ms; what is touched meanwhile is gathered for the next. A call says "changed", never
    what: the truth is read again. Raises Unreachable when the database cannot be opened.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._subscribers: list[Subscriber] = []
        self._attending: list[Callable[[], object]] = []
        self._wake = threading.Event()
        self._stopping = False
        self._connection: Any = None
        self._data_version = 0
        self._topics: dict[str, int] = {}
        try:
            self._look()
        except pick_driver().Error as error:
            self._disconnect()
            raise Unreachable(f"The database cannot be watched: {error}.") from None
        store.after_commit.append(self._nudge)
        self._thread = threading.Thread(target=self._run, name="change-feed", daemon=True)
        self._thread.start()

    def __enter__(self) -> ChangeFeed:
        return self

    def __exit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` with each set of touched topics from now on; the answer ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    @contextmanager
    def attend(self, callback: Callable[[], object]) -> Iterator[None]:
        """Call `callback` after every commit of any process, within 2 ms, as long as the block runs.

        For the moments in which somebody waits for one answer: nothing is gathered, no topic is told.
        """
        self._attending.append(callback)
        self._wake.set()
        try:
            yield
        finally:
            self._attending.remove(callback)

    def stop(self) -> None:
        """End the thread and close its connection; no subscriber is called after this."""
        if self._stopping:
            return
        self._stopping = True
        self._store.after_commit.remove(self._nudge)
        self._wake.set()
        self._thread.join()

    def _nudge(self, _topics: frozenset[str]) -> None:
        self._wake.set()

    def _run(self) -> None:
        pending: set[str] = set()
        told = failed = 0.0
        while not self._stopping:
            quiet = told + QUIET_SECONDS - time.monotonic()
            pause = ATTENTIVE_SECONDS if self._attending else POLL_SECONDS
            self._wake.wait(min(pause, quiet) if pending and quiet > 0 else pause)
            self._wake.clear()
            before = self._data_version
            try:
                pending |= self._look()
                failed = self._recovered(failed)
            except pick_driver().Error as error:
                failed = self._failed(failed, error)
            if self._data_version != before:
                for callback in tuple(self._attending):
                    self._call(callback)
            if pending and not self._stopping and time.monotonic() - told >= QUIET_SECONDS:
                told = time.monotonic()
                self._tell(frozenset(pending))
                pending.clear()
        self._disconnect()

    def _look(self) -> set[str]:
        """The topics whose version differs from the last look."""
        if self._connection is None:
            self._connection = connect(self._store.path)
            self._connection.execute("PRAGMA query_only=ON")
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._data_version:
            return set()
        topics = dict(self._connection.execute("SELECT name, version FROM topic").fetchall())
        touched = {name for name, number in topics.items() if self._topics.get(name) != number}
        self._data_version, self._topics = version, topics
        return touched

    def _tell(self, topics: frozenset[str]) -> None:
        for subscriber in tuple(self._subscribers):
            self._call(subscriber, topics)

    def _call(self, callback: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception:
            _log.exception("a subscriber of the change feed failed")

    def _failed(self, since: float, error: Exception) -> float:
        """Note the first failure of a row of them, and try again with a new connection after a while."""
        if not since:
            _log.warning("the change feed cannot read the database: %s", error)
        self._disconnect()
        self._data_version = 0
        self._wake.wait(RETRY_SECONDS)
        return since or time.monotonic()

    def _recovered(self, since: float) -> float:
        if since:
            _log.warning("the change feed reads the database again after %.0f s", time.monotonic() - since)
        return 0.0

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
