"""Windows as device schedules: the last minute counts, and no clock change ever adds a minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from access_oracle import clock_changes, schedule_allows
from access_world import BERLIN, FR, MO, SA, SU, daily, local, span, utc, weekly

from backend.domain.access.results import DoorSchedule
from backend.domain.access.schedules import clip, span_schedule, week_schedules, window_of
from backend.domain.access.windows import describe
from backend.domain.enums import Repeat

ZONE = ZoneInfo(BERLIN)
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
MINUTE = timedelta(minutes=1)
BACK = utc("2026-10-25 01:00")
"""Berlin's clocks go back from 03:00 to 02:00."""


def content(schedule: DoorSchedule | None) -> tuple[object, ...] | None:
    """All of a schedule but its key."""
    if schedule is None:
        return None
    dates = () if schedule.date_from is None else (str(schedule.date_from), str(schedule.date_to))
    return (schedule.kind.value, schedule.start, schedule.end, sorted(schedule.days), *dates)


def dated(begins: datetime | None, ends: datetime, zone: ZoneInfo = ZONE) -> tuple[str | None, int]:
    """A span's schedule as "from to", last minute inclusive, and the minutes lost."""
    schedule, lost = span_schedule(begins, ends, zone)
    if schedule is None:
        return None, lost
    assert schedule.kind is Repeat.NEVER
    assert not schedule.days
    return f"{schedule.date_from} {schedule.start} - {schedule.date_to} {schedule.end}", lost


@pytest.mark.feature("AG-07")
@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (daily("08:00-18:00"), [("daily", "08:00", "17:59", [])]),
        (daily("08:05-08:06"), [("daily", "08:05", "08:05", [])]),
        (daily("08:00-23:59"), [("daily", "08:00", "23:59", [])]),
        (daily("22:00-06:00"), [("daily", "22:00", "23:59", []), ("daily", "00:00", "05:59", [])]),
        (daily("22:00-00:00"), [("daily", "22:00", "23:59", [])]),
        (weekly({MO, FR}, "08:00-18:00"), [("weekly", "08:00", "17:59", [0, 4])]),
        (weekly({FR}, "22:00-06:00"), [("weekly", "22:00", "23:59", [4]), ("weekly", "00:00", "05:59", [5])]),
        (weekly({SU}, "22:00-06:00"), [("weekly", "22:00", "23:59", [6]), ("weekly", "00:00", "05:59", [0])]),
        (weekly(range(7), "08:00-18:00"), [("daily", "08:00", "17:59", [])]),
        (weekly(set(), "08:00-18:00"), []),
    ],
)
@pytest.mark.edge(20)
@pytest.mark.edge(28)
def test_daily_and_weekly_hours(window, expected):
    assert [content(schedule) for schedule in week_schedules(window)] == expected


def test_the_key_is_the_content():
    (one,) = week_schedules(daily("08:00-18:00"))
    assert week_schedules(weekly(range(7), "08:00-18:00")) == (one,)
    assert one.key.startswith("SP-")
    assert len(one.key) == 15
    others = [
        *week_schedules(daily("08:00-18:01")),
        *week_schedules(daily("08:01-18:00")),
        *week_schedules(weekly({MO}, "08:00-18:00")),
        *week_schedules(weekly({FR}, "08:00-18:00")),
        span_schedule(utc("2026-11-20 07:00"), utc("2026-11-20 17:00"), ZONE)[0],
        span_schedule(utc("2026-11-20 07:00"), utc("2026-11-21 17:00"), ZONE)[0],
        span_schedule(utc("2026-11-19 07:00"), utc("2026-11-20 17:00"), ZONE)[0],
    ]
    assert len({one.key, *(other.key for other in others)}) == 8


def test_keys_stay_the_same_over_releases():
    """A door holds them under this name: another key would rewrite every user."""
    keys = [one.key for one in week_schedules(daily("08:00-18:00"))]
    keys += [one.key for one in week_schedules(weekly({MO, FR}, "08:00-18:00"))]
    keys += [span_schedule(utc("2026-11-20 07:00"), utc("2026-11-20 17:00"), ZONE)[0].key]
    assert keys == ["SP-9d82538b3acd", "SP-76aeee42359c", "SP-56ae3d901e57"]


def test_a_span_in_wall_time():
    assert dated(utc("2026-11-20 09:00"), utc("2026-11-22 11:00")) == ("2026-11-20 10:00 - 2026-11-22 11:59", 0)
    assert dated(utc("2026-11-20 09:00"), utc("2026-11-20 09:01")) == ("2026-11-20 10:00 - 2026-11-20 10:00", 0)
    assert dated(utc("2026-11-20 09:00"), utc("2026-11-20 23:00")) == ("2026-11-20 10:00 - 2026-11-20 23:59", 0)
    assert dated(None, utc("2026-11-22 11:00")) == ("2000-01-01 00:00 - 2026-11-22 11:59", 0)
    assert dated(None, utc("1999-11-22 11:00")) == (None, 0)


