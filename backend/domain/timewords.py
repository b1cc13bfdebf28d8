"""The words for time of filters, forms and commands, read in the community's zone (tasks: rule 6; edge cases 24-28).

What is not understood is refused with a sentence (Invalid, field "time"), never guessed; `describe_*` write out what
was understood. A wall time that the clocks skip is refused where somebody typed it and becomes the first instant after
the gap where it is only the edge of a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.domain.errors import Invalid
from backend.domain.formats import Formats, zone_info
from backend.domain.walltime import (
    WEEKDAYS,
    comings_of,
    instant_of,
    iso_day,
    iso_moment,
    local_time,
    nearest,
    skipped,
    time_of_day,
    weekday_of,
)

_DAY = timedelta(days=1)
_NIGHT_BEGINS, _NIGHT_ENDS = time(22), time(6)
_LAST_MINUTE = time(23, 59)

_CLOCK = r"([0-9]{1,2})(?::([0-9]{2}))?"
_DURATION = re.compile(r"([0-9]{1,4})([mhd])")
_TYPED_MOMENT = re.compile(rf"(?:([a-z]+|[0-9-]{{10}}) )?{_CLOCK}")
_TYPED_WEEK = re.compile(rf"([a-z,-]*?) ?(?:{_CLOCK}-{_CLOCK})?")

_SPAN_HELP = "Write today, night, last-week, fr, 2h, 3d, 2026-12-01 or 2026-12-01..2026-12-24."
_MOMENT_HELP = "Write 22, 22:15, 2h, fr 18, tomorrow 9 or 2026-12-01 12:00."
_WEEK_HELP = "Write mo-fr 8-18, sa,su 10-16:30 or daily 22-6."


class Span(NamedTuple):
    """A stretch of time in UTC, `start` in it and `end` not."""

    start: datetime
    end: datetime


class Week(NamedTuple):
    """Weekdays (0 Monday to 6 Sunday) with a window in wall time.

    An `end` before `start` is on the next day; an `end` of 23:59 includes its last minute (edge case 28).
    """

    days: frozenset[int]
    start: time
    end: time


def parse_span(word: str, now: datetime, zone: str, *, ahead: bool = False) -> Span:
    """The span that `word` names: a day, week or month word, a weekday, a duration, a date or a range of dates.

    Days run from midnight to midnight in `zone`, weeks from Monday. `night` is 22:00 to 06:00 of the latest night that
    has begun. A duration counts back from `now` and a weekday is the latest one, today included; with `ahead` (forms)
    both look forward, `night` is the first that is not over. Days of a duration keep the wall time, hours are hours.
    """
    place = zone_info(zone)
    local = local_time(now, place)
    words = word.casefold().split()
    text = ("" if word.lstrip()[:1].isdigit() else "-").join(words)
    if named := _NAMED_SPANS.get(text):
        return named(local, ahead)
    if (weekday := weekday_of(text)) is not None:
        return _days_from(nearest(local.date(), weekday, ahead=ahead), place)
    if duration := _DURATION.fullmatch(text):
        edge = _shifted(local, duration, 1 if ahead else -1)
        return Span(local.astimezone(UTC), edge) if ahead else Span(edge, local.astimezone(UTC))
    first, dots, last = text.upper().partition("..")
    start, end = _edges(first, place), _edges(last if dots else first, place)
    if start is None or end is None or not (dots or iso_day(first)):
        raise Invalid({"time": f"'{word}' is no span of time. {_SPAN_HELP}"})
    if start.start >= end.end:
        raise Invalid({"time": f"'{word}' does not end after it begins."})
    return Span(start.start, end.end)


def is_span_name(word: str) -> bool:
    """Whether `word` is one of the fixed names (`today`, `last-week`), which mean a span wherever they stand."""
    return word.casefold() in _NAMED_SPANS


def span_names(*, whole_days: bool = False) -> tuple[str, ...]:
    """The fixed names, for completion and help; `whole_days` leaves out those that begin within a day."""
    return tuple(name for name, span in _NAMED_SPANS.items() if not (whole_days and span is _night))


def parse_moment(text: str, now: datetime, zone: str, *, past: bool = False) -> datetime:
    """The moment in UTC that `text` names, after `now`: `22`, `22:15`, `2h`, `fr 18`, `tomorrow 9`, a date with a time.

    A bare time is the next one, a weekday the next one with that time. Of a wall time that comes twice it is the first
    that is not over; an offset (`2026-10-25T02:30+01:00`) says which. `past` lets a date with a time lie in the past.
    """
    place = zone_info(zone)
    local = local_time(now, place)
    typed = " ".join(text.split())
    if duration := _DURATION.fullmatch("".join(typed.casefold().split())):
        return _shifted(local, duration, 1)
    if exact := iso_moment(typed.upper(), place):
        comings, fixed = iter([exact]), True
    else:
        days, clock = _typed_time(typed.casefold(), local.date())
        comings, fixed = _comings(days, clock, local), len(days) == 1
    found = next((moment for moment in comings if moment > now or (past and fixed)), None)
    if found is None:
        raise Invalid({"time": f"'{text}' is over. Give a time to come."})
    return found


def parse_week(text: str) -> Week:
    """The weekly window that `text` names: `mo-fr 8-18`, `sa,su 10-16:30`, `fr-mo 22-6`, `daily 8-24`, `8-18`.

    Without days it is every day, without times the whole day; 24 is the end of the day (23:59, last minute included).
    """
    typed = re.sub(r" ?([-,]) ?", r"\1", " ".join(text.casefold().replace("–", "-").split()))
    match = _TYPED_WEEK.fullmatch(typed)
    days = _days(match[1]) if match else frozenset()
    if not match or not typed or not days:
        raise Invalid({"time": f"'{text}' is no weekly time. {_WEEK_HELP}"})
    if match[2] is None:
        return Week(days, time(0), _LAST_MINUTE)
    start = time_of_day(match[2], match[3])
    ends_with_day = (match[4], match[5] or "00") == ("24", "00")
    end = _LAST_MINUTE if ends_with_day else time_of_day(match[4], match[5])
    if start == end:
        raise Invalid({"time": "The end is the start. For a whole day write 0-24."})
    return Week(days, start, end)


def describe_span(span: Span, formats: Formats) -> str:
    """The span in full in the zone and formats of the community; whole days are named without times."""
    first, last = formats.local(span.start).date(), formats.local(span.end).date()
    place = zone_info(formats.zone)
    if span == Span(instant_of(first, place), instant_of(last, place)):
        last -= _DAY
        return _named_day(first, formats) + (f" to {_named_day(last, formats)}" if last != first else "")
    until = formats.time(span.end) if first == last else f"{_named_day(last, formats)} {formats.time(span.end)}"
    return f"{_named_day(first, formats)} {formats.time(span.start)} to {until}"


def describe_moment(moment: datetime, formats: Formats) -> str:
    """The moment in full with its offset, which tells the two comings of a wall time apart."""
    offset = formats.local(moment).strftime("%z")
    return f"{_named_day(formats.local(moment).date(), formats)} {formats.time(moment)} (UTC{offset[:3]}:{offset[3:5]})"


def describe_week(week: Week, formats: Formats) -> str:
    """The weekly window in full: `Monday to Friday, 08:00 to 18:00`."""
    if (week.start, week.end) == (time(0), _LAST_MINUTE):
        return f"{_day_words(week.days)}, all day"
    over = " the next day" if week.end <= week.start else ""
    return f"{_day_words(week.days)}, {formats.wall(week.start)} to {formats.wall(week.end)}{over}"


def _days_from(day: date, place: tzinfo | None, count: int = 1) -> Span:
    return Span(instant_of(day, place), instant_of(day + count * _DAY, place))


def _night(local: datetime, ahead: bool) -> Span:
    begun = local.time() >= _NIGHT_BEGINS
    evening = local.date() if begun or (ahead and local.time() >= _NIGHT_ENDS) else local.date() - _DAY
    return Span(instant_of(evening, local.tzinfo, _NIGHT_BEGINS), instant_of(evening + _DAY, local.tzinfo, _NIGHT_ENDS))


def _week(local: datetime, back: int) -> Span:
    return _days_from(local.date() - timedelta(days=local.weekday() + 7 * back), local.tzinfo, 7)


def _month(local: datetime, back: int) -> Span:
    first = local.date().replace(day=1)
    for _ in range(back):
        first = (first - _DAY).replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Span(instant_of(first, local.tzinfo), instant_of(following, local.tzinfo))


_NAMED_SPANS: dict[str, Callable[[datetime, bool], Span]] = {
    "today": lambda local, ahead: _days_from(local.date(), local.tzinfo),
    "yesterday": lambda local, ahead: _days_from(local.date() - _DAY, local.tzinfo),
    "tomorrow": lambda local, ahead: _days_from(local.date() + _DAY, local.tzinfo),
    "night": _night,
    "last-night": _night,
    "this-week": lambda local, ahead: _week(local, 0),
    "last-week": lambda local, ahead: _week(local, 1),
    "this-month": lambda local, ahead: _month(local, 0),
    "last-month": lambda local, ahead: _month(local, 1),
}


def _shifted(local: datetime, duration: re.Match[str], sign: int) -> datetime:
    count = sign * int(duration[1])
    if count == 0:
        raise Invalid({"time": f"'{duration[0]}' is no time at all."})
    if duration[2] == "d":
        return (local + count * _DAY).astimezone(UTC)
    unit = timedelta(hours=1) if duration[2] == "h" else timedelta(minutes=1)
    return local.astimezone(UTC) + count * unit


def _edges(text: str, place: ZoneInfo) -> Span | None:
    """A date as its day, an exact moment as an empty span at it."""
    if day := iso_day(text):
        return _days_from(day, place)
    moment = iso_moment(text, place)
    return Span(moment, moment) if moment else None


def _typed_time(typed: str, today: date) -> tuple[tuple[date, ...], time]:
    """The days that a typed moment may mean, the nearest first, and its time of day."""
    match = _TYPED_MOMENT.fullmatch(typed)
    days = _days_meant(match[1] or "", today) if match else ()
    if not match or not days:
        raise Invalid({"time": f"'{typed}' is no moment. {_MOMENT_HELP}"})
    return days, time_of_day(match[2], match[3])


def _days_meant(word: str, today: date) -> tuple[date, ...]:
    if (weekday := weekday_of(word)) is not None:
        near = nearest(today, weekday, ahead=True)
        return near, near + 7 * _DAY
    if day := iso_day(word):
        return (day,)
    return {"": (today, today + _DAY), "today": (today,), "tomorrow": (today + _DAY,)}.get(word, ())


def _comings(days: tuple[date, ...], clock: time, local: datetime) -> Iterator[datetime]:
    """Every instant at which the clocks show `clock` on `days`, in order.

    Raises Invalid at a day to come, or the only one, on which the clocks skip it: taking another would be a guess.
    """
    for day in days:
        found = comings_of(datetime.combine(day, clock), local.tzinfo)
        if not found and (len(days) == 1 or instant_of(day, local.tzinfo, clock) > local):
            raise skipped(datetime.combine(day, clock))
        yield from found


def _days(words: str) -> frozenset[int]:
    """The weekdays of `mo,we-fr`; every day for nothing or `daily`; empty when a word is none."""
    if words in ("", "daily"):
        return frozenset(range(7))
    found: set[int] = set()
    for part in words.split(","):
        first, dash, last = part.partition("-")
        start, end = weekday_of(first), weekday_of(last if dash else first)
        if start is None or end is None:
            return frozenset()
        found |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return frozenset(found)


def _named_day(day: date, formats: Formats) -> str:
    return f"{WEEKDAYS[day.weekday()]} {formats.day(day)}"


def _day_words(days: frozenset[int]) -> str:
    starts = [day for day in sorted(days) if (day - 1) % 7 not in days]
    if not starts:
        return "Every day"
    if len(starts) == 1 and len(days) > 2:
        return f"{WEEKDAYS[starts[0]]} to {WEEKDAYS[(starts[0] + len(days) - 1) % 7]}"
    return ", ".join(WEEKDAYS[day] for day in sorted(days))
