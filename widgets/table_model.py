"""Where a virtual table stands: its loaded rows, cursor, view and follow mode, and which rows it wants next.

Pure and synchronous: the widget tells it what the user did and what the source answered, and draws what it says.
The cursor is always within the view; a reload keeps it on its record and its record on its line of the screen.
"""

from __future__ import annotations

from widgets.table_fetch import Above, Answer, Around, Below, Fetch, First, Jump, Last
from widgets.table_source import Key, Row
from widgets.table_window import PAGE, Window

JUMP_GAP = 2 * PAGE
"""A view this many rows away from the loaded ones is jumped to instead of paged to."""


class TableModel:
    """State of a virtual table; ranks are positions in the whole list."""

    def __init__(self, *, follow: bool = False) -> None:
        """With `follow` the list is a log that grows at its end and opens there."""
        self.window = Window()
        self.cursor = 0
        self.top = 0
        self.space = 0
        self.follow = follow
        self.following = follow
        self.new_below = 0
        self.waited = False
        self.changed: dict[int, frozenset[int]] = {}
        self.goal: Fetch | None = None
        self._stale = False
        self._foreign = False
        self._dropped: Fetch | None = None
        self._tail: Key | None = None
        self._record: int | None = None
        self._line = 0

    @property
    def height(self) -> int:
        """Rows that fit the view; the count of new rows takes a line of its own."""
        return max(1, self.space - self.notice)

    @property
    def notice(self) -> bool:
        """Is there a line "12 new below"?"""
        return self.new_below > 0

    @property
    def row(self) -> Row | None:
        """The record under the cursor."""
        return self.window.row(self.cursor)

    @property
    def loaded(self) -> bool:
        """Are all rows of the view there (as far as they exist)?"""
        window = self.window
        below = window.at_end or self.top + self.height <= window.end
        return self.top >= window.base and below and bool(window.rows or window.whole)

    @property
    def drawn_top(self) -> int:
        """The rank drawn on the first line: while rows are fetched the nearest loaded ones stay for a moment."""
        return self.top if self.loaded or self.waited else self._covered(self.top)

    # What the user does

    def resize(self, space: int) -> None:
        """The view has got this many lines."""
        self.space = space
        if self.following and self.window.at_end:
            self.top = self.window.end - self.height
        elif self.window.rows:
            self.top = min(self.top, self.cursor)
            self.top = max(self.top, self.cursor - self.height + 1)
        self.top = self._covered(self.top)

    def move(self, rank: int) -> None:
        """Put the cursor on a rank, as far as it is loaded, and bring it into view."""
        self._place(rank)
        self.top = self._covered(max(min(self.top, self.cursor), self.cursor - self.height + 1))
        self._moved()

    def page(self, direction: int) -> None:
        """One view down (1) or up (-1); the cursor keeps its line as long as it can."""
        line = self.cursor - self.top
        self._place(self.cursor + direction * self.height)
        self.top = self._covered(self.cursor - line)
        self._moved()

    def scroll(self, top: int) -> None:
        """Bring a rank to the first line; the cursor is pushed along by the edges of the view."""
        self.top = top
        self._keep_in_view()
        self._moved()

    def to_start(self) -> None:
        """Go to the first row."""
        if self.window.at_start:
            self.move(0)
        else:
            self._unfollow()
            self.goal = First()

    def to_end(self) -> None:
        """Go to the last row; a log is followed again."""
        self.following = self.follow
        if self.window.at_end and not self.new_below:
            self.move(self.window.end - 1)
        else:
            self.goal = Last()
        self.new_below = 0

    def seek(self, row_id: int) -> None:
        """Go to a record; where it is not in the list, to where the cursor was."""
        row = self.row
        self._unfollow()
        self.goal = Around(row_id, row.key if row else None, self.cursor)

    # What the source says

    def restart(self, row_id: int | None) -> None:
        """The source is another one: its rows replace the present ones when they come, the cursor on `row_id`."""
        self._foreign = True
        self._stale = False
        self._tail = None
        self.new_below = 0
        self.window.exact_total = False
        if self.follow and self.following:
            self.goal = Last()
        else:
            self.goal = First() if row_id is None else Around(row_id, None, self.cursor)

    def reload(self) -> None:
        """Rows have come, gone or changed."""
        self._stale = True

    def wants(self) -> Fetch | None:
        """The next question to the source, or None when everything near the view is loaded."""
        if self.goal is not None:
            return self.goal
        if not self.loaded and not self._foreign and self.window.rows:
            return self._wants_near()
        if self._stale:
            return self._wants_reload()
        return None if self._foreign else self._wants_near()

    def take(self, fetch: Fetch, answer: Answer) -> None:
        """Make an answer part of the table."""
        self.waited = False
        self.changed = {}
        if isinstance(fetch, Below):
            self.window.append(answer.rows, at_end=answer.at_end)
        elif isinstance(fetch, Above):
            self.window.prepend(answer.rows, at_start=answer.at_start)
        elif not self._take_window(fetch, answer):
            return
        self._shift(self.window.settle())
        if not isinstance(fetch, Below | Above):
            self._stand(fetch, answer)
        self._keep_in_view()

    def counted(self, total: int) -> None:
        """The exact number of rows has become known."""
        self._shift(self.window.counted(total))
        self._keep_in_view()

    def _wants_reload(self) -> Fetch:
        """The question that reads the present view anew."""
        row = self.row
        if self.follow and self.following:
            return Last()
        if row is None:
            return First()
        key = None if self._foreign else row.key
        return Around(row.id, key, self.cursor, tail=self._tail if self.follow else None)

    def _wants_near(self) -> Fetch | None:
        """The question for rows missing in the view or a page around it."""
        window = self.window
        if not window.rows:
            return None if window.whole else First()
        above, below = self.top - window.base, window.end - self.top - self.height
        if (above < -JUMP_GAP and not window.at_start) or (below < -JUMP_GAP and not window.at_end):
            return Jump(self.top / max(1, window.total - self.height))
        if below < PAGE and not window.at_end and (below < 0 or above >= 0):
            return Below(window.rows[-1].key)
        if above < PAGE and not window.at_start:
            return Above(window.rows[0].key)
        return None

    def _take_window(self, fetch: Fetch, answer: Answer) -> bool:
        """Replace the loaded rows; False when the answer is no longer the one wanted."""
        row = self.row
        if fetch is self._dropped or (self.goal is not None and fetch is not self.goal):
            return False
        if isinstance(fetch, Around) and fetch is not self.goal and row is not None and row.id != fetch.row_id:
            return any(other.id == row.id for other in answer.rows) and self._put(fetch, answer)
        return self._put(fetch, answer)

    def _put(self, fetch: Fetch, answer: Answer) -> bool:
        """The answer becomes the window, in the place of the old one; `_stand` puts cursor and view right."""
        if isinstance(fetch, Jump) and not answer.rows:
            self.goal = First()
            return False
        old = self.window
        if isinstance(fetch, Around | Last) and not self._foreign:
            self.changed = _changes(old, answer.rows, self.top, self.height)
        total = old.total + answer.estimate - old.estimate if old.exact_total else answer.estimate
        base = total - len(answer.rows) if answer.base is None else answer.base
        self.window = Window(
            answer.rows,
            base,
            total,
            answer.estimate,
            at_start=answer.at_start,
            at_end=answer.at_end,
            exact_total=old.exact_total,
        )
        self._record = self._wanted_record(old, fetch)
        self._line = self.cursor - self.top
        if not isinstance(fetch, Jump):
            self._stale = False
        self._foreign = False
        self.goal = None
        return True

    def _wanted_record(self, old: Window, fetch: Fetch) -> int | None:
        """The record the cursor belongs on in the new window."""
        if isinstance(fetch, Around) and fetch is self.goal:
            return fetch.row_id
        row = old.row(self.cursor)
        return row.id if row is not None and isinstance(fetch, Around | Jump) else None

    def _stand(self, fetch: Fetch, answer: Answer) -> None:
        """Put the cursor on its record and the view around it, in a new window."""
        if isinstance(fetch, Jump):
            self.top = self._covered(self.top)
            return
        if self.follow and not self.following:
            self.new_below = answer.new_below
        rank = None if self._record is None else self.window.rank_of(self._record)
        self._place(self.window.base + (answer.anchor or 0) if rank is None else rank)
        line = self._line if isinstance(fetch, Around) else self.height
        self.top = self._covered(self.cursor - max(0, min(line, self.height - 1)))
        if self.follow and not self.following:
            self._look_at_end()

    def _shift(self, ranks: int) -> None:
        """All ranks have moved; nothing does on the screen."""
        self.cursor += ranks
        self.top += ranks

    def _keep_in_view(self) -> None:
        """The view within the list, and the cursor within the view once that is loaded."""
        self.top = max(0, min(self.top, self.window.total - self.height))
        if self.loaded:
            self.top = self._covered(self.top)
            self._place(max(self.top, min(self.cursor, self.top + self.height - 1)))

    def _place(self, rank: int) -> None:
        """The cursor on the nearest loaded rank."""
        self.cursor = max(self.window.base, min(rank, self.window.end - 1))

    def _covered(self, top: int) -> int:
        """The nearest first line with which the view lies within the loaded rows."""
        return max(self.window.base, min(top, self.window.end - self.height))

    def _moved(self) -> None:
        """After any move: forget where the table was going, see whether the log is still followed."""
        if not self._foreign:
            self._dropped, self.goal = self.goal or self._dropped, None
        if self.follow:
            window = self.window
            at_bottom = window.at_end and self.top + self.height >= window.end
            if not (at_bottom and self.cursor == window.end - 1):
                self._unfollow()
            self._look_at_end()
        if self.loaded:
            self.top = self._covered(self.top)

    def _unfollow(self) -> None:
        """Stop following the log; what comes after its present last row is counted from now on."""
        if self.following:
            self.following = False
            self._tail = self.window.rows[-1].key if self.window.rows else None

    def _look_at_end(self) -> None:
        """Rows the user has scrolled down to are new no more."""
        window = self.window
        if window.at_end and window.rows and self.top + self.height >= window.end:
            self._tail = window.rows[-1].key
            self.new_below = 0


def _changes(old: Window, rows: list[Row], top: int, height: int) -> dict[int, frozenset[int]]:
    """The cells in view that read differently in the new rows, by record."""
    seen = {row.id: row.cells for rank in range(top, top + height) if (row := old.row(rank)) is not None}
    return {
        row.id: cells
        for row in rows
        if row.id in seen
        and len(row.cells) == len(seen[row.id])
        and (cells := frozenset(i for i, cell in enumerate(row.cells) if cell != seen[row.id][i]))
    }
