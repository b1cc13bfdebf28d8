"""Whatever the user and the source do, the model of a table comes to rest on true rows with its cursor in view."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from widgets.table_model import TableModel
from widgets.table_source import Key, Row
from widgets.table_window import KEPT


class Numbers:
    """Rows that are numbers; estimates and ranks are wrong on purpose."""

    def __init__(self, numbers: list[int], error: int) -> None:
        self.numbers = sorted(numbers)
        self.error = error

    def _rows(self, start: int, stop: int) -> list[Row]:
        return [Row(number, (number,), (str(number),)) for number in self.numbers[max(0, start) : max(0, stop)]]

    def first(self, limit: int) -> list[Row]:
        return self._rows(0, limit)

    def last(self, limit: int) -> list[Row]:
        return self._rows(len(self.numbers) - limit, len(self.numbers))

    def after(self, key: Key, limit: int) -> list[Row]:
        start = bisect_right(self.numbers, key[0])
        return self._rows(start, start + limit)

    def before(self, key: Key, limit: int) -> list[Row]:
        stop = bisect_left(self.numbers, key[0])
        return self._rows(stop - limit, stop)

    def around_rank(self, fraction: float, limit: int) -> tuple[int, list[Row]]:
        start = max(0, min(int(fraction * len(self.numbers)) - limit // 2, len(self.numbers) - limit))
        return max(0, start + self.error), self._rows(start, start + limit)

    def estimate(self) -> int:
        return max(0, len(self.numbers) + self.error)

    def count(self) -> int:
        return len(self.numbers)

    def seek(self, row_id: int) -> Key | None:
        return (row_id,) if row_id in set(self.numbers) else None


class TableMachine(RuleBasedStateMachine):
    """A user at a table whose rows come and go."""

    @initialize(
        count=st.integers(0, 6_000), error=st.integers(-700, 700), follow=st.booleans(), space=st.integers(1, 60)
    )
    def open(self, count: int, error: int, follow: bool, space: int) -> None:
        self.source = Numbers(list(range(0, count * 10, 10)), error)
        self.model = TableModel(follow=follow)
        self.model.restart(None)
        self.model.resize(space)
        self.fresh = True

    def settle(self) -> None:
        for _ in range(80):
            fetch = self.model.wants()
            if fetch is None:
                return
            self.model.take(fetch, fetch.run(self.source))
        raise AssertionError("the model asks without end")

    @rule(moves=st.lists(st.sampled_from(["up", "down", "page", "back", "home", "end"]), max_size=8))
    def keys(self, moves: list[str]) -> None:
        for move in moves:
            if move in {"up", "down"}:
                self.model.move(self.model.cursor + (1 if move == "down" else -1))
            elif move in {"page", "back"}:
                self.model.page(1 if move == "page" else -1)
            else:
                self.model.to_start() if move == "home" else self.model.to_end()
            self.settle()

    @rule(place=st.floats(0, 1))
    def drag(self, place: float) -> None:
        self.model.scroll(round(place * self.model.window.total))
        self.settle()

    @rule(space=st.integers(1, 60))
    def resize(self, space: int) -> None:
        self.model.resize(space)
        self.settle()

    @rule()
    def count(self) -> None:
        self.model.counted(self.source.count())
        self.settle()

    @rule(numbers=st.lists(st.integers(-5_000, 70_000).filter(lambda number: number % 10), max_size=300, unique=True))
    def insert(self, numbers: list[int]) -> None:
        for number in numbers:
            if self.source.seek(number) is None:
                insort(self.source.numbers, number)
        self._reload_keeps_the_record()

    @rule(start=st.floats(0, 1), length=st.integers(1, 2_000))
    def delete(self, start: float, length: int) -> None:
        at = int(start * len(self.source.numbers))
        del self.source.numbers[at : at + length]
        self._reload_keeps_the_record()

    def _reload_keeps_the_record(self) -> None:
        model = self.model
        row, line = model.row, model.cursor - model.top
        following = model.follow and model.following
        model.reload()
        self.settle()
        if row is not None and not following and self.source.seek(row.id) is not None:
            assert model.row is not None
            assert model.row.id == row.id
            window = model.window
            if window.base < model.top and model.top + model.height < window.end and model.height > line:
                assert model.cursor - model.top == line

    @invariant()
    def at_rest_on_true_rows(self) -> None:
        if not hasattr(self, "model"):
            return
        self.settle()
        model, window, numbers = self.model, self.model.window, self.source.numbers
        shown = [row.id for row in window.rows]
        assert len(shown) <= KEPT
        if not numbers:
            assert model.row is None
            return
        start = bisect_left(numbers, shown[0])
        assert shown == numbers[start : start + len(shown)]
        assert model.loaded
        assert model.row is not None
        assert model.top <= model.cursor < model.top + model.height
        assert model.top >= window.base
        assert model.top == window.base or model.top + model.height <= window.end
        assert window.end <= window.total
        if window.whole:
            assert (window.base, window.total) == (0, len(numbers))
        if window.at_end:
            assert window.end == window.total
        if window.at_start:
            assert window.base == 0


TableMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestTableModel = TableMachine.TestCase