def test_edges_within_a_minute_are_rounded_inward():
    begins, ends = utc("2026-11-20 09:00:01"), utc("2026-11-20 10:00:59")
    assert dated(begins, ends) == ("2026-11-20 10:01 - 2026-11-20 10:59", 0)
    assert dated(begins - timedelta(microseconds=10**6 - 1), ends)[0] == "2026-11-20 10:01 - 2026-11-20 10:59"
    assert dated(begins, begins + timedelta(seconds=50)) == (None, 0)
    assert dated(begins, begins + timedelta(seconds=118)) == (None, 0)
    assert dated(begins, begins + timedelta(seconds=119)) == ("2026-11-20 10:01 - 2026-11-20 10:01", 0)


@pytest.mark.edge(25)
@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        # around the doubled hour nothing is lost
        (BACK - 3 * timedelta(hours=1), BACK + 3 * timedelta(hours=1), ("2026-10-25 00:00 - 2026-10-25 04:59", 0)),
        # it begins in the first pass: the second pass is shut until that minute
        (BACK - 30 * MINUTE, BACK + 180 * MINUTE, ("2026-10-25 02:30 - 2026-10-25 04:59", 30)),
        # at the start of the first pass nothing is lost
        (BACK - 60 * MINUTE, BACK + 180 * MINUTE, ("2026-10-25 02:00 - 2026-10-25 04:59", 0)),
        # it begins in the second pass: the rest of that hour cannot be told from the first
        (BACK, BACK + 180 * MINUTE, ("2026-10-25 03:00 - 2026-10-25 04:59", 60)),
        (BACK + 20 * MINUTE, BACK + 180 * MINUTE, ("2026-10-25 03:00 - 2026-10-25 04:59", 40)),
        (BACK + 60 * MINUTE, BACK + 180 * MINUTE, ("2026-10-25 03:00 - 2026-10-25 04:59", 0)),
        # it ends in the first pass: shut from the start of that hour
        (BACK - 180 * MINUTE, BACK - 20 * MINUTE, ("2026-10-25 00:00 - 2026-10-25 01:59", 40)),
        (BACK - 180 * MINUTE, BACK - 60 * MINUTE, ("2026-10-25 00:00 - 2026-10-25 01:59", 0)),
        # it ends as the clocks go back or in the second pass: the first pass ends at the same minute
        (BACK - 180 * MINUTE, BACK, ("2026-10-25 00:00 - 2026-10-25 01:59", 60)),
        (BACK - 180 * MINUTE, BACK + 20 * MINUTE, ("2026-10-25 00:00 - 2026-10-25 02:19", 40)),
        (BACK - 180 * MINUTE, BACK + 60 * MINUTE, ("2026-10-25 00:00 - 2026-10-25 02:59", 0)),
        # both edges inside
        (BACK - 40 * MINUTE, BACK + 40 * MINUTE, ("2026-10-25 02:20 - 2026-10-25 02:39", 40)),
        (BACK - 40 * MINUTE, BACK - 20 * MINUTE, (None, 20)),
        (BACK + 20 * MINUTE, BACK + 40 * MINUTE, (None, 20)),
        (BACK - 20 * MINUTE, BACK + 30 * MINUTE, (None, 50)),
        (BACK - 30 * MINUTE, BACK + 30 * MINUTE, (None, 60)),
        (BACK - 31 * MINUTE, BACK + 30 * MINUTE, ("2026-10-25 02:29 - 2026-10-25 02:29", 59)),
        # a year from one doubled hour to the next
        (BACK - 30 * MINUTE, utc("2027-10-31 01:20"), ("2026-10-25 02:30 - 2027-10-31 02:19", 70)),
    ],
)
def test_an_edge_in_the_doubled_hour_is_cut_towards_less(begins, ends, expected):
    assert dated(begins, ends) == expected


@pytest.mark.edge(25)
def test_the_hour_that_is_left_out_costs_nothing():
    gap = utc("2026-03-29 01:00")
    assert dated(gap - 30 * MINUTE, gap + 30 * MINUTE) == ("2026-03-29 01:30 - 2026-03-29 03:29", 0)
    assert dated(gap, gap + 30 * MINUTE) == ("2026-03-29 03:00 - 2026-03-29 03:29", 0)
    assert dated(gap - 30 * MINUTE, gap) == ("2026-03-29 01:30 - 2026-03-29 02:59", 0)


@pytest.mark.edge(25)
def test_half_an_hour_is_doubled_on_lord_howe():
    back = utc("2026-04-04 15:00")  # 02:00 becomes 01:30
    assert dated(back + 10 * MINUTE, back + 60 * MINUTE, LORD_HOWE) == ("2026-04-05 02:00 - 2026-04-05 02:29", 20)
    assert dated(back - 10 * MINUTE, back + 60 * MINUTE, LORD_HOWE) == ("2026-04-05 01:50 - 2026-04-05 02:29", 20)


