"""The questions a virtual table asks its source, each run in a worker thread and answered with a run of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from widgets.table_source import Key, Row, RowSource
from widgets.table_window import PAGE

NEW_BELOW_MOST = 10_000
"""New rows under a scrolled log are counted up to here."""


@dataclass(slots=True)
class Answer:
    """A run of rows and what it tells of the list.

    `base` is the rank of the first row where it is known or guessed; `anchor` the index of the row the question was
    about, which is the following row when that record is gone.
    """

    rows: list[Row]
    at_start: bool = False
    at_end: bool = False
    base: int | None = None
    estimate: int = 0
    anchor: int | None = None
    new_below: int = 0


class Fetch(Protocol):
    """One question to a source."""

    def run(self, source: RowSource) -> Answer:
        """Ask it; called in a worker thread."""


@dataclass(frozen=True, slots=True)
class First:
    """The start of the list."""

    def run(self, source: RowSource) -> Answer:
        """The first page, its start exact."""
        rows = source.first(PAGE)
        return Answer(rows, at_start=True, at_end=len(rows) < PAGE, base=0, estimate=source.estimate(), anchor=0)


@dataclass(frozen=True, slots=True)
class Last:
    """The end of the list, by a descending query behind the source."""

    def run(self, source: RowSource) -> Answer:
        """The last page; its rank follows from the total."""
        rows = source.last(PAGE)
        return Answer(
            rows,
            at_start=len(rows) < PAGE,
            at_end=True,
            estimate=source.estimate(),
            anchor=max(0, len(rows) - 1),
        )


@dataclass(frozen=True, slots=True)
class Around:
    """A record with a page on either side of it.

    `key` is where it stood, used when it is gone; `rank` where it was thought to be. `tail` is the last row a user
    saw before scrolling away from the end of a log: what follows it is counted.
    """

    row_id: int
    key: Key | None = None
    rank: int = 0
    tail: Key | None = None

    def run(self, source: RowSource) -> Answer:
        """The record and its neighbours, or the start of the list when it was never there."""
        key = source.seek(self.row_id) or self.key
        if key is None:
            return First().run(source)
        above = source.before(key, PAGE)
        below = source.after(above[-1].key, 2 * PAGE) if above else source.first(2 * PAGE)
        rows = above + below
        return Answer(
            rows,
            at_start=len(above) < PAGE,
            at_end=len(below) < 2 * PAGE,
            base=self.rank - len(above),
            estimate=source.estimate(),
            anchor=max(0, min(len(above), len(rows) - 1)),
            new_below=self._count_new(source),
        )

    def _count_new(self, source: RowSource) -> int:
        """How many rows follow the tail, page by page."""
        if self.tail is None:
            return 0
        count, key = 0, self.tail
        while count < NEW_BELOW_MOST:
            page = source.after(key, PAGE)
            count += len(page)
            if len(page) < PAGE:
                break
            key = page[-1].key
        return count


@dataclass(frozen=True, slots=True)
class Below:
    """The page after the last loaded row."""

    key: Key

    def run(self, source: RowSource) -> Answer:
        """What follows; fewer rows than a page mean the end."""
        rows = source.after(self.key, PAGE)
        return Answer(rows, at_end=len(rows) < PAGE)


@dataclass(frozen=True, slots=True)
class Above:
    """The page before the first loaded row."""

    key: Key

    def run(self, source: RowSource) -> Answer:
        """What precedes; fewer rows than a page mean the start."""
        rows = source.before(self.key, PAGE)
        return Answer(rows, at_start=len(rows) < PAGE)


@dataclass(frozen=True, slots=True)
class Jump:
    """Some place in the list, given as fraction of its length."""

    fraction: float

    def run(self, source: RowSource) -> Answer:
        """Two pages around that place with an approximate rank."""
        base, rows = source.around_rank(self.fraction, 2 * PAGE)
        return Answer(rows, base=base, estimate=source.estimate())
