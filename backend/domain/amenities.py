"""Amenities as services take and answer them, and what is right about one (rules 6; features BOOK-01, BOOK-03)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from pydantic import Field

from backend.domain.access.rules import Window
from backend.domain.access.windows import contains, minute_of_week, minutes_of, next_flip, union, week_of
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.domain.formats import zone_info
from backend.domain.frozen import Frozen
from backend.domain.schedule_line import parse_schedule, schedule_text
from backend.domain.walltime import local_time

NAME_LONGEST = 64
DESCRIPTION_LONGEST = 128
NEW_DURATION = 60
"""Minutes that a reservation lasts at most, unless set (rules 6)."""

_AT_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Hours of the week do not depend on when they are read."""


class Limit(NamedTuple):
    """What a figure of an amenity may be, and the sentence where it is not."""

    least: int
    most: int
    text: str


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "duration": Limit(5, 1440, "Maximum Duration is 5 to 1,440 minutes."),
        "lead_days": Limit(1, 365, "Maximum Lead Time is 1 to 365 days."),
        "capacity": Limit(1, 1000, "Maximum Reservation is 1 to 1,000 people at one time."),
        "uses": Limit(0, 1000, "Maximum Key Usage is 1 to 1,000, or 0 without a limit."),
    }
)
"""Figure of the form -> its bounds; the guide names the fields alone."""


class Slot(NamedTuple):
    """A stretch of time in UTC, `start` in it and `end` not."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasts by a watch, whatever the clocks on the wall do meanwhile (edge case 25)."""
        return self.end - self.start

    def meets(self, other: Slot) -> bool:
        """Whether both share an instant; adjacent slots do not (rules 6)."""
        return self.start < other.end and other.start < self.end

    def touches(self, other: Slot) -> bool:
        """Whether one begins where the other ends."""
        return self.start == other.end or other.start == self.end


class AmenityDraft(Frozen):
    """What is set of an amenity; None keeps, and takes the default of a new one.

    `building_ids` are the buildings whose residents may reserve it where `everywhere` is off. `hours` is a line as in
    "8-12; 14-22", `picture` a JPEG, empty for none.
    """

    name: str | None = None
    description: str | None = None
    everywhere: bool | None = None
    building_ids: tuple[int, ...] | None = None
    picture: bytes | None = Field(default=None, repr=False)
    device_id: int | None = None
    out_of_group: bool | None = None
    hours: str | None = None
    duration: int | None = None
    lead_days: int | None = None
    capacity: int | None = None
    uses: int | None = None


class AmenityRecord(Frozen):
    """An amenity's whole page; `buildings` are (id, name), `place` is where its device stands."""

    id: int
    version: int
    name: str
    description: str
    everywhere: bool
    buildings: tuple[tuple[int, str], ...]
    device_id: int | None
    device: str
    place: str
    doors: tuple[str, ...]
    out_of_group: bool
    hours: str
    duration: int
    lead_days: int
    capacity: int
    uses: int
    upcoming: int
    """Reservations that are not over."""
    picture: bool
    """Whether there is one."""


class Closed(Frozen):
    """Why nobody can reserve anything now, and what stays open; `reason` is "" while the premium plan runs."""

    reason: str
    upcoming: int


def parse_hours(text: str) -> tuple[Window, ...]:
    """The business hours of a line, "8-12; 14-22" or "mo-fr 8-20; sa 10-16"; raises Invalid (hours).

    Periods end on the day on which they begin and do not overlap (rules 6).
    """
    try:
        periods = parse_schedule(text, _AT_ANY_TIME, "UTC")
    except Invalid as error:
        raise Invalid({"hours": str(error)}) from None
    if any(period.repeat is Repeat.NEVER for period in periods):
        raise Invalid({"hours": "Business hours are times of day, as in 8-12; 14-22."})
    if any(minutes_of(period)[1] > 24 * 60 for period in periods):
        raise Invalid({"hours": "A period ends on the day on which it begins: write 20-24; 0-2."})
    spans = [span for period in periods for span in week_of(period)]
    if sum(end - start for start, end in spans) != sum(end - start for start, end in union(spans)):
        raise Invalid({"hours": "Two periods overlap."})
    return periods


def hours_text(text: str) -> str:
    """The line as it is kept, read back as the same periods; raises Invalid (hours)."""
    return schedule_text(parse_hours(text), "UTC")


def within_hours(slot: Slot, periods: Iterable[Window], zone: str) -> bool:
    """Whether an amenity is open through the whole slot by the clocks of `zone` (edge cases 24, 25)."""
    place = zone_info(zone)
    week = union([span for period in periods for span in week_of(period)])
    if not contains(week, minute_of_week(local_time(slot.start, place))):
        return False
    closes = next_flip(week, slot.start, place)
    return closes is None or closes >= slot.end
