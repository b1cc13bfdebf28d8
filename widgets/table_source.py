"""What a virtual table is fed with: rows, columns and the source that pages through them.

A source is asked in worker threads, one question at a time, and may block. Rows come in one fixed total order, that of
their keys; the table never compares keys, it only hands them back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

Key = tuple[Any, ...]
"""Sort value(s) and the id of the record: a total order over all rows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a sign or a tone of its own, drawn as "symbol text"; tones are the tokens of the look.

    An empty `symbol_tone` gives the symbol the tone of the text.
    """

    text: str
    symbol: str = ""
    tone: str = "t2"
    symbol_tone: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A record as the table shows it; `cells` are strings or `Cell`, one for each column."""

    id: int
    key: Key
    cells: tuple[str | Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its width in cells (0 takes what is left) and how it gives way on narrow screens.

    A higher `importance` folds later; of two equal ones the right one folds first.
    """

    name: str
    title: str
    width: int = 0
    align: Literal["left", "right"] = "left"
    importance: int = 0
    truncate: Literal["end", "middle"] = "end"
    sortable: bool = False


class RowSource(Protocol):
    """Pages of rows in one order. Every method is called in a worker thread and may block; any exception it raises is
    handed to the owner of the table."""

    def first(self, limit: int) -> list[Row]:
        """The first rows."""

    def last(self, limit: int) -> list[Row]:
        """The last rows, in display order."""

    def after(self, key: Key, limit: int) -> list[Row]:
        """The rows that follow `key`, which need not exist any more."""

    def before(self, key: Key, limit: int) -> list[Row]:
        """The rows that precede `key`, in display order."""

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[Row]]:
        """Rows around a place given as fraction (0 to 1) of the whole list, and the approximate rank of the first."""

    def estimate(self) -> int:
        """About how many rows there are; answers at once."""

    def count(self) -> int:
        """Exactly how many rows there are; may take long."""

    def seek(self, row_id: int) -> Key | None:
        """The present key of a record, or None when it is not (or no longer) among the rows."""


class ListSource:
    """A source over a list in memory, for lists of some hundred rows.

    Rows stand in the order of `key`, which defaults to the rows' own keys.
    """

    def __init__(self, rows: Iterable[Row], key: Callable[[Row], Key] | None = None) -> None:
        keyed = list(rows) if key is None else [replace(row, key=key(row)) for row in rows]
        self._rows = sorted(keyed, key=lambda row: row.key)

    def first(self, limit: int) -> list[Row]:
        """The first rows."""
        return self._rows[:limit]

    def last(self, limit: int) -> list[Row]:
        """The last rows, in display order."""
        return self._rows[-limit:]

    def after(self, key: Key, limit: int) -> list[Row]:
        """The rows that follow `key`."""
        return [row for row in self._rows if row.key > key][:limit]

    def before(self, key: Key, limit: int) -> list[Row]:
        """The rows that precede `key`, in display order."""
        return [row for row in self._rows if row.key < key][-limit:]

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[Row]]:
        """Rows around a fraction of the list and the rank of the first, which is exact here."""
        start = max(0, min(int(fraction * len(self._rows)) - limit // 2, len(self._rows) - limit))
        return start, self._rows[start : start + limit]

    def estimate(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def seek(self, row_id: int) -> Key | None:
        """The key of a record, or None."""
        return next((row.key for row in self._rows if row.id == row_id), None)
