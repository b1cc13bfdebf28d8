"""Painting a week: what is added and taken away, and the windows that say the same (feature AG-08)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.access.windows import DAY, WEEK, union
from backend.domain.painted_week import (
    carried_minutes,
    open_minutes,
    windows_of_week,
    with_minutes,
    without_minutes,
)
from backend.domain.schedule_line import check_windows, parse_schedule, schedule_text

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def painted(line: str) -> str:
    """A line of hours after a painter has touched it without changing anything."""
    return schedule_text(windows_of_week(open_minutes(parse_schedule(line, NOW, "UTC"))), "UTC")


@pytest.mark.parametrize(
    "line",
    ["mo-fr 8-18", "mo-fr 8-18; sa 10-14", "daily 22-6", "fr 22-6", "su 22-6", "daily 0-24", "sa,su 0-24",
     "mo 8-12; mo 13-17:30", "mo 22-24; tu 0-24", "mo 8-24; tu 0-8", "mo 23:59-0"],
)  # fmt: skip
def test_hours_are_said_as_they_were_typed(line: str) -> None:
    assert painted(line) == line


def test_what_is_painted_is_open_and_what_is_wiped_is_not() -> None:
    week = open_minutes(parse_schedule("mo-fr 8-18", NOW, "UTC"))
    more = with_minutes(week, (6 * DAY + 600, 6 * DAY + 840))
    assert schedule_text(windows_of_week(more), "UTC") == "mo-fr 8-18; su 10-14"
    less = without_minutes(more, (2 * DAY + 720, 2 * DAY + 780))
    assert schedule_text(windows_of_week(less), "UTC") == "mo,tu,th,fr 8-18; we 8-12; we 13-18; su 10-14"


@pytest.mark.edge("20")
def test_a_window_over_midnight_is_told_from_the_morning_that_it_runs_into() -> None:
    windows = parse_schedule("fr 22-6; sa 4-8", NOW, "UTC")
    assert carried_minutes(windows) == ((5 * DAY, 5 * DAY + 360),)


_WEEKS = (
    st.lists(st.tuples(st.integers(0, WEEK - 1), st.integers(1, 3 * DAY)), max_size=8)
    .map(lambda spans: union((start, min(start + length, WEEK)) for start, length in spans))
    .filter(lambda week: all(end % DAY != DAY - 1 for _, end in week))
)


@given(_WEEKS)
def test_the_windows_are_open_at_just_the_minutes_that_were_painted(week: tuple[tuple[int, int], ...]) -> None:
    windows = windows_of_week(week)
    assert open_minutes(windows) == week
    assert not windows or check_windows(windows) == windows
