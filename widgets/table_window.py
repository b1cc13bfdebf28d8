"""The rows a virtual table holds: one contiguous run of pages out of a list of any length.

Ranks are positions in the whole list, counted from 0. Until an end of the list has been seen or the exact count is
known, `base` and `total` are approximations that keep the scrollbar roughly right; `settle` corrects them as soon as
more is known and says by how much every rank has shifted, so that nothing moves on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from widgets.table_source import Row

PAGE = 256
"""Rows asked for at a time."""

KEPT = 8 * PAGE
"""Rows held at most; the pages farthest from where the user is are let go."""


@dataclass(slots=True)
class Window:
    """A run of loaded rows and what is known of the list around it."""

    rows: list[Row] = field(default_factory=list)
    base: int = 0
    total: int = 0
    estimate: int = 0
    at_start: bool = False
    at_end: bool = False
    exact_total: bool = False
    exact_base: bool = False

    @property
    def end(self) -> int:
        """The rank after the last loaded row."""
        return self.base + len(self.rows)

    @property
    def whole(self) -> bool:
        """Is every row of the list loaded?"""
        return self.at_start and self.at_end

    def row(self, rank: int) -> Row | None:
        """The row at a rank, or None when it is not loaded."""
        index = rank - self.base
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def rank_of(self, row_id: int) -> int | None:
        """The rank of a record among the loaded rows."""
        return next((self.base + index for index, row in enumerate(self.rows) if row.id == row_id), None)

    def append(self, rows: list[Row], *, at_end: bool) -> None:
        """Add the page after the last row and let go of the far pages."""
        self.rows.extend(rows)
        self.at_end = at_end
        excess = len(self.rows) - KEPT
        if excess > 0:
            del self.rows[:excess]
            self.base += excess
            self.at_start = False

    def prepend(self, rows: list[Row], *, at_start: bool) -> None:
        """Add the page before the first row and let go of the far pages."""
        self.rows[:0] = rows
        self.base -= len(rows)
        self.at_start = at_start
        if len(self.rows) > KEPT:
            del self.rows[KEPT:]
            self.at_end = False

    def settle(self) -> int:
        """Correct `base` and `total` by what is known now.

        Returns by how much all ranks have shifted.
        """
        before = self.base
        if self.at_start:
            self.base, self.exact_base = 0, True
        if self.at_end:
            self._settle_end()
        elif self.end >= self.total:
            if self.exact_total and not self.exact_base:
                self.base = self.total - 1 - len(self.rows)
            else:
                self.total, self.exact_total = self.end + 1, False
        if not self.at_start and self.base < 1:
            self.total, self.exact_total = self.total + 1 - self.base, False
            self.base, self.exact_base = 1, False
        return self.base - before

    def _settle_end(self) -> None:
        """With the end in sight, rank and total follow from each other."""
        if self.exact_base:
            self.total, self.exact_total = self.end, True
        else:
            self.base = self.total - len(self.rows)
            self.exact_base = self.exact_total

    def counted(self, total: int) -> int:
        """Take the exact total; returns by how much all ranks have shifted."""
        if not self.whole:
            self.total, self.exact_total = total, True
        return self.settle()
