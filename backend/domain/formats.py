"""How figures, ages and times are written for people (look: type; rules 15: time settings)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.domain.errors import Invalid


class ClockFormat(StrEnum):
    """The 24/12 h setting of a community, as the database holds it."""

    H24 = "24"
    H12 = "12"


class DateFormat(StrEnum):
    """The order of a date: ISO, M/D/Y or D/M/Y. Imports and filters read ISO only (edge case 27)."""

    ISO = "iso"
    MDY = "mdy"
    DMY = "dmy"


_DATES = {DateFormat.ISO: "{y}-{m}-{d}", DateFormat.MDY: "{m}/{d}/{y}", DateFormat.DMY: "{d}/{m}/{y}"}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"), (1, "s"))


def zone_info(name: str) -> ZoneInfo:
    """The IANA time zone called `name`; raises Invalid (field "timezone") for any other text."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid({"timezone": f"There is no time zone '{name}'. Write one like Europe/Berlin."}) from None


@dataclass(frozen=True, slots=True)
class Formats:
    """How a community writes its times: IANA zone, clock and order of a date. Instants passed in must be aware."""

    zone: str = "UTC"
    clock: ClockFormat = ClockFormat.H24
    order: DateFormat = DateFormat.ISO

    @classmethod
    def of(cls, zone: str, clock_format: str, date_format: str) -> Formats:
        """Make it from the three settings of a community; raises Invalid naming the setting that is not known."""
        zone_info(zone)
        if clock_format not in set(ClockFormat):
            raise Invalid({"clock_format": "The clock is 24 or 12."})
        if date_format not in set(DateFormat):
            raise Invalid({"date_format": "The date format is iso, mdy or dmy."})
        return cls(zone, ClockFormat(clock_format), DateFormat(date_format))

    def local(self, moment: datetime) -> datetime:
        """`moment` on the wall clock of the community."""
        assert moment.tzinfo is not None, "an instant carries its zone"
        return moment.astimezone(zone_info(self.zone))

    def day(self, day: date) -> str:
        """A calendar day, `2026-11-27`, or the local day of an instant."""
        plain = self.local(day) if isinstance(day, datetime) else day
        return _DATES[self.order].format(y=f"{plain.year:04}", m=f"{plain.month:02}", d=f"{plain.day:02}")

    def wall(self, clock: time, *, seconds: bool = False) -> str:
        """A time of day, `18:05` or `6:05 pm`; `seconds` adds them."""
        tail = f":{clock.minute:02}" + (f":{clock.second:02}" if seconds else "")
        if self.clock is ClockFormat.H24:
            return f"{clock.hour:02}{tail}"
        return f"{clock.hour % 12 or 12}{tail} {'am' if clock.hour < 12 else 'pm'}"

    def time(self, moment: datetime, *, seconds: bool = False) -> str:
        """The local time of day of an instant."""
        return self.wall(self.local(moment).time(), seconds=seconds)

    def moment(self, moment: datetime, *, seconds: bool = False) -> str:
        """The local day and time of an instant, `2026-11-27 18:05`."""
        return f"{self.day(moment)} {self.time(moment, seconds=seconds)}"


def figure(number: int) -> str:
    """A whole number with a comma at the thousands, `1,284`."""
    return f"{number:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: "1 door", "1,284 doors", "0 doors"."""
    return f"{figure(number)} {one if number == 1 else many or f'{one}s'}"


def age(elapsed: timedelta) -> str:
    """A short age, whole units rounded down: `8 s`, `4 m`, `2 h`, `3 d`. A clock that runs ahead gives `0 s`."""
    seconds = max(0, elapsed // timedelta(seconds=1))
    size, unit = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    return f"{seconds // size} {unit}"
