"""When a temporary key holds: what is kept, what people type, and what the visitor setting allows (rules 7.1)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from backend.domain.access.rules import ALL_DAY_END, Window
from backend.domain.access.windows import ALL_DAYS
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.domain.frozen import Frozen
from backend.domain.schedule_line import schedule_text, week_window
from backend.domain.timewords import parse_moment, parse_week

CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of a door may be off: a use this far outside the key's time counts, as the door let it in."""


class VisitorRules(Frozen):
    """The visitor setting of a site (feature SET-04): the usual span of a key and what a key needs.

    `longest` None leaves the span of a key free.
    """

    span: timedelta
    longest: timedelta | None
    need_id_number: bool
    need_email: bool
    repeats: bool


class KeyTime(Frozen):
    """When a key holds: one span (Never), or hours of every day (Daily) or of weekdays (Weekly).

    `begins` and `ends` are UTC, `ends` exclusive; Daily and Weekly may be without either. `start` and `end` are wall
    time of the community, `days` 0 Monday to 6 Sunday; an end before the start is on the next day, which belongs to the
    day of the start (edge case 20).
    """

    repeat: Repeat = Repeat.NEVER
    begins: datetime | None = None
    ends: datetime | None = None
    days: frozenset[int] = frozenset()
    start: time | None = None
    end: time | None = None

    def window(self) -> Window:
        """The hours as the rules know them; the dates of Daily and Weekly stand with the credential."""
        if self.repeat is Repeat.NEVER:
            return Window(Repeat.NEVER, begins=self.begins, ends=self.ends)
        days = self.days if self.repeat is Repeat.WEEKLY else frozenset()
        return Window(self.repeat, self.start or time(0), self.end or ALL_DAY_END, days)

    @property
    def valid_from(self) -> datetime | None:
        """The first instant of the credential itself."""
        return None if self.repeat is Repeat.NEVER else self.begins

    @property
    def valid_to(self) -> datetime | None:
        """The end of the credential itself."""
        return None if self.repeat is Repeat.NEVER else self.ends

    @property
    def schedule(self) -> str:
        """The hours as they are typed, "mo-fr 8-18"; "" for Never."""
        return "" if self.repeat is Repeat.NEVER else schedule_text((self.window(),), "UTC")

    def covers(self, happened_at: datetime) -> bool:
        """Whether a door that opened at `happened_at` by its own clock did so within the span of a Never key."""
        began = self.begins is None or happened_at >= self.begins - CLOCKS_APART
        return began and (self.ends is None or happened_at < self.ends + CLOCKS_APART)


def time_of(window: Window, begins: datetime | None, ends: datetime | None) -> KeyTime:
    """The time of a key from its window; a key that repeats holds from `begins` to `ends`."""
    if window.repeat is Repeat.NEVER:
        return KeyTime(begins=window.begins, ends=window.ends)
    return KeyTime(repeat=window.repeat, begins=begins, ends=ends, days=window.days, start=window.start, end=window.end)


def typed_hours(schedule: str, begins: datetime | None, ends: datetime | None, repeat: Repeat | None = None) -> KeyTime:
    """The time of a key that repeats from its line of hours; raises Invalid (schedule).

    Hours of all seven days are Daily, others Weekly; `repeat` says which of them is wanted.
    """
    try:
        week = parse_week(schedule)
    except Invalid as error:
        raise Invalid({"schedule": str(error)}) from None
    if repeat is Repeat.DAILY and week.days != ALL_DAYS:
        raise Invalid({"schedule": "Daily is every day: choose Weekly for these days."})
    if repeat is Repeat.WEEKLY and week.days == ALL_DAYS:
        raise Invalid({"schedule": "Weekly hours need a weekday, as in mo-fr 8-18; choose Daily for every day."})
    return time_of(week_window(week), begins, ends)


