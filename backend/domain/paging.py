"""Lists are read page by page along a total order; these are the question and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
