"""Ages, figures and times as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.formats import ClockFormat, DateFormat, Formats, age, figure, zone_info

MOMENT = datetime(2026, 11, 27, 9, 5, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "short"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (0.999, "0 s"),
        (1, "1 s"),
        (8, "8 s"),
        (59.9, "59 s"),
        (60, "1 m"),
        (119, "1 m"),
        (120, "2 m"),
        (3599, "59 m"),
        (3600, "1 h"),
        (7200, "2 h"),
        (86_399, "23 h"),
        (86_400, "1 d"),
        (3 * 86_400, "3 d"),
        (1500 * 86_400, "1500 d"),
    ],
)
def test_ages(seconds: float, short: str) -> None:
    assert age(timedelta(seconds=seconds)) == short


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1,000"), (-1284, "-1,284"), (5_000_000, "5,000,000")]
)
def test_figures_have_a_comma_at_the_thousands(number: int, text: str) -> None:
    assert figure(number) == text


@pytest.mark.feature("SET-02")
@pytest.mark.parametrize(("date_format", "day"), [("iso", "2026-11-07"), ("mdy", "11/07/2026"), ("dmy", "07/11/2026")])
def test_the_three_orders_of_a_date(date_format: str, day: str) -> None:
    formats = Formats.of("UTC", "24", date_format)
    assert formats.day(date(2026, 11, 7)) == day
    assert formats.moment(datetime(2026, 11, 7, 8, 0, tzinfo=UTC)) == f"{day} 08:00"
    assert formats.day(date(987, 1, 2)).count("0987") == 1


@pytest.mark.feature("SET-02")
@pytest.mark.parametrize(
    ("clock", "h24", "h12"),
    [
        (time(0, 0), "00:00", "12:00 am"),
        (time(0, 59), "00:59", "12:59 am"),
        (time(1, 5), "01:05", "1:05 am"),
        (time(11, 59), "11:59", "11:59 am"),
        (time(12, 0), "12:00", "12:00 pm"),
        (time(13, 0), "13:00", "1:00 pm"),
        (time(23, 59), "23:59", "11:59 pm"),
    ],
)
def test_both_clocks(clock: time, h24: str, h12: str) -> None:
    assert Formats.of("UTC", "24", "iso").wall(clock) == h24
    assert Formats.of("UTC", "12", "iso").wall(clock) == h12


def test_seconds_stand_before_am_and_pm() -> None:
    assert Formats().time(MOMENT, seconds=True) == "09:05:07"
    assert Formats(clock=ClockFormat.H12).time(MOMENT, seconds=True) == "9:05:07 am"
    assert Formats().moment(MOMENT, seconds=True) == "2026-11-27 09:05:07"
    assert Formats().moment(MOMENT) == "2026-11-27 09:05"


@pytest.mark.edge("24")
def test_instants_are_written_in_the_zone_of_the_community_whatever_theirs() -> None:
    auckland = Formats("Pacific/Auckland", order=DateFormat.DMY)
    assert auckland.moment(MOMENT) == "27/11/2026 22:05"
    assert auckland.moment(MOMENT.replace(hour=12)) == "28/11/2026 01:05"
    assert auckland.day(MOMENT.replace(hour=12)) == "28/11/2026"
    assert auckland.moment(MOMENT.astimezone(timezone(timedelta(hours=-8)))) == "27/11/2026 22:05"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (("Europe/Nowhere", "24", "iso"), "timezone"),
        (("", "24", "iso"), "timezone"),
        (("Europe", "24", "iso"), "timezone"),
        (("../../etc/passwd", "24", "iso"), "timezone"),
        (("UTC", "13", "iso"), "clock_format"),
        (("UTC", "24", "ymd"), "date_format"),
    ],
)
def test_settings_that_are_not_known_are_named(settings: tuple[str, str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Formats.of(*settings)
    assert list(refused.value.fields) == [field]


def test_settings_come_back_as_they_were_stored() -> None:
    assert Formats.of("Europe/Berlin", "12", "dmy") == Formats("Europe/Berlin", ClockFormat.H12, DateFormat.DMY)
    assert zone_info("Europe/Berlin").key == "Europe/Berlin"


@given(clock=st.times())
def test_the_12_hour_clock_reads_back_as_the_same_minute(clock: time) -> None:
    written = Formats(clock=ClockFormat.H12).wall(clock)
    assert datetime.strptime(written.upper(), "%I:%M %p").time() == clock.replace(second=0, microsecond=0)
