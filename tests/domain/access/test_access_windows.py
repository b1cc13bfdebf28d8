"""Windows: edges, midnight, weekdays and the nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from access_world import (
    BERLIN,
    DAILY_ALL,
    FR,
    MO,
    SA,
    SU,
    TH,
    TU,
    WE,
    clock,
    daily,
    local,
    span,
    utc,
    weekly,
)

from backend.domain.access.rules import Window
from backend.domain.access.windows import (
    WHOLE_WEEK,
    clock_change,
    contains,
    describe,
    is_open,
    minute_of_week,
    minutes_of,
    next_edge,
    next_flip,
    open_within,
    split,
    union,
    week_of,
)
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid

LORD_HOWE = "Australia/Lord_Howe"
NEW_YORK = "America/New_York"


@pytest.mark.feature("AG-07")
@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-20 07:59:59", False),
        ("2026-11-20 08:00", True),
        ("2026-11-20 17:59:59", True),
        ("2026-11-20 18:00", False),
    ],
)
def test_the_start_is_in_and_the_end_is_out(at, opens):
    assert is_open(daily("08:00-18:00"), local(at), BERLIN) is opens


@pytest.mark.edge(28)
@pytest.mark.parametrize("at", ["2026-11-20 00:00", "2026-11-20 23:59", "2026-11-20 23:59:59.999999"])
def test_an_end_of_23_59_includes_its_last_minute(at):
    assert is_open(DAILY_ALL, local(at), BERLIN)
    assert is_open(daily("00:00-23:59"), local(at), BERLIN)


@pytest.mark.edge(28)
def test_a_window_may_be_the_last_minute_of_the_day():
    last = daily("23:59-23:59")
    assert minutes_of(last) == (1439, 1440)
    assert is_open(last, local("2026-11-20 23:59:30"), BERLIN)
    assert not is_open(last, local("2026-11-20 23:58:59"), BERLIN)
    assert not is_open(last, local("2026-11-21 00:00"), BERLIN)


@pytest.mark.edge(20)
@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-20 05:59", False),
        ("2026-11-20 21:59", False),
        ("2026-11-20 22:00", True),
        ("2026-11-21 00:00", True),
        ("2026-11-21 05:59", True),
        ("2026-11-21 06:00", False),
        ("2026-11-21 22:00", False),
    ],
)
def test_friday_night_is_open_on_saturday_morning_only(at, opens):
    assert is_open(weekly({FR}, "22:00-06:00"), local(at), BERLIN) is opens


@pytest.mark.edge(20)
def test_sunday_night_goes_on_to_monday():
    night = weekly({SU}, "22:00-06:00")
    assert week_of(night) == ((0, 360), (6 * 1440 + 1320, 7 * 1440))
    assert is_open(night, local("2026-11-23 05:59"), BERLIN)
    assert not is_open(night, local("2026-11-22 05:59"), BERLIN)


@pytest.mark.edge(24)
def test_hours_are_in_the_zone_of_the_community():
    at = utc("2026-11-20 07:30")
    assert is_open(daily("08:00-09:00"), at, BERLIN)
    assert is_open(daily("13:00-13:30"), at, "Asia/Kathmandu")
    assert not is_open(daily("08:00-09:00"), at, "UTC")
    assert is_open(daily("08:00-09:00"), at.astimezone(timezone(timedelta(hours=-5))), BERLIN)


@pytest.mark.edge(26)
def test_moving_the_community_to_another_zone_moves_its_hours():
    at = utc("2026-11-20 07:30")
    assert [is_open(daily("08:00-09:00"), at, zone) for zone in (BERLIN, NEW_YORK)] == [True, False]


def test_a_span_is_the_same_instants_in_every_zone():
    stay = span(utc("2026-11-20 10:00"), utc("2026-11-20 12:00"))
    for zone in (BERLIN, NEW_YORK, "UTC"):
        assert not is_open(stay, utc("2026-11-20 09:59:59"), zone)
        assert is_open(stay, utc("2026-11-20 10:00"), zone)
        assert is_open(stay, utc("2026-11-20 11:59:59"), zone)
        assert not is_open(stay, utc("2026-11-20 12:00"), zone)


def test_a_span_may_be_open_on_either_side():
    at = utc("2026-11-20 10:00")
    assert is_open(span(None, None), at, BERLIN)
    assert is_open(span(None, at + timedelta(seconds=1)), at, BERLIN)
    assert not is_open(span(None, at), at, BERLIN)
    assert is_open(span(at, None), at, BERLIN)
    assert not is_open(span(at + timedelta(seconds=1), None), at, BERLIN)


def test_a_zone_nobody_knows_is_refused():
    with pytest.raises(Invalid) as refused:
        is_open(DAILY_ALL, utc("2026-11-20 10:00"), "Europe/Atlantis")
    assert list(refused.value.fields) == ["timezone"]


def test_a_time_without_a_zone_is_never_guessed():
    with pytest.raises(AssertionError):
        is_open(DAILY_ALL, datetime(2026, 11, 20), BERLIN)


# The clocks of Berlin go forward at 2026-03-29 01:00 UTC (02:00 becomes 03:00), back at 2026-10-25 01:00 UTC.


@pytest.mark.feature("AG-07")
@pytest.mark.edge(25)
def test_a_time_that_does_not_exist_is_never_open():
    inside_the_gap = daily("02:10-02:50")
    assert next_edge(inside_the_gap, local("2026-03-28 02:50"), BERLIN) == local("2026-03-30 02:10")
    assert next_edge(weekly({SU}, "02:10-02:50"), local("2026-03-28 00:00"), BERLIN) == local("2026-04-05 02:10")


@pytest.mark.edge(25)
def test_a_window_that_begins_in_the_gap_opens_after_it_and_one_that_ends_there_closes_before_it():
    gap = utc("2026-03-29 01:00")
    assert next_edge(daily("02:30-05:00"), utc("2026-03-29 00:30"), BERLIN) == gap
    assert next_edge(daily("01:00-02:30"), utc("2026-03-29 00:30"), BERLIN) == gap


@pytest.mark.edge(25)
def test_a_time_that_exists_twice_is_open_twice():
    window, edges, at = daily("02:30-02:45"), [], utc("2026-10-25 00:00")
    for _ in range(4):
        at = next_edge(window, at, BERLIN)
        edges.append(f"{at:%H:%M}")
    assert edges == ["00:30", "00:45", "01:30", "01:45"]


@pytest.mark.edge(25)
def test_a_window_that_ends_in_the_doubled_hour_opens_again_when_the_clocks_go_back():
    window, edges, at = daily("01:00-02:30"), [], utc("2026-10-24 22:00")
    for _ in range(4):
        at = next_edge(window, at, BERLIN)
        edges.append(f"{at:%H:%M}")
    assert edges == ["23:00", "00:30", "01:00", "01:30"]


@pytest.mark.edge(25)
def test_half_an_hour_on_lord_howe():
    back = utc("2026-04-04 15:00")  # 02:00 becomes 01:30
    assert is_open(daily("01:30-01:40"), back, LORD_HOWE)
    assert is_open(daily("01:30-01:40"), back - timedelta(minutes=25), LORD_HOWE)
    assert not is_open(daily("01:30-01:40"), back - timedelta(seconds=1), LORD_HOWE)
    forward = utc("2026-10-03 15:30")  # 02:00 becomes 02:30
    assert next_edge(daily("02:15-04:00"), forward - timedelta(hours=1), LORD_HOWE) == forward


@pytest.mark.parametrize(
    ("at", "change"),
    [
        ("2026-11-20 06:00", "2026-11-20 07:00"),
        ("2026-11-20 06:59:59.5", "2026-11-20 07:00"),
        ("2026-11-20 07:00", "2026-11-20 17:00"),
        ("2026-11-20 17:00", "2026-11-23 07:00"),
        ("2026-11-22 12:00", "2026-11-23 07:00"),
    ],
)
def test_the_next_edge_of_a_week(at, change):
    assert next_edge(weekly({MO, TU, WE, TH, FR}, "08:00-18:00"), utc(at), BERLIN) == utc(change)


def test_the_next_edge_is_said_in_utc_whatever_was_asked_in():
    asked = datetime(2026, 11, 20, 7, 0, 30, tzinfo=ZoneInfo(BERLIN))
    edge = next_edge(daily("08:00-18:00"), asked, BERLIN)
    assert edge == utc("2026-11-20 07:00")
    assert edge.tzinfo is UTC
    stay = span(datetime(2026, 11, 20, 9, tzinfo=ZoneInfo(BERLIN)), None)
    assert next_edge(stay, asked, BERLIN).tzinfo is UTC


@pytest.mark.parametrize("window", [DAILY_ALL, daily("08:00-08:00"), weekly(set(), "08:00-18:00"), span(None, None)])
def test_what_never_changes_has_no_edge(window):
    assert next_edge(window, utc("2026-11-20 10:00"), BERLIN) is None


def test_the_edges_of_a_span():
    begins, ends = utc("2026-11-20 10:00"), utc("2026-11-20 12:00")
    stay = span(begins, ends)
    assert next_edge(stay, begins - timedelta(days=400), BERLIN) == begins
    assert next_edge(stay, begins - timedelta(seconds=1), BERLIN) == begins
    assert next_edge(stay, begins, BERLIN) == ends
    assert next_edge(stay, ends, BERLIN) is None
    assert next_edge(span(None, ends), begins, BERLIN) == ends
    assert next_edge(span(ends, None), begins, BERLIN) == ends
    assert next_edge(span(ends, begins), begins - timedelta(days=1), BERLIN) is None


def test_both_edges_lie_ahead_and_the_nearer_one_counts():
    begins = utc("2026-11-20 10:00")
    assert next_edge(span(begins, begins + timedelta(hours=1)), begins - timedelta(hours=1), BERLIN) == begins


def test_leap_days_and_new_year_are_days_like_others():
    assert next_edge(daily("08:00-18:00"), local("2024-02-28 19:00"), BERLIN) == local("2024-02-29 08:00")
    assert next_edge(weekly({TH}, "08:00-18:00"), local("2024-02-23 00:00"), BERLIN) == local("2024-02-29 08:00")
    assert next_edge(daily("22:00-06:00"), local("2026-12-31 22:00"), BERLIN) == local("2027-01-01 06:00")


def test_a_window_is_cut_at_midnight():
    assert split(daily("08:00-18:00")) == (daily("08:00-18:00"),)
    assert split(daily("22:00-06:00")) == (daily("22:00-23:59"), daily("00:00-06:00"))
    assert split(daily("22:00-00:00")) == (daily("22:00-23:59"),)
    assert split(daily("08:00-08:00")) == (daily("08:00-23:59"), daily("00:00-08:00"))
    assert split(weekly({FR, SU}, "22:00-06:00")) == (weekly({FR, SU}, "22:00-23:59"), weekly({SA, MO}, "00:00-06:00"))
    assert split(weekly(range(7), "22:00-06:30")) == (daily("22:00-23:59"), daily("00:00-06:30"))
    assert split(weekly(set(), "08:00-18:00")) == ()


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        ("08:15-18:30", (495, 1110)),
        ("22:00-06:05", (1320, 1805)),
        ("00:00-23:59", (0, 1440)),
        ("00:00-00:00", (0, 1440)),
        ("10:00-00:00", (600, 1440)),
        ("00:01-00:02", (1, 2)),
    ],
)
def test_hours_in_minutes(hours, minutes):
    assert minutes_of(daily(hours)) == minutes


def test_seconds_of_a_window_do_not_count():
    odd = Window(Repeat.DAILY, clock("08:00:30"), clock("18:00:30"))
    assert is_open(odd, local("2026-11-20 08:00:00"), BERLIN)
    assert not is_open(odd, local("2026-11-20 18:00:10"), BERLIN)


def test_minutes_of_the_week():
    assert minute_of_week(datetime(2026, 11, 23, 0, 0)) == 0
    assert minute_of_week(datetime(2026, 11, 22, 23, 59, 59)) == 10079
    assert minute_of_week(datetime(2026, 11, 24, 1, 2)) == 1440 + 62


def test_patterns_of_the_week():
    assert week_of(weekly({MO, WE}, "08:00-18:00")) == ((480, 1080), (3360, 3960))
    assert week_of(daily("08:00-08:00")) == WHOLE_WEEK
    assert week_of(DAILY_ALL) == WHOLE_WEEK
    assert week_of(weekly(range(7), "00:00-23:59")) == WHOLE_WEEK
    assert week_of(weekly({FR}, "22:00-06:00")) == ((7080, 7560),)
    assert week_of(weekly(set(), "00:00-23:59")) == ()


def test_spans_that_touch_are_one():
    assert union([(5, 7), (0, 3), (3, 4)]) == ((0, 4), (5, 7))
    assert union([(0, 10), (2, 3), (9, 12)]) == ((0, 12),)
    assert union([]) == ()


def test_a_minute_in_a_pattern():
    week = ((10, 20), (30, 40))
    assert [contains(week, minute) for minute in (9, 10, 19, 20, 29, 30, 39, 40)] == [
        *(False, True, True, False),
        *(False, True, True, False),
    ]
    assert not contains((), 0)
    assert contains(WHOLE_WEEK, 0)
    assert contains(WHOLE_WEEK, 10079)


def test_looking_ahead_wraps_around_the_week():
    assert open_within(((2000, 2100),), 1440) == ((560, 2100),)
    assert open_within(((1440, 1500),), 1440) == ((0, 1500),)
    assert open_within(((480, 1080),), 1440) == ((0, 1080), (9120, 10080))
    assert open_within((), 1440) == ()
    assert open_within(WHOLE_WEEK, 1440) == WHOLE_WEEK


def test_a_pattern_without_an_edge_never_flips():
    zone = ZoneInfo(BERLIN)
    assert next_flip((), utc("2026-11-20 10:00"), zone) is None
    assert next_flip(WHOLE_WEEK, utc("2026-11-20 10:00"), zone) is None


def test_a_pattern_over_the_end_of_the_week_does_not_flip_there():
    night = week_of(weekly({SU}, "22:00-06:00"))
    assert next_flip(night, local("2026-11-22 23:00"), ZoneInfo(BERLIN)) == local("2026-11-23 06:00")
    assert next_flip(night, local("2026-11-23 06:00"), ZoneInfo(BERLIN)) == local("2026-11-29 22:00")


def test_the_change_of_the_clocks_to_the_second():
    zone, change = ZoneInfo(BERLIN), utc("2026-10-25 01:00")
    second = timedelta(seconds=1)
    assert clock_change(change - timedelta(days=1), change + timedelta(hours=3), zone) == change
    assert clock_change(change - second, change, zone) == change
    assert clock_change(change - second / 2, change + second / 2, zone) == change


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (DAILY_ALL, "always"),
        (daily("08:00-08:00"), "always"),
        (weekly(range(7), "00:00-23:59"), "always"),
        (weekly(set(), "08:00-18:00"), "never"),
        (daily("08:00-18:00"), "daily 08:00-18:00"),
        (daily("22:00-06:00"), "daily 22:00-06:00"),
        (weekly({MO, TU, WE, TH, FR}, "08:00-18:00"), "Mo-Fr 08:00-18:00"),
        (weekly({SA, SU}, "08:00-20:00"), "Sa Su 08:00-20:00"),
        (weekly({MO, TU, WE, FR}, "08:05-23:59"), "Mo-We Fr 08:05-23:59"),
        (weekly({MO, WE, TH, SU}, "08:00-18:00"), "Mo We Th Su 08:00-18:00"),
        (weekly({TH, FR, SA, SU}, "08:00-18:00"), "Th-Su 08:00-18:00"),
        (weekly(range(7), "08:00-18:00"), "Mo-Su 08:00-18:00"),
        (weekly({TU}, "22:00-06:00"), "Tu 22:00-06:00"),
    ],
)
def test_hours_in_words(window, words):
    assert describe(window) == words


def test_a_span_in_words():
    begins, ends = utc("2026-11-22 09:00"), utc("2026-11-23 11:30")
    assert describe(span(begins, ends)) == "2026-11-22 09:00 to 2026-11-23 11:30 UTC"
    assert describe(span(begins, ends), BERLIN) == "2026-11-22 10:00 to 2026-11-23 12:30"
    assert describe(span(begins, None), BERLIN) == "from 2026-11-22 10:00"
    assert describe(span(None, ends), BERLIN) == "until 2026-11-23 12:30"
    assert describe(span(begins, None)) == "from 2026-11-22 09:00 UTC"
    assert describe(span(None, ends)) == "until 2026-11-23 11:30 UTC"
    assert describe(span(None, None), BERLIN) == "always"
