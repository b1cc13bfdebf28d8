"""Hours in one line, as people type them: `mo-fr 8-18; sa 10-14`, `daily 22-6`, `2026-12-01 10:00..2026-12-24 18:00`.

The three repeats of the guide in one language (rules 7.5, 8; feature AG-08): weekdays with times are Weekly, all seven
are Daily, a span of dates is Never. What was understood is written out by `describe_schedule`, what was not is refused
with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from backend.domain.access.rules import ALL_DAY_END, Window
from backend.domain.access.windows import ALL_DAYS, minutes_of, runs_of, union, week_of
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.domain.formats import Formats, zone_info
from backend.domain.timewords import (
    Span,
    Week,
    describe_span,
    describe_week,
    is_span_name,
    parse_moment,
    parse_span,
    parse_week,
)
from backend.domain.walltime import instant_of, iso_day, local_time

FIELD = "schedule"
"""The field that a sentence about a line is told for."""

MOST_WINDOWS = 12
"""Windows in one line."""

_HELP = "Write mo-fr 8-18; sa 10-14, daily 22-6, or 2026-12-01 10:00..2026-12-24 18:00."
_DURATION = re.compile(r"[0-9]{1,4} ?[mhd]", re.IGNORECASE)
_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")


def parse_schedule(text: str, now: datetime, zone: str) -> tuple[Window, ...]:
    """The windows of a line, in its order and each once; `now` is what `today`, `2h` and `fr 18..su 20` count from.

    Wall times are of `zone`, the community's. Raises Invalid (field "schedule"): an end that is the start is none (edge
    case 28), and a wall time that the clocks skip is not guessed.
    """
    parts = [part for part in (part.strip() for part in text.replace("\n", ";").split(";")) if part]
    if not parts:
        raise Invalid({FIELD: f"Hours are needed. {_HELP}"})
    if len(parts) > MOST_WINDOWS:
        raise Invalid({FIELD: f"At most {MOST_WINDOWS} windows, these are {len(parts)}."})
    try:
        windows = [_parsed(part, now, zone) for part in parts]
    except Invalid as error:
        raise Invalid({FIELD: str(error)}) from None
    return tuple(dict.fromkeys(windows))


def check_windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows, each once, when every one is ever open; raises Invalid (field "schedule")."""
    found = tuple(dict.fromkeys(windows))
    if not found:
        raise Invalid({FIELD: f"Hours are needed. {_HELP}"})
    for window in found:
        if window.repeat is Repeat.NEVER:
            if window.begins is not None and window.ends is not None and window.begins >= window.ends:
                raise Invalid({FIELD: "A span of dates ends after it begins."})
        elif window.start == window.end:
            raise Invalid({FIELD: "The end is the start. For a whole day write 0-24."})
        elif window.repeat is Repeat.WEEKLY and not window.days:
            raise Invalid({FIELD: "Weekly hours need a weekday, as in mo-fr 8-18."})
    return found


def describe_schedule(windows: Iterable[Window], formats: Formats) -> str:
    """The hours in full, in the words and formats of the community: `Monday to Friday, 08:00 to 18:00; ...`."""
    return "; ".join(_described(window, formats) for window in windows)


def schedule_text(windows: Iterable[Window], zone: str) -> str:
    """The line that `parse_schedule` reads back as these windows, each edge of a span to the minute."""
    return "; ".join(_typed(window, zone) for window in windows)


def week_window(week: Week) -> Window:
    """Weekdays with a time as a window; all seven days are Daily."""
    if week.days == ALL_DAYS:
        return Window(Repeat.DAILY, week.start, week.end)
    return Window(Repeat.WEEKLY, week.start, week.end, week.days)


def span_window(span: Span) -> Window:
    """A span of time as a window that repeats never."""
    return Window(Repeat.NEVER, begins=span.start, ends=span.end)


def hours_per_week(windows: Iterable[Window]) -> float:
    """How many hours of a usual week daily and weekly windows are open together, overlaps once; spans count nothing."""
    spans = [span for window in windows if window.repeat is not Repeat.NEVER for span in week_of(window)]
    return sum(end - start for start, end in union(spans)) / 60


def _parsed(text: str, now: datetime, zone: str) -> Window:
    first, dots, last = (part.strip() for part in text.partition(".."))
    if dots:
        return span_window(_between(first, last, now, zone))
    if is_span_name(text) or iso_day(text) or _DURATION.fullmatch(text):
        return span_window(parse_span(text, now, zone, ahead=True))
    return week_window(parse_week(text))


def _between(first: str, last: str, now: datetime, zone: str) -> Span:
    """From one edge to the other: days count whole, the last one too; the second edge is read as from the first."""
    begins = _edge(first, now, zone, timedelta())
    ends = _edge(last, begins, zone, timedelta(days=1))
    if begins >= ends:
        raise Invalid({FIELD: f"'{first}..{last}' does not end after it begins."})
    return Span(begins, ends)


def _edge(text: str, now: datetime, zone: str, more: timedelta) -> datetime:
    if day := iso_day(text):
        return instant_of(day + more, zone_info(zone))
    return parse_moment(text, now, zone, past=True)


def _described(window: Window, formats: Formats) -> str:
    if window.repeat is not Repeat.NEVER:
        days = ALL_DAYS if window.repeat is Repeat.DAILY else window.days
        return describe_week(Week(days, window.start, window.end), formats)
    if window.begins is not None and window.ends is not None:
        return describe_span(Span(window.begins, window.ends), formats)
    if window.begins is not None:
        return f"from {formats.moment(window.begins)}"
    return "Always" if window.ends is None else f"until {formats.moment(window.ends)}"


def _typed(window: Window, zone: str) -> str:
    if window.repeat is Repeat.NEVER:
        if window.begins is None or window.ends is None:
            return "daily 0-24"
        return (
            _whole_days(window.begins, window.ends, zone)
            or f"{_stamp(window.begins, zone)}..{_stamp(window.ends, zone)}"
        )
    days = "daily" if window.repeat is Repeat.DAILY else _day_words(window.days)
    if minutes_of(window) == (0, 24 * 60):
        return f"{days} 0-24"
    return f"{days} {_clock(window.start)}-{'24' if window.end == ALL_DAY_END else _clock(window.end)}"


def _whole_days(begins: datetime, ends: datetime, zone: str) -> str:
    """The days of a span from one midnight to another, "2026-12-24..2026-12-26"; "" for any other span."""
    place = zone_info(zone)
    first, after = local_time(begins, place).date(), local_time(ends, place).date()
    last = after - timedelta(days=1)
    if (instant_of(first, place), instant_of(after, place)) != (begins, ends) or last < first:
        return ""
    return f"{first}" if first == last else f"{first}..{last}"


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}" if at.minute else str(at.hour)


def _stamp(moment: datetime, zone: str) -> str:
    """A moment to the minute; of a wall time that comes twice with its offset, so that it is read back as itself."""
    local = local_time(moment, zone_info(zone))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.isoformat(timespec="minutes") if twice else f"{local:%Y-%m-%d %H:%M}"


def _day_words(days: frozenset[int]) -> str:
    """`mo-fr`, `sa,su`, `mo,we,fr`: three and more in a row become a range."""
    words = [
        f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" if len(run) > 2 else ",".join(_DAYS[day] for day in run)
        for run in runs_of(days)
    ]
    return ",".join(words)