def typed_time(
    *, repeat: Repeat | None = None, until: str = "", begin: str = "", schedule: str = "", now: datetime, zone: str
) -> KeyTime:
    """The time of a key as typed in a form or command; `until` "2h" counts from the beginning.

    Hours alone say that a key repeats. Raises Invalid (begin, until, schedule) naming every field not understood.
    """
    bad: dict[str, str] = {}
    begins = _moment("begin", begin, now, zone, bad)
    ends = _moment("until", until, max(begins or now, now), zone, bad)
    found = KeyTime(begins=begins, ends=ends)
    repeats = bool(schedule.strip()) if repeat is None else repeat is not Repeat.NEVER
    if not repeats and schedule.strip():
        bad["schedule"] = "Hours are for keys that repeat: choose Daily or Weekly."
    elif repeats and not schedule.strip():
        bad["schedule"] = "Give its hours, as in 8-18 or mo-fr 8-18."
    elif repeats:
        try:
            found = typed_hours(schedule, begins, ends, repeat)
        except Invalid as error:
            bad |= error.fields
    if bad:
        raise Invalid(bad)
    return found


def usual_time(rules: VisitorRules, now: datetime) -> KeyTime:
    """The span of a key for which none was typed, from now on."""
    begins = now.replace(second=0, microsecond=0)
    return KeyTime(begins=begins, ends=begins + rules.span)


def check_time(time: KeyTime, rules: VisitorRules, now: datetime) -> KeyTime:
    """The time as it is kept; raises Invalid (until, schedule, repeat).

    A Never key without a beginning begins now. An end equal to the start is no hours at all (edge case 28).
    """
    bad: dict[str, str] = {}
    begins = time.begins
    if time.repeat is Repeat.NEVER:
        begins = begins or now.replace(second=0, microsecond=0)
        if time.ends is None:
            bad["until"] = "Say until when it holds, as in 22, 2h or fr 18."
    else:
        bad |= _wrong_hours(time, rules)
    if sentence := _wrong_end(begins, time.ends, rules, now):
        bad.setdefault("until", sentence)
    if bad:
        raise Invalid(bad)
    if time.repeat is Repeat.NEVER:
        return KeyTime(begins=begins, ends=time.ends)
    weekly = time.repeat is Repeat.WEEKLY and time.days != ALL_DAYS
    repeat, days = (Repeat.WEEKLY, time.days) if weekly else (Repeat.DAILY, frozenset())
    return time.model_copy(update={"repeat": repeat, "days": days})


def _wrong_hours(time: KeyTime, rules: VisitorRules) -> dict[str, str]:
    if not rules.repeats:
        return {"repeat": "Keys that repeat are switched off in Settings, Visitors."}
    if time.start is None or time.end is None:
        return {"schedule": "Give its hours, as in 8-18 or mo-fr 8-18."}
    if time.start == time.end:
        return {"schedule": "The end is the start. For a whole day write 0-24."}
    if time.repeat is Repeat.WEEKLY and not time.days:
        return {"schedule": "Weekly hours need a weekday, as in mo-fr 8-18."}
    return {}


def _wrong_end(begins: datetime | None, ends: datetime | None, rules: VisitorRules, now: datetime) -> str:
    if ends is not None and ends <= now:
        return "This is over. Give an end that is to come."
    if ends is not None and begins is not None and ends <= begins:
        return "It would end before it begins."
    if rules.longest is None:
        return ""
    days = rules.longest // timedelta(days=1)
    most = f"{days} days" if days > 1 else "1 day"
    if ends is None:
        return f"Keys hold {most} at most: give an end."
    return f"Keys hold {most} at most." if ends - (begins or now) > rules.longest else ""


def _moment(name: str, text: str, now: datetime, zone: str, bad: dict[str, str]) -> datetime | None:
    if not text.strip():
        return None
    try:
        return parse_moment(text, now, zone, past=name == "begin")
    except Invalid as error:
        bad[name] = str(error)
        return None
