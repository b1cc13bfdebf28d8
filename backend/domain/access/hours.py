"""What windows come to at one instant at one door: schedules, whether they are near, and when that changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.domain.access.results import DoorSchedule
from backend.domain.access.rules import Window
from backend.domain.access.schedules import span_schedule, week_schedules
from backend.domain.access.windows import (
    DAY,
    WHOLE_WEEK,
    WeekMinutes,
    contains,
    describe,
    minute_of_week,
    next_flip,
    next_holiday_edge,
    on_holiday,
    open_within,
    union,
    week_of,
)
from backend.domain.enums import Repeat
from backend.domain.walltime import local_time

LEAD = timedelta(hours=24)
"""How long before its hours a credential is on the door already."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The windows of one relay at one instant.

    `week` is the pattern of all daily and weekly windows together that no holiday closes now, WHOLE_WEEK when the relay
    may be opened at any time; then there is nothing else but edges. `in_span` tells that a single span is on or near;
    `edges` are when that, or a holiday, changes; `lost` says in words which minutes of a span no schedule can hold.
    """

    week: WeekMinutes
    schedules: tuple[DoorSchedule, ...] = ()
    in_span: bool = False
    edges: tuple[datetime, ...] = ()
    lost: tuple[str, ...] = ()


_ALWAYS = Hours(WHOLE_WEEK)
"""Whatever the day."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What credentials of one kind get at one door at one instant.

    `grants` pairs a schedule, None for always, with a relay number; it is empty while every window is closed for the
    next 24 hours. `edges` are the instants at which it may change; with neither there will never be a right.
    """

    grants: tuple[tuple[DoorSchedule | None, int], ...]
    edges: tuple[datetime, ...]
    lost: tuple[str, ...]


def hours_of(windows: Iterable[Window], now: datetime, zone: ZoneInfo) -> Hours:
    """Work out the hours of a relay from its windows.

    A span is used from 24 hours before it begins until it ends. One without an end is always, from its beginning on.
    No schedule of a device knows holidays: hours that one closes are not there from its midnight to its last.
    """
    schedules: set[DoorSchedule] = set()
    edges: set[datetime] = set()
    holidays: set[datetime] = set()
    lost: set[str] = set()
    weekly = []
    in_span = False
    for window in windows:
        if window.repeat is not Repeat.NEVER:
            if window.closed and (edge := next_holiday_edge(window, now, zone)) is not None:
                holidays.add(edge)
            if not on_holiday(window, now, zone):
                weekly.append(window)
        elif (due := _due(window, now)) is not None and due > now:
            edges.add(due)
        elif due is not None:
            if window.ends is None:
                return _ALWAYS
            in_span = True
            edges.add(window.ends)
            schedule, minutes = span_schedule(window.begins, window.ends, zone)
            schedules.update([schedule] if schedule else [])
            lost.update([_lost_text(window, minutes, zone)] if minutes else [])
    week = union(span for window in weekly for span in week_of(window))
    if week == WHOLE_WEEK:
        return Hours(WHOLE_WEEK, edges=tuple(holidays))
    schedules.update(schedule for window in weekly for schedule in week_schedules(window))
    return Hours(week, tuple(schedules), in_span, tuple(edges | holidays), tuple(lost))


def _due(window: Window, now: datetime) -> datetime | None:
    """Give when a single span is first to be on a door, `now` if that is past; None when it is over or empty."""
    if window.ends is not None and (window.ends <= now or (window.begins or now) >= window.ends):
        return None
    if window.begins is None:
        return now
    return max(now, window.begins if window.ends is None else window.begins - LEAD)


def _lost_text(window: Window, minutes: int, zone: ZoneInfo) -> str:
    unit = "minute" if minutes == 1 else "minutes"
    span = describe(window, zone.key)
    return f"The clocks go back at an edge of {span}: a door cannot hold {minutes} {unit} of it."


def rights_of(hours: Mapping[int, Hours], now: datetime, zone: ZoneInfo) -> Rights:
    """Work out what one kind of credential gets at a door from the hours of each relay number.

    "The next 24 hours" of daily and weekly windows are counted on the wall clock, where they repeat exactly.
    """
    near = open_within(union(span for one in hours.values() for span in one.week), DAY)
    edges = {edge for one in hours.values() for edge in one.edges}
    flip = next_flip(near, now, zone)
    if flip is not None:
        edges.add(flip)
    due = contains(near, minute_of_week(local_time(now, zone))) or any(one.in_span for one in hours.values())
    if not due:
        return Rights((), tuple(edges), ())
    grants: list[tuple[DoorSchedule | None, int]] = []
    for number, one in hours.items():
        held = (None,) if one.week == WHOLE_WEEK else one.schedules
        grants += [(schedule, number) for schedule in held]
    return Rights(tuple(grants), tuple(edges), tuple(text for one in hours.values() for text in one.lost))
