"""Lists are read page by page along a total order; these are the question and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from backend.domain.filter import Filter

Key = tuple[Any, ...]
"""Sort value and id of a row: its place in the order of a list."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which rows of a list, in which order; an empty sort means the list's own."""

    filter: Filter | None = None
    sort: str = ""
    descending: bool | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: id, its key in the order asked for, and its values by field name."""

    id: int
    key: Key
    values: dict[str, Any]


class ListPages(Protocol):
    """One filtered and sorted list, read page by page; every method may block and raise Forbidden."""

    def first(self, limit: int) -> list[ListRow]:
        """The first rows in display order."""

    def last(self, limit: int) -> list[ListRow]:
        """The last rows in display order."""

    def after(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that follow `key`."""

    def before(self, key: Key, limit: int) -> list[ListRow]:
        """The rows that precede `key`, in display order."""

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[ListRow]]:
        """Rows near a fraction 0..1 of the list with their approximate rank."""

    def estimate(self) -> int:
        """About how many rows there are, at once."""

    def count(self) -> int:
        """How many rows there are; may take long on a large log."""

    def seek(self, row_id: int) -> Key | None:
        """The place of a record in this list, None when it is not in it."""
