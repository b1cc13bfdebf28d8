"""The fetching half of a virtual table: one question at a time in a worker thread, answers by message.

Which question comes next is decided when the last one has been answered, so keys held down or a log that grows
faster than it can be read never pile up work. Answers of a source that has been replaced are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from textual import events
from textual.message import Message
from textual.timer import Timer

from widgets.table_fetch import Answer, Fetch
from widgets.table_source import Column, RowSource
from widgets.table_view import TableView

SKELETON_AFTER = 0.15
"""Seconds of waiting after which a skeleton is drawn."""

FRESH_FOR = 1.0
"""Seconds for which a cell that has changed stands out."""

COUNT_PAUSE = 10
"""A count is not repeated before ten times as long as it took."""


class TableFeed(TableView, inherit_bindings=False):
    """A table that fetches what its model wants; base of `VirtualTable`."""

    class _Answered(Message, bubble=False):
        """A worker thread has an answer, or an error, to a question of some generation."""

        def __init__(self, generation: int, fetch: Fetch, answer: Answer | Exception) -> None:
            super().__init__()
            self.generation = generation
            self.fetch = fetch
            self.answer = answer

    class _Counted(Message, bubble=False):
        """A worker thread has counted the rows, or failed to."""

        def __init__(self, generation: int, result: int | Exception, seconds: float) -> None:
            super().__init__()
            self.generation = generation
            self.result = result
            self.seconds = seconds

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource | None,
        *,
        follow: bool,
        name: str | None,
        id: str | None,
        classes: str | None,
    ) -> None:
        super().__init__(columns, follow=follow, name=name, id=id, classes=classes)
        self._source = source
        self._model.restart(None)
        self._generation = 0
        self._busy = self._halted = self._counting = False
        self._count_after = 0.0
        self._waiting: Timer | None = None

    def set_source(self, source: RowSource, *, columns: Sequence[Column] | None = None) -> None:
        """Show other rows: another filter, order or set of columns.

        The old rows stay until the new ones are there, and the cursor stays on its record if that is among them.
        """
        self._source = source
        self._generation += 1
        self._busy = self._halted = self._counting = False
        self._count_after = 0.0
        if columns is not None:
            self._columns = tuple(columns)
            self._painter = None
        row = self._model.row
        self._model.restart(None if row is None else row.id)
        self._show(all_lines=True)

    def reload(self) -> None:
        """Read the rows around the cursor anew; also the retry after `LoadFailed`."""
        self._halted = False
        self._model.reload()
        self._pump()

    def stand_on(self, row_id: int) -> None:
        """Put the cursor on a record, wherever it is; one that is not in the list leaves it where it was."""
        self._model.seek(row_id)
        self._pump()

    def _on_mount(self, event: events.Mount) -> None:
        """Fetch the first rows."""
        self._pump()

    def _changed(self) -> None:
        """The view has moved: other rows may be wanted, at once for the view, else once it is painted."""
        if self._model.loaded and self._model.goal is None:
            self.call_after_refresh(self._pump)
        else:
            self._pump()

    def _failed(self, error: Exception) -> None:
        """Called when the source has raised; a subclass tells."""

    def _pump(self) -> None:
        """Ask the next question, if there is one and none is on its way."""
        if self._busy or self._halted or self._source is None or not self.is_attached:
            return
        fetch = self._model.wants()
        if fetch is None:
            return
        self._busy = True
        if not self._model.loaded and self._waiting is None:
            self._waiting = self.set_timer(SKELETON_AFTER, self._draw_skeleton)
        work = partial(self._ask, self._source, fetch, self._generation)
        self.run_worker(work, "fetch rows", group="rows", exclusive=True, thread=True)

    def _ask(self, source: RowSource, fetch: Fetch, generation: int) -> None:
        """In a thread: ask, and post what comes of it."""
        try:
            answer: Answer | Exception = fetch.run(source)
        except Exception as error:
            answer = error
        self.post_message(self._Answered(generation, fetch, answer))

    def _on_table_feed__answered(self, message: _Answered) -> None:
        """Take rows in, unless the source has been replaced meanwhile."""
        if message.generation != self._generation:
            return
        self._busy = False
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if isinstance(message.answer, Exception):
            self._halted = True
            self._model.waited = False  # what is said in place of rows takes the skeleton's place
            self.refresh()
            self._failed(message.answer)
            return
        self._model.take(message.fetch, message.answer)
        if batch := self._model.changed:
            self._fresh |= batch
            self.set_timer(FRESH_FOR, partial(self._fade, batch))
        self._show(all_lines=True)
        self._count()

    def _draw_skeleton(self) -> None:
        """The wait has become long enough to show that something is on its way."""
        self._waiting = None
        self._model.waited = True
        self.refresh()

    def _fade(self, batch: dict[int, frozenset[int]]) -> None:
        """Cells that have changed a while ago look like the others, unless they have changed again."""
        self._fresh = {row_id: cells for row_id, cells in self._fresh.items() if batch.get(row_id) is not cells}
        self.refresh()

    def _count(self) -> None:
        """Count exactly in the background, when there is something to count and the last time is long enough ago."""
        if self._source is None or self._counting or self._model.window.whole:
            return
        self._counting = True
        work = partial(self._ask_count, self._source, self._generation)
        pause = self._count_after - monotonic()
        if pause > 0:
            self.set_timer(pause, partial(self._start_count, work))
        else:
            self._start_count(work)

    def _start_count(self, work: Callable[[], None]) -> None:
        """Let a thread count."""
        self.run_worker(work, "count rows", group="count", exclusive=True, thread=True)

    def _ask_count(self, source: RowSource, generation: int) -> None:
        """In a thread: count."""
        start = monotonic()
        try:
            result: int | Exception = source.count()
        except Exception as error:
            result = error
        self.post_message(self._Counted(generation, result, monotonic() - start))

    def _on_table_feed__counted(self, message: _Counted) -> None:
        """Take the exact number in; a count that failed leaves the estimate."""
        if message.generation != self._generation:
            return
        self._counting = False
        self._count_after = monotonic() + COUNT_PAUSE * message.seconds
        if isinstance(message.result, int):
            self._model.counted(message.result)
            self._show()
