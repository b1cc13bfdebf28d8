"""Windows as the schedules a device can hold, in its own wall clock and to the minute, never allowing more.

A device reads a date range as one span from the start of its first day's time to the end of its last day's, by its wall
clock alone (device protocol 1.8). Where the clocks go back an hour of wall time passes twice and the device cannot tell
the passes apart, so an edge inside that hour is moved inward until no wrong minute is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import blake2b
from itertools import pairwise

from backend.domain.access.results import DoorSchedule
from backend.domain.access.rules import ALL_DAY_END, Window
from backend.domain.access.windows import clock_change, minutes_of, split
from backend.domain.enums import Repeat
from backend.domain.walltime import local_time

OPEN_START = datetime(2000, 1, 1)
"""Wall time from which a span without a beginning runs on a device."""

_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Fold:
    """The clocks go back at `at` (UTC): wall times from `first` to before `last` pass twice."""

    at: datetime
    first: datetime
    last: datetime


def week_schedules(window: Window) -> tuple[DoorSchedule, ...]:
    """Give the one or two schedules of a daily or weekly window; none for a window on no day."""
    parts = []
    for part in split(window):
        start, end = minutes_of(part)
        parts.append(_schedule(part.repeat, time(*divmod(start, 60)), time(*divmod(end - 1, 60)), part.days))
    return tuple(parts)


def span_schedule(begins: datetime | None, ends: datetime, zone: tzinfo) -> tuple[DoorSchedule | None, int]:
    """Give the schedule of the span [begins, ends) of instants and the whole minutes lost to a change of the clocks.

    Edges within a minute are rounded inward, which is no loss. None where no minute is left.
    """
    first = _whole_minute(begins or OPEN_START.replace(tzinfo=zone), zone, up=True)
    last = _whole_minute(ends, zone, up=False)
    if first >= last:
        return None, 0
    low, high = _earliest(first, zone), _latest(last, zone)
    if low >= high:
        return None, (last - first) // _MINUTE
    return _span(low, high), _lost_minutes(first, last, low, high, zone)


def clip(schedule: DoorSchedule | None, valid_to: datetime, zone: tzinfo) -> DoorSchedule | None:
    """End a span, or the built-in always (None), where a credential ends; None when nothing is left of a span.

    This is the backstop for a door that cannot be reached when the credential is to be removed. It takes nothing away
    before `valid_to`: whole minutes and a doubled hour are rounded outward. Daily and weekly schedules stay as is.
    """
    fold = _fold(valid_to, zone)
    high = fold.last if fold and valid_to >= fold.at else _naive(valid_to, zone)
    if high != (full := high.replace(second=0, microsecond=0)):
        high = full + _MINUTE
    if schedule is None:
        return _span(OPEN_START, high)
    if schedule.date_from is None or schedule.date_to is None or high >= _end_of(schedule.date_to, schedule.end):
        return schedule
    low = datetime.combine(schedule.date_from, time.fromisoformat(schedule.start))
    return _span(low, high) if low < high else None


def window_of(schedule: DoorSchedule, zone: tzinfo) -> Window:
    """Read a schedule back as a window; a doubled hour counts from its first pass to its second."""
    start, end = time.fromisoformat(schedule.start), time.fromisoformat(schedule.end)
    if schedule.date_from is None or schedule.date_to is None:
        until = ALL_DAY_END if end == ALL_DAY_END else (datetime.combine(date.min, end) + _MINUTE).time()
        return Window(schedule.kind, start, until, schedule.days)
    begins = datetime.combine(schedule.date_from, start, zone).astimezone(UTC)
    ends = _end_of(schedule.date_to, schedule.end).replace(tzinfo=zone, fold=1).astimezone(UTC)
    return Window(Repeat.NEVER, begins=begins, ends=ends)


def _schedule(
    kind: Repeat, start: time, end: time, days: frozenset[int], dates: tuple[date, date] | None = None
) -> DoorSchedule:
    """Name a schedule after its content, so that equal hours share one on the device."""
    content = f"{kind.value}|{start:%H:%M}|{end:%H:%M}|{sorted(days)}|{dates and [str(day) for day in dates]}"
    key = f"SP-{blake2b(content.encode(), digest_size=6).hexdigest()}"
    date_from, date_to = dates or (None, None)
    return DoorSchedule(key, kind, f"{start:%H:%M}", f"{end:%H:%M}", days, date_from, date_to)


def _span(low: datetime, high: datetime) -> DoorSchedule:
    """Make the schedule of the wall times from `low` to before `high`."""
    last = high - _MINUTE
    return _schedule(Repeat.NEVER, low.time(), last.time(), frozenset(), (low.date(), last.date()))


def _end_of(day: date, last_minute: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(last_minute)) + _MINUTE


def _naive(at: datetime, zone: tzinfo) -> datetime:
    """Give the wall time at an instant without its zone, so that it is counted as a device counts it."""
    return local_time(at, zone).replace(tzinfo=None)


def _whole_minute(at: datetime, zone: tzinfo, *, up: bool) -> datetime:
    """Round an instant to a full minute of the wall clock."""
    local = local_time(at, zone)
    past = timedelta(seconds=local.second, microseconds=local.microsecond)
    return at.astimezone(UTC) - past + (_MINUTE if up and past else timedelta())


def _fold(at: datetime, zone: tzinfo) -> _Fold | None:
    """Give the going back of the clocks whose doubled wall times `at` falls into."""
    local = local_time(at, zone)
    once, again = local.replace(fold=0), local.replace(fold=1)
    if once.utcoffset() == again.utcoffset():
        return None
    change = clock_change(once.astimezone(UTC), again.astimezone(UTC), zone)
    size = (once.utcoffset() or timedelta()) - (again.utcoffset() or timedelta())
    first = _naive(change, zone)
    return _Fold(change, first, first + size)


def _earliest(first: datetime, zone: tzinfo) -> datetime:
    """Give the first wall time that is shown at no instant before `first`."""
    fold = _fold(first, zone)
    return fold.last if fold and first >= fold.at else _naive(first, zone)


def _latest(last: datetime, zone: tzinfo) -> datetime:
    """Give the wall time up to which nothing is shown at `last` or later."""
    fold = _fold(last, zone)
    return fold.first if fold and last < fold.at else _naive(last, zone)


def _lost_minutes(first: datetime, last: datetime, low: datetime, high: datetime, zone: tzinfo) -> int:
    """Count the minutes of [first, last) whose wall time lies outside low to high.

    The wall clock runs evenly between the changes next to the two edges; further in it never leaves the span.
    """
    changes = {fold.at for edge in (first, last) if (fold := _fold(edge, zone)) and first < fold.at < last}
    lost = timedelta()
    for start, stop in pairwise([first, *sorted(changes), last]):
        shown, end = _naive(start, zone), _naive(stop - _INSTANT, zone) + _INSTANT
        lost += max(min(low, end) - shown, timedelta()) + max(end - max(high, shown), timedelta())
    return lost // _MINUTE
