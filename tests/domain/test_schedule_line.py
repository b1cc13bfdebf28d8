"""The line of hours that people type, and what becomes of it (features AG-01, AG-07, AG-08)."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.access.rules import Window
from backend.domain.access.windows import is_open
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.domain.formats import ClockFormat, DateFormat, Formats
from backend.domain.schedule_line import (
    check_windows,
    describe_schedule,
    hours_per_week,
    parse_schedule,
    schedule_text,
)

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)  # Friday 10:30 there


def weekly(days: str, start: int, end: int) -> Window:
    return Window(Repeat.WEEKLY, time(start), time(end), frozenset(map(int, days)))


def utc(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}:00+00:00")


@pytest.mark.feature("AG-01")
@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("mo-fr 8-18", [weekly("01234", 8, 18)]),
        ("Mo-Fr 8-18; sa 10-14", [weekly("01234", 8, 18), weekly("5", 10, 14)]),
        ("daily 22-6", [Window(Repeat.DAILY, time(22), time(6))]),
        ("8-18", [Window(Repeat.DAILY, time(8), time(18))]),
        ("mo-su 8-18", [Window(Repeat.DAILY, time(8), time(18))]),
        ("daily", [Window(Repeat.DAILY)]),
        ("sa,su", [Window(Repeat.WEEKLY, days=frozenset({5, 6}))]),
        ("mo 8-12; mo 8-12", [weekly("0", 8, 12)]),
    ],
)
def test_weekdays_with_times_are_weekly_and_all_seven_daily(text: str, windows: list[Window]) -> None:
    assert list(parse_schedule(text, NOW, BERLIN)) == windows


@pytest.mark.feature("AG-08")
@pytest.mark.edge("24")
@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-12-01 10:00..2026-12-24 18:00", utc("2026-12-01", "09:00"), utc("2026-12-24", "17:00")),
        ("2026-12-01..2026-12-24", utc("2026-11-30", "23:00"), utc("2026-12-24", "23:00")),
        ("2026-12-01", utc("2026-11-30", "23:00"), utc("2026-12-01", "23:00")),
        ("fr 18..su 20", utc("2026-11-27", "17:00"), utc("2026-11-29", "19:00")),
        ("tomorrow", utc("2026-11-27", "23:00"), utc("2026-11-28", "23:00")),
        ("2h", NOW, utc("2026-11-27", "11:30")),
    ],
)
def test_a_span_of_dates_repeats_never_and_is_of_the_community(text: str, begins: datetime, ends: datetime) -> None:
    assert parse_schedule(text, NOW, BERLIN) == (Window(Repeat.NEVER, begins=begins, ends=ends),)


@pytest.mark.edge("28")
@pytest.mark.parametrize("text", ["0-0", "00:00-00:00", "mo-fr 8-8", "mo-fr 8-18; sa 10-10"])
def test_an_end_that_is_the_start_is_an_error_and_says_how_a_whole_day_is_written(text: str) -> None:
    with pytest.raises(Invalid, match="For a whole day write 0-24") as error:
        parse_schedule(text, NOW, BERLIN)
    assert set(error.value.fields) == {"schedule"}


@pytest.mark.edge("28")
def test_the_last_minute_of_a_whole_day_is_in_it() -> None:
    (window,) = parse_schedule("daily 0-24", NOW, "UTC")
    assert is_open(window, utc("2026-11-27", "23:59"), "UTC")
    assert is_open(window, datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC), "UTC")


@pytest.mark.edge("20")
def test_hours_over_midnight_belong_to_the_day_they_start_on() -> None:
    (window,) = parse_schedule("fr 22-6", NOW, "UTC")
    assert is_open(window, utc("2026-11-28", "05:59"), "UTC")  # Saturday morning
    assert not is_open(window, utc("2026-11-27", "05:59"), "UTC")  # Friday morning


@pytest.mark.edge("25")
def test_a_wall_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(Invalid, match="2027-03-28 has no 02:30: the clocks skip it"):
        parse_schedule("2027-03-28 02:30..2027-03-28 04:00", NOW, BERLIN)


@pytest.mark.edge("27")
def test_dates_are_read_in_iso_form_only() -> None:
    with pytest.raises(Invalid, match="is no moment"):
        parse_schedule("01/12/2026..24/12/2026", NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Hours are needed"),
        (" ; ", "Hours are needed"),
        ("mo-xx 8-18", "is no weekly time"),
        ("mo-fr 8-25", "There is no time 25:00"),
        ("2026-12-24..2026-12-01", "does not end after it begins"),
        ("2026-02-30", "There is no day 2026-02-30"),
        ("; ".join(["mo 8-9"] * 13), "At most 12 windows"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as error:
        parse_schedule(text, NOW, BERLIN)
    assert set(error.value.fields) == {"schedule"}


def test_what_was_understood_is_written_out_in_the_formats_of_the_community() -> None:
    windows = parse_schedule("mo-fr 8-18; sa 22-6; 2026-12-01 10:00..2026-12-24 18:00", NOW, BERLIN)
    assert describe_schedule(windows, Formats(BERLIN)) == (
        "Monday to Friday, 08:00 to 18:00; Saturday, 22:00 to 06:00 the next day; "
        "Tuesday 2026-12-01 10:00 to Thursday 2026-12-24 18:00"
    )
    english = Formats(BERLIN, ClockFormat.H12, DateFormat.MDY)
    assert describe_schedule(windows[:1], english) == "Monday to Friday, 8:00 am to 6:00 pm"


def test_whole_days_are_written_as_days() -> None:
    line = "mo 8-9; 2026-12-24; 2026-12-24..2026-12-26; 2026-12-24 10:00..2026-12-25 00:00"
    assert schedule_text(parse_schedule(line, NOW, BERLIN), BERLIN) == line


def test_hours_of_a_week_count_overlaps_once() -> None:
    assert hours_per_week(parse_schedule("mo-fr 8-18; fr 16-20", NOW, BERLIN)) == 52
    assert hours_per_week(parse_schedule("daily", NOW, BERLIN)) == 168


@pytest.mark.edge("28")
@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (Window(Repeat.DAILY, time(0), time(0)), "The end is the start"),
        (Window(Repeat.WEEKLY, time(8), time(9)), "need a weekday"),
        (Window(Repeat.NEVER, begins=NOW, ends=NOW), "ends after it begins"),
    ],
)
def test_windows_that_are_never_open_are_refused(window: Window, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        check_windows([window])


_TIMES = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
_WEEKS = st.builds(
    lambda days, start, end: (
        Window(Repeat.DAILY, start, end) if len(days) == 7 else Window(Repeat.WEEKLY, start, end, frozenset(days))
    ),
    st.sets(st.integers(0, 6), min_size=1),
    _TIMES,
    _TIMES,
).filter(lambda window: window.start != window.end)
_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)
_SPANS = (
    st.tuples(_MOMENTS, _MOMENTS)
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: Window(Repeat.NEVER, begins=pair[0], ends=pair[1]))
)


@given(st.lists(_WEEKS | _SPANS, min_size=1, max_size=4, unique=True))
def test_every_schedule_is_read_back_from_its_own_line(windows: list[Window]) -> None:
    assert parse_schedule(schedule_text(windows, BERLIN), NOW, BERLIN) == tuple(windows)
