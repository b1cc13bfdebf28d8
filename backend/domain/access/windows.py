"""When a window is open: wall time of the community, exact over midnight, leap days and clock changes.

Daily and weekly windows are patterns over the 10,080 minutes of a week. An instant is turned into wall time and then
looked up, never the other way round, so a wall time that does not exist or exists twice needs no rule of its own
(edge case 25).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from backend.domain.access.rules import ALL_DAY_END, Window
from backend.domain.enums import Repeat
from backend.domain.formats import zone_info
from backend.domain.walltime import instant_of, local_time

DAY = 24 * 60
"""Minutes of a day by the wall clock."""

WEEK = 7 * DAY
"""Minutes of a week by the wall clock."""

ALL_DAYS = frozenset(range(7))

WeekMinutes = tuple[tuple[int, int], ...]
"""Spans of minutes since Monday 00:00, end exclusive, sorted, apart from each other."""

WHOLE_WEEK: WeekMinutes = ((0, WEEK),)

_SHORT_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_STAMP = "%Y-%m-%d %H:%M"
_ONE_DAY = timedelta(days=1)


def minute_of_week(local: datetime) -> int:
    """Give the minutes since Monday 00:00 that a wall time shows, 0 to 10,079."""
    return local.weekday() * DAY + local.hour * 60 + local.minute


def minutes_of(window: Window) -> tuple[int, int]:
    """Give start and end of a daily or weekly window in minutes of its day; an end over 1,440 lies on the next day."""
    start = window.start.hour * 60 + window.start.minute
    end = DAY if window.end == ALL_DAY_END else window.end.hour * 60 + window.end.minute
    return start, end if end > start else end + DAY


def split(window: Window) -> tuple[Window, ...]:
    """Cut a daily or weekly window at midnight: one part, or an evening and a morning on the day after (edge case 20).

    All seven weekdays become daily; a window on no day has no part.
    """
    days = ALL_DAYS if window.repeat is Repeat.DAILY else window.days
    start, end = minutes_of(window)
    parts = [_on_days(days, start, min(end, DAY))]
    if end > DAY:
        parts.append(_on_days(frozenset((day + 1) % 7 for day in days), 0, end - DAY))
    return tuple(parts) if days else ()


def _on_days(days: frozenset[int], start: int, end: int) -> Window:
    last = ALL_DAY_END if end == DAY else time(*divmod(end, 60))
    if days == ALL_DAYS:
        return Window(Repeat.DAILY, time(*divmod(start, 60)), last)
    return Window(Repeat.WEEKLY, time(*divmod(start, 60)), last, days)


@lru_cache(maxsize=4096)
def week_of(window: Window) -> WeekMinutes:
    """Give the minutes of the week at which a daily or weekly window is open."""
    spans = []
    for part in split(window):
        start, end = minutes_of(part)
        days = ALL_DAYS if part.repeat is Repeat.DAILY else part.days
        spans += [(day * DAY + start, day * DAY + end) for day in days]
    return union(spans)


def union(spans: Iterable[tuple[int, int]]) -> WeekMinutes:
    """Sort spans of minutes and join those that touch or overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def open_within(week: WeekMinutes, minutes: int) -> WeekMinutes:
    """Give the minutes at which a pattern is open or will be in at most `minutes` by the wall clock."""
    early = [(start - minutes, end) for start, end in week]
    wrapped = [(start + WEEK, WEEK) for start, _ in early if start < 0]
    return union([(max(start, 0), end) for start, end in early] + wrapped)


def contains(week: WeekMinutes, minute: int) -> bool:
    """Tell whether a minute of the week lies in a pattern."""
    index = bisect_right(week, (minute, WEEK)) - 1
    return index >= 0 and minute < week[index][1]


def next_flip(week: WeekMinutes, at: datetime, zone: tzinfo) -> datetime | None:
    """Give the first instant (UTC) after `at` at which the wall clock enters or leaves a pattern, None for never."""
    if week in {(), WHOLE_WEEK}:
        return None
    instant = at.astimezone(UTC)
    was = contains(week, minute_of_week(local_time(at, zone)))
    while contains(week, minute_of_week(local_time(instant, zone))) is was:
        instant = _advance(week, instant, zone)
    return instant


def _advance(week: WeekMinutes, at: datetime, zone: tzinfo) -> datetime:
    """Go on to the pattern's next edge, to a change of the clocks or by a day, whichever is first."""
    local = local_time(at, zone)
    minute = minute_of_week(local)
    edges = sorted(edge for span in week for edge in span)
    edge = next((edge for edge in edges if edge > minute), edges[0] + WEEK)
    ahead = timedelta(minutes=edge - minute, seconds=-local.second, microseconds=-local.microsecond)
    target = at + min(ahead, _ONE_DAY)
    if local_time(target, zone).utcoffset() == local.utcoffset():
        return target
    return clock_change(at, target, zone)


def clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Give the first instant (UTC, whole second) in (before, after] with another UTC offset than at `before`.

    The two ends must differ in their offset and have one change between them.
    """
    low, high = int(before.timestamp()), int(after.timestamp())
    offset = local_time(before, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def is_open(window: Window, at: datetime, zone: str) -> bool:
    """Tell whether `window` is open at the instant `at` in the community's time zone (edge cases 20, 24, 25, 28)."""
    if window.repeat is Repeat.NEVER:
        begun = window.begins is None or window.begins <= at
        return begun and (window.ends is None or at < window.ends)
    local = local_time(at, zone_info(zone))
    return contains(week_of(window), minute_of_week(local)) and not _closed_on(window, local.date())


def on_holiday(window: Window, at: datetime, zone: tzinfo) -> bool:
    """Tell whether a daily or weekly window does not hold at `at` because the day is a holiday."""
    return bool(window.closed) and _closed_on(window, local_time(at, zone).date())


def _closed_on(window: Window, day: date) -> bool:
    return any(first <= day <= last for first, last in window.closed)


def next_holiday_edge(window: Window, at: datetime, zone: tzinfo) -> datetime | None:
    """Give the first instant (UTC) after `at` at which a holiday of the window may begin or end, None for never."""
    today = local_time(at, zone).date()
    days = {edge for first, last in window.closed if last >= today for edge in (first, last + _ONE_DAY)}
    return min((edge for day in days for edge in _midnights(day, zone) if edge > at), default=None)


def _midnights(day: date, zone: tzinfo) -> set[datetime]:
    """Give the instants at which the clocks show the beginning of a day; where they do twice, the change as well."""
    first, again = instant_of(day, zone), datetime.combine(day, time(fold=1), zone).astimezone(UTC)
    return {first} if again <= first else {first, again, clock_change(first, again, zone)}


def next_edge(window: Window, at: datetime, zone: str) -> datetime | None:
    """Give the first instant (UTC) after `at` at which `is_open` changes; None: it never does again."""
    if window.repeat is not Repeat.NEVER:
        return _next_weekly_edge(window, at, zone) if window.closed else next_flip(week_of(window), at, zone_info(zone))
    now_open = is_open(window, at, zone)
    edges = [edge.astimezone(UTC) for edge in (window.begins, window.ends) if edge is not None and edge > at]
    return min((edge for edge in edges if is_open(window, edge, zone) is not now_open), default=None)


def _next_weekly_edge(window: Window, at: datetime, zone: str) -> datetime | None:
    """Give the next edge of daily or weekly hours with holidays: hours inside a holiday are stepped over at once."""
    place, was = zone_info(zone), is_open(window, at, zone)
    instant: datetime | None = at
    while instant is not None:
        edges = [next_holiday_edge(window, instant, place)]
        if not on_holiday(window, instant, place):
            edges.append(next_flip(week_of(window), instant, place))
        instant = min((edge for edge in edges if edge is not None), default=None)
        if instant is not None and is_open(window, instant, zone) is not was:
            return instant
    return None


def describe(window: Window, zone: str = "UTC") -> str:
    """Say a window in words: "always", "daily 08:00-18:00",
    "Mo-Fr 08:00-18:00", "2026-11-22 10:00 to 2026-11-23 12:00".

    A single span is said in the wall time of `zone`, with the word UTC when that is what it is.
    """
    if window.repeat is Repeat.NEVER:
        return _describe_span(window, zone)
    week = week_of(window)
    holidays = ", not on holidays" if window.closed else ""
    if week in {(), WHOLE_WEEK}:
        return f"always{holidays}" if week else "never"
    days = "daily" if window.repeat is Repeat.DAILY else _describe_days(window.days)
    return f"{days} {window.start:%H:%M}-{window.end:%H:%M}{holidays}"


def _describe_span(window: Window, zone: str) -> str:
    suffix = " UTC" if zone == "UTC" else ""
    begins, ends = (
        None if edge is None else f"{local_time(edge, zone_info(zone)):{_STAMP}}"
        for edge in (window.begins, window.ends)
    )
    if begins is None:
        return "always" if ends is None else f"until {ends}{suffix}"
    return f"from {begins}{suffix}" if ends is None else f"{begins} to {ends}{suffix}"


def runs_of(days: Iterable[int]) -> list[list[int]]:
    """Weekdays in runs of days that follow each other, in order."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _describe_days(days: frozenset[int]) -> str:
    """Name weekdays; three and more in a row become a range: "Mo-We Fr", "Sa Su"."""
    names = []
    for run in runs_of(days):
        if len(run) > 2:
            names.append(f"{_SHORT_DAYS[run[0]]}-{_SHORT_DAYS[run[-1]]}")
        else:
            names += [_SHORT_DAYS[day] for day in run]
    return " ".join(names)
