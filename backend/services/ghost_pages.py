"""A list that was computed whole: filtered, sorted and paged in memory as `ListHandle` does it in the database."""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backend.domain.errors import Invalid
from backend.domain.filter import Term
from backend.domain.names import fold
from backend.domain.paging import Key, ListQuery, ListRow

_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


class ComputedPages:
    """Pages of rows that `compute` answers; it is called for each, and may remember."""

    def __init__(self, compute: Callable[[], Sequence[ListRow]], query: ListQuery, *, sorts: Collection[str]) -> None:
        self._compute = compute
        self._query = query
        self._sort = query.sort or "score"
        self._descending = self._sort == "score" if query.descending is None else query.descending
        if self._sort not in sorts:
            raise Invalid({"sort": f"This list cannot be sorted by {self._sort}. Sorts: {', '.join(sorts)}."})

    def _rows(self) -> list[ListRow]:
        terms = self._query.filter.terms if self._query.filter is not None else ()
        found = [row for row in self._compute() if all(fits(term, row.values) for term in terms)]
        keyed = [ListRow(row.id, (self._value(row), row.id), row.values) for row in found]
        return sorted(keyed, key=lambda row: row.key)

    def _value(self, row: ListRow) -> Any:
        """What a row is sorted by, ascending whichever way the list goes."""
        if self._sort == "name":
            return fold(row.values["name"])
        if self._sort == "last_used_at":
            return row.values["last_used_at"] or _EARLIEST
        return row.values[self._sort]

    def _ordered(self) -> list[ListRow]:
        rows = self._rows()
        return rows[::-1] if self._descending else rows

    def _place(self, key: Key, *, after: bool) -> int:
        """Where `key` stands or would stand in display order; the index behind it with `after`."""
        keys = [row.key for row in self._rows()]
        wanted = tuple(key)
        if not self._descending:
            return bisect_right(keys, wanted) if after else bisect_left(keys, wanted)
        return len(keys) - (bisect_left(keys, wanted) if after else bisect_right(keys, wanted))

    def first(self, limit: int) -> list[ListRow]:
        """The first rows in display order."""
        return self._ordered()[:limit]

    def last(self, limit: int) -> list[ListRow]:
        """The last rows in display order."""
        return self._ordered()[-limit:]

    def after(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that follow `key`."""
        at = self._place(key, after=True)
        return self._ordered()[at : at + limit]

    def before(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that precede `key`, in display order."""
        at = self._place(key, after=False)
        return self._ordered()[max(0, at - limit) : at]

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[ListRow]]:
        """Rows at a fraction 0..1 of the list with their rank."""
        rows = self._ordered()
        at = max(0, min(int(fraction * len(rows)), len(rows) - limit))
        return at, rows[at : at + limit]

    def estimate(self) -> int:
        """How many rows there are."""
        return len(self._rows())

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows())

    def seek(self, row_id: int) -> Key | None:
        """The place of a record in this list, None when it is not in it."""
        return next((row.key for row in self._rows() if row.id == row_id), None)


def fits(term: Term, values: Mapping[str, Any]) -> bool:
    """Whether a row meets a condition of a filter; what is not known is not so."""
    return _holds(term, values) != term.negated


def _holds(term: Term, values: Mapping[str, Any]) -> bool:
    if term.field is None:
        text = " ".join(fold(str(values[name])) for name in ("name", "apartment", "building", "reasons"))
        return any(fold(str(value)) in text for value in term.values)
    found = values[term.field]
    if term.op in _SIGNS:
        return found is not None and _SIGNS[term.op](found, term.values[0])
    if isinstance(found, tuple):
        return any(value in found for value in term.values)
    if term.field == "name":
        return any(fold(str(value)) in fold(found) for value in term.values)
    if isinstance(found, str):
        return any(fold(str(value)) == fold(found) for value in term.values)
    return found in term.values
