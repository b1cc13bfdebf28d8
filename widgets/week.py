"""The hours of a group as a week: rows of days, cells of some minutes, and what an edit adds or takes away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from backend.domain.access.rules import Window
from backend.domain.access.windows import DAY, WEEK, WeekMinutes, contains
from backend.domain.painted_week import carried_minutes, open_minutes, with_minutes, without_minutes
from widgets.text import Part, assemble

FINE, COARSE = 20, 30
"""Minutes of a cell, and those where 72 of them have no room."""

LABEL = 4
"""Cells of the names of the days."""

WORDS = 10
"""Cells that the spans of a day take at least."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEGEND: tuple[Part, ...] = (
    ("█", "$sp-plot"), (" open  ", "$sp-t2"), ("▓", "$sp-ok"), (" added now  ", "$sp-t2"),
    ("×", "$sp-bad on $sp-bad-bg"), (" taken away now  ", "$sp-t2"), ("▒", "$sp-plot on $sp-raise"),
    (" from the day before", "$sp-t2"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """The cells under the cursor and between it and where it was when shift was pressed: a day, first and last cell."""

    day: int
    first: int
    last: int


def told_hours(minutes: int) -> str:
    """Minutes as hours, "12 h", "1:40 h"."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02} h" if rest else f"{hours} h"


def told_change(minutes: int) -> str:
    """By how much hours become more or fewer, "+12 h", "-1:40 h", "moved" where as many are others."""
    return f"{'+' if minutes > 0 else '-'}{told_hours(abs(minutes))}" if minutes else "moved"


def minutes_of_cell(width: int) -> int:
    """How many minutes a cell stands for in a widget so many cells wide."""
    return FINE if width >= LABEL + DAY // FINE + WORDS else COARSE


def week_lines(
    windows: Iterable[Window], before: Iterable[Window] | None = None, *, cell: int = FINE, mark: Mark | None = None
) -> list[tuple[Part, ...]]:
    """The hours, then a line for each day: its cells, and its spans in words; spans of dates are not among them.

    `before` are the hours that an edit began with: what differs from them is drawn as added or taken away.
    """
    windows = tuple(windows)
    now = open_minutes(windows)
    old = now if before is None else open_minutes(before)
    carried = carried_minutes(windows)
    hours = "".join(f"{hour:02}".ljust(120 // cell) for hour in range(0, 24, 2))
    lines: list[tuple[Part, ...]] = [((" " * LABEL, ""), (hours, "$sp-t3"))]
    for day, name in enumerate(DAYS):
        marked = mark is not None and mark.day == day
        label = (name.ljust(LABEL), "bold $sp-t1" if marked else "$sp-t2")
        states = [_state(day * DAY + minute, now, old, carried) for minute in range(0, DAY, cell)]
        lines.append((label, *_runs(states, mark if marked else None), (" ", ""), *_words(day, now, old)))
    return lines


def _state(minute: int, now: WeekMinutes, old: WeekMinutes, carried: WeekMinutes) -> Part:
    """A cell by its first minute."""
    opens, was = contains(now, minute), contains(old, minute)
    if opens and not was:
        return "▓", "$sp-ok on $sp-raise"
    if was and not opens:
        return "×", "$sp-bad on $sp-bad-bg"
    if not opens:
        return " ", "$sp-t3 on $sp-raise"
    return ("▒", "$sp-plot on $sp-raise") if contains(carried, minute) else ("█", "$sp-plot on $sp-raise")


def _runs(states: Sequence[Part], mark: Mark | None) -> list[Part]:
    """The cells of a day, equal neighbours as one part; the marked ones stand out."""
    runs: list[Part] = []
    marked = range(mark.first, mark.last + 1) if mark else range(0)
    for at, state in enumerate(states):
        sign, style = _marked(state) if at in marked else state
        if runs and runs[-1][1] == style and runs[-1][0][-1] == sign:
            runs[-1] = (runs[-1][0] + sign, style)
        else:
            runs.append((sign, style))
    return runs


def _marked(state: Part) -> Part:
    """A cell under the cursor; its sign tells whether it is open, also without colours."""
    return "◇" if state[0] in " ×" else "◆", "bold $sp-on-acc on $sp-acc"


def _words(day: int, now: WeekMinutes, old: WeekMinutes) -> list[Part]:
    """The spans of a day, and by how many hours an edit changes it."""
    spans, until = _spans(day, now)
    told = spans or ([f"until {_clock(until)}"] if until else [])
    parts: list[Part] = [(" ".join(told) or "closed", "$sp-t2" if spans else "$sp-t3")]
    more, less = _only(day, now, old), _only(day, old, now)
    if more or less:
        parts.append((f" {told_change(more - less)}", "$sp-ok" if more >= less else "$sp-bad"))
    return parts


def _spans(day: int, week: WeekMinutes) -> tuple[list[str], int]:
    """The spans that begin on a day, "08-18", "22-06" over midnight, and until when one of the evening before runs.

    What is open for a day and longer is cut at midnight.
    """
    first, spans, until = day * DAY, [], 0
    cut = (
        piece if piece[1] - piece[0] < DAY else (max(piece[0], first), min(piece[1], first + DAY))
        for piece in _over_sunday(week)
    )
    for start, end in cut:
        if first <= start < first + DAY and start < end:
            spans.append(f"{_clock(start - first)}-{_clock(end - first)}")
        elif start < first < end:
            until = end - first
    return spans, until


def _over_sunday(week: WeekMinutes) -> WeekMinutes:
    """The spans with one over the last midnight as one: it begins on Sunday, and runs on into the next Monday."""
    if len(week) < 2 or week[0][0] != 0 or week[-1][1] != WEEK:
        return week
    begins, ends = week[-1][0], week[0][1]
    if WEEK - begins + ends >= DAY:
        return week
    return ((begins - WEEK, ends), *week[1:-1], (begins, WEEK + ends))


def _clock(minute: int) -> str:
    hour, rest = divmod(minute if minute <= DAY else minute - DAY, 60)
    return f"{hour:02}:{rest:02}" if rest else f"{hour:02}"


def _only(day: int, week: WeekMinutes, other: WeekMinutes) -> int:
    """Minutes of a day in one week and not in the other."""
    rest = week
    for piece in other:
        rest = without_minutes(rest, piece)
    first = day * DAY
    return sum(max(0, min(end, first + DAY) - max(start, first)) for start, end in rest)


class WeekGrid(Widget):
    """The week of a group, painted with space and shift+arrows; whoever owns it hears of each stroke.

    Space opens the marked cells, or closes them where all are open; `c` copies the day of the cursor to the day after.
    """

    DEFAULT_CSS = """
    WeekGrid { height: 8; width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(0,-1)", "Earlier", id="week.left", tooltip="The cell before", show=False),
        Binding("right", "move(0,1)", "Later", id="week.right", tooltip="The cell after", show=False),
        Binding("up", "move(-1,0)", "Day before", id="week.up", tooltip="The day before", show=False),
        Binding("down", "move(1,0)", "Day after", id="week.down", tooltip="The day after", show=False),
        Binding("shift+left", "span(-1)", "Span", id="week.span-left", tooltip="Mark the cell before too", show=False),
        Binding("shift+right", "span(1)", "Span", id="week.span-right", tooltip="Mark the cell after too", show=False),
        Binding("home", "edge(-1)", "Midnight", id="week.home", tooltip="The first cell of the day", show=False),
        Binding("end", "edge(1)", "Evening", id="week.end", tooltip="The last cell of the day", show=False),
        Binding("space", "paint", "Paint", id="week.paint", tooltip="Open or close the marked cells", show=False),
        Binding("c", "copy_day", "Copy day", id="week.copy", tooltip="The same hours on the day after", show=False),
    ]

    windows: reactive[tuple[Window, ...]] = reactive(())
    """The hours now."""
    before: reactive[tuple[Window, ...] | None] = reactive(None)
    """The hours that an edit began with; None where nothing is compared."""

    class Painted(Message):
        """The week was changed by hand."""

        def __init__(self, grid: WeekGrid, week: WeekMinutes) -> None:
            super().__init__()
            self.grid = grid
            self.week = week

        @property
        def control(self) -> WeekGrid:
            """The grid."""
            return self.grid

    def __init__(self, *, editable: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.can_focus = editable
        self._day, self._at, self._from = 0, 0, 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The hours and seven days."""
        return 8

    def render(self) -> RenderResult:
        """The week, with the marked cells while it has the focus."""
        mark = self._mark() if self.has_focus else None
        lines = week_lines(self.windows, self.before, cell=self._cell, mark=mark)
        width = self.content_size.width
        return Content("\n").join(assemble(line).truncate(width, ellipsis=True) for line in lines)

    def on_focus(self, _event: events.Focus) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self, _event: events.Blur) -> None:
        """Show none."""
        self.refresh()

    @property
    def _cell(self) -> int:
        return minutes_of_cell(self.content_size.width)

    @property
    def _last(self) -> int:
        """The number of the last cell of a day."""
        return DAY // self._cell - 1

    def _mark(self) -> Mark:
        at, since = min(self._at, self._last), min(self._from, self._last)
        return Mark(self._day, min(at, since), max(at, since))

    def action_move(self, days: int, cells: int) -> None:
        """Move the cursor; the mark is the cell under it."""
        self._day = (self._day + days) % 7
        self._at = self._from = max(0, min(self._last, self._at + cells))
        self.refresh()

    def action_span(self, cells: int) -> None:
        """Mark one cell more, or one less."""
        self._at = max(0, min(self._last, self._at + cells))
        self.refresh()

    def action_edge(self, side: int) -> None:
        """Go to an end of the day."""
        self.action_move(0, side * (self._last + 1))

    def action_paint(self) -> None:
        """Open what is marked, or close it where all of it is open."""
        mark, week, size = self._mark(), open_minutes(self.windows), self._cell
        piece = (mark.day * DAY + mark.first * size, mark.day * DAY + (mark.last + 1) * size)
        full = with_minutes(week, piece) == week
        self.post_message(self.Painted(self, without_minutes(week, piece) if full else with_minutes(week, piece)))
        self._from = self._at
        self.refresh()

    def action_copy_day(self) -> None:
        """Have the hours of this day on the day after, and go there."""
        week, first = open_minutes(self.windows), self._day * DAY
        self._day = (self._day + 1) % 7
        target = self._day * DAY
        copied = without_minutes(week, (target, target + DAY))
        for start, end in week:
            low, high = max(start, first), min(end, first + DAY)
            if low < high:
                copied = with_minutes(copied, (low - first + target, high - first + target))
        self.post_message(self.Painted(self, copied))
        self.refresh()
