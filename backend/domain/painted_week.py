"""A week as it is painted: minutes that are added or taken away, and the fewest windows that say the same (AG-08).

Minutes count from Monday 00:00. Spans of dates are no part of a week.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import time

from backend.domain.access.rules import ALL_DAY_END, Window
from backend.domain.access.windows import ALL_DAYS, DAY, WeekMinutes, minutes_of, split, union, week_of
from backend.domain.enums import Repeat


def open_minutes(windows: Iterable[Window]) -> WeekMinutes:
    """The minutes of the week at which daily and weekly windows are open."""
    return union(span for window in windows if window.repeat is not Repeat.NEVER for span in week_of(window))


def carried_minutes(windows: Iterable[Window]) -> WeekMinutes:
    """The minutes of the week that belong to windows of the day before, which run over midnight (edge case 20)."""
    return union(
        span
        for window in windows
        if window.repeat is not Repeat.NEVER and minutes_of(window)[1] > DAY
        for part in split(window)[1:]
        for span in week_of(part)
    )


def with_minutes(week: WeekMinutes, piece: tuple[int, int]) -> WeekMinutes:
    """The week with one span of minutes open."""
    return union((*week, piece))


def without_minutes(week: WeekMinutes, piece: tuple[int, int]) -> WeekMinutes:
    """The week with one span of minutes closed."""
    first, last = piece
    kept = [(start, min(end, first)) for start, end in week] + [(max(start, last), end) for start, end in week]
    return union((start, end) for start, end in kept if start < end)


def windows_of_week(week: WeekMinutes) -> tuple[Window, ...]:
    """The fewest daily and weekly windows that are open at these minutes, those of the first days first.

    What goes on after midnight for less than a day belongs to the evening before. An end of 23:59 takes its last minute
    along (edge case 28), so no span may end there.
    """
    days: dict[tuple[int, int], set[int]] = defaultdict(set)
    pieces = [piece for day in range(7) for piece in _pieces(week, day)]
    mornings = {day: end for day, start, end in pieces if start == 0 and end < DAY}
    joined = set()
    for day, start, end in pieces:
        morning = mornings.get((day + 1) % 7, DAY)
        if end == DAY and start > 0 and morning < start:
            days[start, DAY + morning].add(day)
            joined.add((day + 1) % 7)
    for day, start, end in pieces:
        over = end == DAY and start > 0 and mornings.get((day + 1) % 7, DAY) < start
        if not over and not (start == 0 and end < DAY and day in joined):
            days[start, end].add(day)
    ordered = sorted(days.items(), key=lambda item: (min(item[1]), item[0]))
    return tuple(_window(frozenset(on), start, end) for (start, end), on in ordered)


def _pieces(week: WeekMinutes, day: int) -> list[tuple[int, int, int]]:
    """The spans of one day: the day, and from which of its minutes to which."""
    first = day * DAY
    cut = ((max(start - first, 0), min(end - first, DAY)) for start, end in week)
    return [(day, start, end) for start, end in cut if start < end]


def _window(days: frozenset[int], start: int, end: int) -> Window:
    begin = time(*divmod(start, 60))
    until = ALL_DAY_END if end == DAY and begin != ALL_DAY_END else time(*divmod(end % DAY, 60))
    return Window(Repeat.DAILY, begin, until) if days == ALL_DAYS else Window(Repeat.WEEKLY, begin, until, days)
