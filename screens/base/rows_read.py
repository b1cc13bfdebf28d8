"""Rows that have been read whole, as a list that tables and files page through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.domain.paging import Key, ListRow


class RowsRead:
    """Rows in the order given, each by its id and values; their keys are their places."""

    def __init__(self, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
        self._rows = rows

    def _part(self, start: int, end: int) -> list[ListRow]:
        first = max(0, start)
        return [
            ListRow(one, (at,), values) for at, (one, values) in enumerate(self._rows[first : max(first, end)], first)
        ]

    def first(self, limit: int) -> list[ListRow]:
        """The first rows."""
        return self._part(0, limit)

    def last(self, limit: int) -> list[ListRow]:
        """The last rows, in display order."""
        return self._part(len(self._rows) - limit, len(self._rows))

    def after(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that follow `key`."""
        return self._part(key[0] + 1, key[0] + 1 + limit)

    def before(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that precede `key`, in display order."""
        return self._part(key[0] - limit, key[0])

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[ListRow]]:
        """Rows around a fraction of the list and the rank of the first, which is exact here."""
        start = max(0, min(int(fraction * len(self._rows)) - limit // 2, len(self._rows) - limit))
        return start, self._part(start, start + limit)

    def estimate(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def seek(self, row_id: int) -> Key | None:
        """The key of a record, or None."""
        return next(((at,) for at, (one, _) in enumerate(self._rows) if one == row_id), None)
