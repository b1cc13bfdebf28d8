"""The lines of the door log with why each refused one was refused (feature SYNC-05; task 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from backend.domain.enums import LogResponse

if TYPE_CHECKING:
    from backend.domain.paging import Key, ListPages, ListRow

Ask = Callable[[Iterable[int]], dict[int, str]]
"""Answers the reasons of refused lines by their ids; blocks."""


class ReasonedPages:
    """Pages of the log that ask for the reasons of what they show, once for each line; the value is called `why`."""

    def __init__(self, pages: ListPages, ask: Ask) -> None:
        self._pages = pages
        self._ask = ask
        self._known: dict[int, str] = {}

    def _with_reasons(self, rows: list[ListRow]) -> list[ListRow]:
        refused = [row for row in rows if row.values.get("response") == LogResponse.FAILED.value]
        if new := [row.id for row in refused if row.id not in self._known]:
            self._known |= dict.fromkeys(new, "") | self._ask(new)
        for row in refused:
            row.values["why"] = self._known[row.id]
        return rows

    def first(self, limit: int) -> list[ListRow]:
        """The first rows."""
        return self._with_reasons(self._pages.first(limit))

    def last(self, limit: int) -> list[ListRow]:
        """The last rows."""
        return self._with_reasons(self._pages.last(limit))

    def after(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that follow `key`."""
        return self._with_reasons(self._pages.after(key, limit))

    def before(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that precede `key`."""
        return self._with_reasons(self._pages.before(key, limit))

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[ListRow]]:
        """Rows near a fraction of the list."""
        rank, rows = self._pages.around_rank(fraction, limit)
        return rank, self._with_reasons(rows)

    def estimate(self) -> int:
        """About how many rows."""
        return self._pages.estimate()

    def count(self) -> int:
        """How many rows."""
        return self._pages.count()

    def seek(self, row_id: int) -> Key | None:
        """The place of a line."""
        return self._pages.seek(row_id)
