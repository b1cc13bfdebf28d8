"""Row sources for table tests: a synthetic one of any length, and one that changes while it is looked at."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right

from widgets.table_source import Key, Row


class Synthetic:
    """Rows that are computed, so that a million cost nothing; every question is noted in `asked`."""

    def __init__(self, length: int, *, guess: int | None = None) -> None:
        self.length = length
        self.guess = length if guess is None else guess
        self.asked: list[str] = []

    def _rows(self, start: int, stop: int, question: str) -> list[Row]:
        self.asked.append(question)
        return [
            Row(number, (number,), (f"Name {number}", f"{number % 100}"))
            for number in range(max(0, start), min(self.length, stop))
        ]

    def first(self, limit: int) -> list[Row]:
        return self._rows(0, limit, "first")

    def last(self, limit: int) -> list[Row]:
        return self._rows(self.length - limit, self.length, "last")

    def after(self, key: Key, limit: int) -> list[Row]:
        return self._rows(key[0] + 1, key[0] + 1 + limit, "after")

    def before(self, key: Key, limit: int) -> list[Row]:
        return self._rows(key[0] - limit, key[0], "before")

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[Row]]:
        middle = int(fraction * self.length)
        start = max(0, min(middle - limit // 2, self.length - limit))
        # A rank somewhat wrong, as sparse anchors give it.
        return start + 17, self._rows(start, start + limit, "around")

    def estimate(self) -> int:
        self.asked.append("estimate")
        return self.guess

    def count(self) -> int:
        self.asked.append("count")
        return self.length

    def seek(self, row_id: int) -> Key | None:
        return (row_id,) if 0 <= row_id < self.length else None


class Living:
    """Rows that come, go and change between questions."""

    def __init__(self, names: dict[int, str]) -> None:
        self._lock = threading.Lock()
        self._names = dict(names)
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def put(self, names: dict[int, str]) -> None:
        """Add or rename records."""
        with self._lock:
            self._names |= names

    def drop(self, *row_ids: int) -> None:
        """Take records away."""
        with self._lock:
            for row_id in row_ids:
                del self._names[row_id]

    def _all(self) -> tuple[list[Row], list[Key]]:
        assert self.gate.wait(10), "the gate stayed shut"
        if self.error is not None:
            raise self.error
        with self._lock:
            rows = sorted((Row(i, (name, i), (name,)) for i, name in self._names.items()), key=lambda row: row.key)
        return rows, [row.key for row in rows]

    def first(self, limit: int) -> list[Row]:
        return self._all()[0][:limit]

    def last(self, limit: int) -> list[Row]:
        return self._all()[0][-limit:]

    def after(self, key: Key, limit: int) -> list[Row]:
        rows, keys = self._all()
        start = bisect_right(keys, key)
        return rows[start : start + limit]

    def before(self, key: Key, limit: int) -> list[Row]:
        rows, keys = self._all()
        stop = bisect_left(keys, key)
        return rows[max(0, stop - limit) : stop]

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[Row]]:
        rows, _keys = self._all()
        start = max(0, int(fraction * len(rows)) - limit // 2)
        return start, rows[start : start + limit]

    def estimate(self) -> int:
        return len(self._names)

    def count(self) -> int:
        return len(self._all()[0])

    def seek(self, row_id: int) -> Key | None:
        return next((row.key for row in self._all()[0] if row.id == row_id), None)
