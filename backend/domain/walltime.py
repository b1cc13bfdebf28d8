"""Wall time and instants: what the clocks of a zone show, skip and show twice (edge cases 24, 25)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from backend.domain.errors import Invalid

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_YEARS = range(2000, 2200)
"""Far from both ends of what a datetime holds, so that no arithmetic on a typed day overflows."""

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_DATE = re.compile(_DATE)
_ISO_MOMENT = re.compile(
    rf"{_DATE}T[0-9]{{2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]{{1,6}})?)?(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


def local_time(now: datetime, place: tzinfo) -> datetime:
    """`now`, an aware instant, on the wall clock of `place`."""
    assert now.tzinfo is not None, "an instant carries its zone"
    return now.astimezone(place)


def instant_of(day: date, place: tzinfo | None, clock: time = time(0)) -> datetime:
    """The UTC instant of a wall time, the first of two; one that the clocks skip is as much later as they skip.

    So midnight of a day without one is the first instant of that day.
    """
    return datetime.combine(day, clock, place).astimezone(UTC)


def comings_of(wall: datetime, place: tzinfo | None) -> list[datetime]:
    """The UTC instants at which the clocks show the naive `wall`: one, two in autumn, none in spring."""
    both = dict.fromkeys(wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [moment for moment in both if moment.astimezone(place).replace(tzinfo=None) == wall]


def skipped(wall: datetime) -> Invalid:
    """The error (field "time") for a wall time that does not exist."""
    return Invalid({"time": f"{wall:%Y-%m-%d} has no {wall:%H:%M}: the clocks skip it."})


def time_of_day(hour: str, minute: str | None) -> time:
    """The time of day of typed digits; raises Invalid (field "time") from 24:00 on."""
    if int(hour) > 23 or int(minute or 0) > 59:
        raise Invalid({"time": f"There is no time {hour}:{minute or '00'}."})
    return time(int(hour), int(minute or 0))


def weekday_of(word: str) -> int | None:
    """The weekday (0 Monday) of which the lower-case `word` is the beginning, two letters at least; None for others."""
    return next((i for i, name in enumerate(WEEKDAYS) if len(word) > 1 and name.casefold().startswith(word)), None)


def nearest(day: date, weekday: int, *, ahead: bool) -> date:
    """The latest such weekday until `day`, or the next one from it; `day` itself when it is one."""
    distance = (weekday - day.weekday()) % 7 if ahead else -((day.weekday() - weekday) % 7)
    return day + timedelta(days=distance)


def iso_day(text: str) -> date | None:
    """The day of `2026-12-01`, None for another form; raises Invalid (field "time") for a day that does not exist."""
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid({"time": f"There is no day {text}."}) from None
    if day.year not in _YEARS:
        raise Invalid({"time": f"The year {day.year} is out of reach."})
    return day


def iso_moment(text: str, place: tzinfo) -> datetime | None:
    """The UTC instant of `2026-12-01T12:00` with or without `Z` or an offset, without one in `place`.

    None for another form; raises Invalid (field "time") for a moment that does not exist.
    """
    if not _ISO_MOMENT.fullmatch(text):
        return None
    iso_day(text[:10])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid({"time": f"There is no time {text[11:]}."}) from None
    if moment.tzinfo:
        return moment.astimezone(UTC)
    found = comings_of(moment, place)
    if not found:
        raise skipped(moment)
    return found[0]