@pytest.mark.edge(25)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "America/Santiago"])
def test_no_minute_of_a_span_is_added_and_every_lost_one_is_counted(zone):
    """Every span of quarter hours from three hours before to three after the clocks go back, minute by minute."""
    place = ZoneInfo(zone)
    back = next(c for c in clock_changes(zone, 2026) if c.astimezone(place).fold)
    edges = [back + timedelta(minutes=15 * i) for i in range(-9, 10)]
    minutes = [back + timedelta(minutes=i) for i in range(-300, 301, 5)]
    for begins in edges:
        for ends in (edge for edge in edges if edge > begins):
            schedule, lost = span_schedule(begins, ends, place)
            shown = [(at, at.astimezone(place).replace(tzinfo=None)) for at in minutes]
            opened = [at for at, wall in shown if schedule and schedule_allows(schedule, wall)]
            assert all(begins <= at < ends for at in opened)
            assert lost == (ends - begins) // MINUTE - 5 * len(opened)


def test_a_credential_ends_the_built_in_always():
    assert content(clip(None, utc("2026-11-20 09:30"), ZONE)) == (
        *("never", "00:00", "10:29", []),
        *("2000-01-01", "2026-11-20"),
    )
    assert clip(None, utc("2026-11-20 23:00"), ZONE).end == "23:59"
    assert clip(None, utc("2026-11-20 23:00"), ZONE).date_to == date(2026, 11, 20)


def test_a_credential_ends_a_span_only_where_it_ends_first():
    stay, _ = span_schedule(utc("2026-11-20 09:00"), utc("2026-11-22 11:00"), ZONE)
    assert content(clip(stay, utc("2026-11-21 11:00"), ZONE)) == (
        *("never", "10:00", "11:59", []),
        *("2026-11-20", "2026-11-21"),
    )
    assert clip(stay, utc("2026-11-22 11:00"), ZONE) is stay
    assert clip(stay, utc("2026-11-22 10:59:30"), ZONE) is stay
    assert clip(stay, utc("2026-11-22 10:59"), ZONE).end == "11:58"
    assert clip(stay, utc("2026-11-23 11:00"), ZONE) is stay


def test_nothing_is_left_of_a_span_after_the_end_of_the_credential():
    stay, _ = span_schedule(utc("2026-11-20 09:00"), utc("2026-11-22 11:00"), ZONE)
    assert clip(stay, utc("2026-11-20 09:00"), ZONE) is None
    assert clip(stay, utc("2026-11-20 08:00"), ZONE) is None
    assert clip(stay, utc("2026-11-20 09:00:01"), ZONE).end == "10:00"


def test_daily_and_weekly_schedules_cannot_end():
    for schedule in (*week_schedules(daily("22:00-06:00")), *week_schedules(weekly({SA}, "08:00-18:00"))):
        assert clip(schedule, utc("2026-11-20 09:30"), ZONE) is schedule


@pytest.mark.edge(25)
def test_the_end_of_a_credential_is_rounded_outward():
    """It is a backstop: nothing may be taken away before the credential ends."""
    assert clip(None, utc("2026-11-20 09:30:01"), ZONE).end == "10:30"
    assert clip(None, utc("2026-11-20 09:30:00.000001"), ZONE).end == "10:30"
    first, second = BACK - 30 * MINUTE, BACK + 30 * MINUTE
    assert clip(None, first, ZONE).end == "02:29"
    assert clip(None, second, ZONE).end == "02:59"
    assert clip(None, BACK, ZONE).end == "02:59"
    assert clip(None, BACK + 60 * MINUTE, ZONE).end == "02:59"
    assert clip(None, BACK + 61 * MINUTE, ZONE).end == "03:00"


@pytest.mark.parametrize(
    "window",
    [daily("08:00-18:00"), daily("08:00-23:59"), weekly({MO, FR}, "00:00-18:30"), weekly({SU}, "22:00-23:59")],
)
def test_a_schedule_read_back(window):
    (schedule,) = week_schedules(window)
    assert window_of(schedule, ZONE) == window


def test_a_span_read_back():
    begins, ends = utc("2026-11-20 09:00"), utc("2026-11-22 23:00")
    schedule, _ = span_schedule(begins, ends, ZONE)
    assert window_of(schedule, ZONE) == span(begins, ends)
    assert window_of(schedule, ZONE).begins.tzinfo is UTC
    assert window_of(schedule, ZONE).ends.tzinfo is UTC
    assert describe(window_of(schedule, ZONE), BERLIN) == "2026-11-20 10:00 to 2026-11-23 00:00"


@pytest.mark.edge(25)
def test_a_span_read_back_covers_both_passes_of_its_edges():
    schedule, _ = span_schedule(BACK - 40 * MINUTE, BACK + 40 * MINUTE, ZONE)
    assert window_of(schedule, ZONE) == span(local("2026-10-25 02:20"), local("2026-10-25 02:40", fold=1))
