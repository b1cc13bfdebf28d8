"""The words for time: what each means at an instant, over midnight and over the changes of the clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.formats import ClockFormat, DateFormat, Formats
from backend.domain.timewords import (
    Span,
    Week,
    describe_moment,
    describe_span,
    describe_week,
    is_span_name,
    parse_moment,
    parse_span,
    parse_week,
    span_names,
)
from backend.domain.walltime import WEEKDAYS, comings_of, instant_of, nearest, weekday_of

BERLIN = "Europe/Berlin"
CAIRO = "Africa/Cairo"
"""Its clocks skip midnight itself in spring."""
ZONES = [BERLIN, CAIRO, "UTC", "America/St_Johns", "America/Havana", "Australia/Lord_Howe", "Pacific/Auckland"]


def at(text: str, zone: str = BERLIN) -> datetime:
    """An instant written as wall time of `zone`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NOW = at("2026-11-27T11:42")
"""A Friday."""

instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)


def refusal(call: Callable[[], object]) -> str:
    """The sentence with which `call` is refused."""
    with pytest.raises(Invalid) as refused:
        call()
    assert list(refused.value.fields) == ["time"]
    return refused.value.fields["time"]


@pytest.mark.feature("LOG-09")
@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-11-27T00:00", "2026-11-28T00:00"),
        ("yesterday", "2026-11-26T00:00", "2026-11-27T00:00"),
        ("tomorrow", "2026-11-28T00:00", "2026-11-29T00:00"),
        ("night", "2026-11-26T22:00", "2026-11-27T06:00"),
        ("last-night", "2026-11-26T22:00", "2026-11-27T06:00"),
        ("this-week", "2026-11-23T00:00", "2026-11-30T00:00"),
        ("last-week", "2026-11-16T00:00", "2026-11-23T00:00"),
        (" Last  Week ", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("this-month", "2026-11-01T00:00", "2026-12-01T00:00"),
        ("last-month", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("2h", "2026-11-27T09:42", "2026-11-27T11:42"),
        ("30m", "2026-11-27T11:12", "2026-11-27T11:42"),
        (" 3 D", "2026-11-24T11:42", "2026-11-27T11:42"),
        ("fr", "2026-11-27T00:00", "2026-11-28T00:00"),
        ("sat", "2026-11-21T00:00", "2026-11-22T00:00"),
        ("Thursday", "2026-11-26T00:00", "2026-11-27T00:00"),
        ("2026-12-01", "2026-12-01T00:00", "2026-12-02T00:00"),
        ("2026-12-01..2026-12-24", "2026-12-01T00:00", "2026-12-25T00:00"),
        ("2026-12-01 .. 2026-12-01", "2026-12-01T00:00", "2026-12-02T00:00"),
        ("2026-12-01t12:00..2026-12-01t12:01", "2026-12-01T12:00", "2026-12-01T12:01"),
        ("2026-12-01T12:00..2026-12-02", "2026-12-01T12:00", "2026-12-03T00:00"),
        ("2026-12-01T12:00:30Z..2026-12-01T14:00+01:00", "2026-12-01T13:00:30", "2026-12-01T14:00"),
    ],
)
def test_a_span_looking_back(word: str, start: str, end: str) -> None:
    span = parse_span(word, NOW.astimezone(ZoneInfo(CAIRO)), BERLIN)
    assert span == Span(at(start), at(end))
    assert [moment.tzinfo for moment in span] == [UTC, UTC]


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("today", "2026-11-27T00:00", "2026-11-28T00:00"),
        ("night", "2026-11-27T22:00", "2026-11-28T06:00"),
        ("2h", "2026-11-27T11:42", "2026-11-27T13:42"),
        ("3d", "2026-11-27T11:42", "2026-11-30T11:42"),
        ("fr", "2026-11-27T00:00", "2026-11-28T00:00"),
        ("sat", "2026-11-28T00:00", "2026-11-29T00:00"),
        ("th", "2026-12-03T00:00", "2026-12-04T00:00"),
    ],
)
def test_a_span_looking_ahead(word: str, start: str, end: str) -> None:
    span = parse_span(word, NOW.astimezone(ZoneInfo(CAIRO)), BERLIN, ahead=True)
    assert span == Span(at(start), at(end))
    assert [moment.tzinfo for moment in span] == [UTC, UTC]


@pytest.mark.parametrize(
    ("now", "back", "ahead"),
    [
        ("2026-11-27T05:59:59", "2026-11-26", "2026-11-26"),
        ("2026-11-27T06:00", "2026-11-26", "2026-11-27"),
        ("2026-11-27T21:59:59", "2026-11-26", "2026-11-27"),
        ("2026-11-27T22:00", "2026-11-27", "2026-11-27"),
        ("2026-11-28T00:00", "2026-11-27", "2026-11-27"),
    ],
)
def test_the_night_is_the_latest_begun_or_the_first_not_over(now: str, back: str, ahead: str) -> None:
    for evening, forwards in ((back, False), (ahead, True)):
        span = parse_span("night", at(now), BERLIN, ahead=forwards)
        assert span.start == at(f"{evening}T22:00")
        assert span.end == at(f"{evening}T06:00") + timedelta(days=1)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [1, 28])
def test_months_run_from_the_first_to_the_first(month: int, day: int) -> None:
    now = datetime(2028, month, day, 12, tzinfo=UTC)
    first = datetime(2028, month, 1, tzinfo=UTC)
    following = datetime(2028 + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    before = datetime(2027 if month == 1 else 2028, (month - 2) % 12 + 1, 1, tzinfo=UTC)
    assert parse_span("this-month", now, "UTC") == Span(first, following)
    assert parse_span("last-month", now, "UTC") == Span(before, first)


@pytest.mark.edge("25")
@pytest.mark.feature("AG-07")
@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2027-03-28", BERLIN, 23),
        ("2026-10-25", BERLIN, 25),
        ("2026-11-27", BERLIN, 24),
        ("2027-04-30", CAIRO, 23),
        ("2026-11-01", "America/Havana", 25),
        ("2027-04-04", "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, zone: str, hours: float) -> None:
    start, end = parse_span(day, NOW, zone)
    assert end - start == timedelta(hours=hours)


@pytest.mark.edge("25")
def test_a_day_whose_midnight_is_skipped_begins_at_its_first_instant() -> None:
    start, _ = parse_span("2027-04-30", NOW, CAIRO)
    assert start.astimezone(ZoneInfo(CAIRO)).strftime("%d %H:%M") == "30 01:00"
    assert (start - timedelta(microseconds=1)).astimezone(ZoneInfo(CAIRO)).day == 29


@pytest.mark.edge("25")
def test_hours_are_hours_and_days_keep_the_wall_time_over_a_change() -> None:
    now = at("2027-03-28T12:00")
    assert parse_span("24h", now, BERLIN).start == at("2027-03-27T11:00")
    assert parse_span("1d", now, BERLIN).start == at("2027-03-27T12:00")


@given(now=instants, zone=zones)
def test_named_days_weeks_and_months_touch_without_gap_or_overlap(now: datetime, zone: str) -> None:
    for earlier, later in [
        ("yesterday", "today"),
        ("today", "tomorrow"),
        ("last-week", "this-week"),
        ("last-month", "this-month"),
    ]:
        assert parse_span(earlier, now, zone).end == parse_span(later, now, zone).start
    for name in ("today", "this-week", "this-month"):
        start, end = parse_span(name, now, zone)
        assert start <= now < end
    assert parse_span("night", now, zone).start <= now < parse_span("night", now, zone, ahead=True).end


@given(now=instants, zone=zones, word=st.sampled_from(WEEKDAYS), length=st.integers(2, 9))
def test_a_weekday_is_the_nearest_on_the_side_asked_for(now: datetime, zone: str, word: str, length: int) -> None:
    back = parse_span(word[:length], now, zone)
    ahead = parse_span(word[:length], now, zone, ahead=True)
    assert back.start <= now < ahead.end
    for start, _ in (back, ahead):
        assert WEEKDAYS[start.astimezone(ZoneInfo(zone)).weekday()] == word
    days = (ahead.start.astimezone(ZoneInfo(zone)).date() - back.start.astimezone(ZoneInfo(zone)).date()).days
    assert days in (0, 7)


@pytest.mark.edge("24")
def test_the_same_word_means_another_span_in_another_zone() -> None:
    assert parse_span("today", NOW, "Pacific/Auckland").start == at("2026-11-27T00:00", "Pacific/Auckland")
    late = at("2026-11-27T23:30")
    assert parse_span("today", late, "Pacific/Auckland").start == at("2026-11-28T00:00", "Pacific/Auckland")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("", "no span of time"),
        ("foo", "no span of time"),
        ("s", "no span of time"),
        ("mondays", "no span of time"),
        ("2w", "no span of time"),
        ("22", "no span of time"),
        ("12345h", "no span of time"),
        ("2026-12-01T12:00", "no span of time"),
        ("2026-12-01..", "no span of time"),
        ("..2026-12-01", "no span of time"),
        ("..", "no span of time"),
        ("01/02/2026", "no span of time"),
        ("20261201", "no span of time"),
        ("2026-W01-1", "no span of time"),
        ("２h", "no span of time"),
        ("0h", "'0h' is no time at all"),
        ("1999-12-31T23:00..2026-12-01", "year 1999 is out of reach"),
        ("00d", "no time at all"),
        ("2026-02-29", "no day 2026-02-29"),
        ("2026-13-01", "no day 2026-13-01"),
        ("1999-12-31", "year 1999 is out of reach"),
        ("2200-01-01", "year 2200 is out of reach"),
        ("2026-12-02..2026-12-01", "does not end after"),
        ("2026-12-01T12:00..2026-12-01T12:00", "does not end after"),
        ("2026-12-01T25:00..2026-12-02", "no time 25:00"),
        ("2026-12-01T12:00+99:00..2026-12-02", "no time 12:00+99:00"),
        ("2027-03-28T02:30..2027-03-29", "the clocks skip it"),
    ],
)
def test_a_span_that_is_not_understood_is_refused_with_a_sentence(word: str, says: str) -> None:
    assert says in refusal(lambda: parse_span(word, NOW, BERLIN))


def test_the_years_that_can_be_reached() -> None:
    assert parse_span("2000-01-01", NOW, "UTC").start == datetime(2000, 1, 1, tzinfo=UTC)
    assert parse_span("2199-12-31", NOW, "UTC").end == datetime(2200, 1, 1, tzinfo=UTC)
    assert parse_span("9999h", NOW, "UTC").start == NOW - timedelta(hours=9999)


def test_the_fixed_names() -> None:
    assert all(is_span_name(name) and is_span_name(name.upper()) for name in span_names())
    assert not any(is_span_name(word) for word in ("fr", "2h", "2026-12-01", "last week", ""))
    assert set(span_names()) - set(span_names(whole_days=True)) == {"night", "last-night"}


def test_an_instant_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(AssertionError):
        parse_span("today", datetime(2026, 11, 27), BERLIN)
    with pytest.raises(Invalid) as refused:
        parse_span("today", NOW, "Europe/Nowhere")
    assert list(refused.value.fields) == ["timezone"]


@pytest.mark.feature("VIS-01")
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("22", "2026-11-27T22:00"),
        ("22:15", "2026-11-27T22:15"),
        (" 9 ", "2026-11-28T09:00"),
        ("0", "2026-11-28T00:00"),
        ("11:42", "2026-11-28T11:42"),
        ("11:43", "2026-11-27T11:43"),
        ("2h", "2026-11-27T13:42"),
        ("30 m", "2026-11-27T12:12"),
        ("3D", "2026-11-30T11:42"),
        ("fr 18", "2026-11-27T18:00"),
        ("fr 11", "2026-12-04T11:00"),
        ("FR 11:42", "2026-12-04T11:42"),
        ("th 23:59", "2026-12-03T23:59"),
        ("su  9", "2026-11-29T09:00"),
        ("today 12", "2026-11-27T12:00"),
        ("tomorrow 9", "2026-11-28T09:00"),
        ("2026-12-01 12", "2026-12-01T12:00"),
        ("2026-12-01 12:30", "2026-12-01T12:30"),
        ("2026-12-01T12:30", "2026-12-01T12:30"),
        ("2026-12-01t12:30:15", "2026-12-01T12:30:15"),
        ("2026-12-01T12:00+01:00", "2026-12-01T12:00"),
        ("2026-12-01T12:00Z", "2026-12-01T13:00"),
        ("2026-11-27T11:42:00.000001", "2026-11-27T11:42:00.000001"),
    ],
)
def test_a_moment_to_come(text: str, moment: str) -> None:
    found = parse_moment(text, NOW, BERLIN)
    assert found == at(moment)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no moment"),
        ("fr", "no moment"),
        ("2026-12-01", "no moment"),
        ("yesterday 9", "no moment"),
        ("gym 9", "no moment"),
        ("22:5", "no moment"),
        ("2215", "no moment"),
        ("9 pm", "no moment"),
        ("٢٢", "no moment"),
        ("2026-12-1 12", "no moment"),
        ("24", "no time 24:00"),
        ("22:60", "no time 22:60"),
        ("2026-02-29 12", "no day 2026-02-29"),
        ("2026-12-01T24:01", "no time 24:01"),
        ("0m", "no time at all"),
        ("today 9", "is over"),
        ("today 11:42", "is over"),
        ("2026-11-27T11:42", "is over"),
        ("2026-11-26 23", "is over"),
        ("2027-03-28 02:30", "2027-03-28 has no 02:30"),
        ("2027-03-28T02:30", "2027-03-28 has no 02:30"),
    ],
)
def test_a_moment_that_is_not_understood_or_over_is_refused(text: str, says: str) -> None:
    assert says in refusal(lambda: parse_moment(text, NOW, BERLIN))


@pytest.mark.feature("SYNC-06")
def test_a_question_about_the_past_may_name_a_day_that_is_over() -> None:
    assert parse_moment("2026-11-20 22", NOW, BERLIN, past=True) == at("2026-11-20T22:00")
    assert parse_moment("2026-11-20T22:00+01:00", NOW, BERLIN, past=True) == at("2026-11-20T22:00")
    assert parse_moment("today 9", NOW, BERLIN, past=True) == at("2026-11-27T09:00")
    assert parse_moment("9", NOW, BERLIN, past=True) == at("2026-11-28T09:00")
    assert parse_moment("fr 9", NOW, BERLIN, past=True) == at("2026-12-04T09:00")


@pytest.mark.edge("25")
@pytest.mark.parametrize(
    ("now", "text", "says"),
    [
        ("2027-03-27T20:00", "02:30", "2027-03-28 has no 02:30"),
        ("2027-03-28T01:00", "02:30", "2027-03-28 has no 02:30"),
        ("2027-03-27T20:00", "su 02:30", "2027-03-28 has no 02:30"),
    ],
)
def test_the_next_coming_of_a_skipped_time_is_not_guessed(now: str, text: str, says: str) -> None:
    assert says in refusal(lambda: parse_moment(text, at(now), BERLIN))


@pytest.mark.edge("25")
def test_a_skipped_time_that_is_over_or_not_yet_due_does_not_matter() -> None:
    for now in ("03:30", "04:00", "12:00"):
        assert parse_moment("02:30", at(f"2027-03-28T{now}"), BERLIN) == at("2027-03-29T02:30")
    assert parse_moment("02:30", at("2027-03-27T01:00"), BERLIN) == at("2027-03-27T02:30")
    assert parse_moment("su 02:30", at("2027-03-28T12:00"), BERLIN) == at("2027-04-04T02:30")
    assert parse_moment("su 02:30", at("2027-03-21T01:00"), BERLIN) == at("2027-03-21T02:30")


@pytest.mark.edge("25")
def test_a_time_that_comes_twice_is_its_first_coming_not_over() -> None:
    first, second = at("2026-10-25T02:30"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert second - first == timedelta(hours=1)
    assert parse_moment("02:30", at("2026-10-25T01:00"), BERLIN) == first
    assert parse_moment("2026-10-25 02:30", at("2026-10-25T01:00"), BERLIN) == first
    assert parse_moment("02:30", first, BERLIN) == second
    assert parse_moment("02:30", second, BERLIN) == at("2026-10-26T02:30")
    assert parse_moment("2026-10-25T02:30+01:00", first, BERLIN) == second


@given(now=instants, zone=zones, hour=st.integers(0, 23), minute=st.integers(0, 59), day=st.sampled_from(WEEKDAYS))
def test_a_moment_shows_on_the_wall_what_was_typed_and_is_the_next_one(
    now: datetime, zone: str, hour: int, minute: int, day: str
) -> None:
    for text, horizon in ((f"{hour}:{minute:02}", 2), (f"{day} {hour}:{minute:02}", 8)):
        try:
            moment = parse_moment(text, now, zone)
        except Invalid:
            assert "the clocks skip it" in refusal(lambda text=text: parse_moment(text, now, zone))  # type: ignore[misc]
            continue
        wall = moment.astimezone(ZoneInfo(zone))
        assert (wall.hour, wall.minute, wall.second) == (hour, minute, 0)
        assert now < moment <= now + timedelta(days=horizon)
        assert horizon == 2 or WEEKDAYS[wall.weekday()] == day
        earlier = comings_of((wall - timedelta(days=horizon - 1)).replace(tzinfo=None), ZoneInfo(zone))
        assert all(coming <= now for coming in earlier)


@pytest.mark.feature("AG-01")
@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("mo-fr 8-18", {0, 1, 2, 3, 4}, time(8), time(18)),
        ("Mo - Fr  8:30 – 17:45", {0, 1, 2, 3, 4}, time(8, 30), time(17, 45)),
        ("sa,su 10-16", {5, 6}, time(10), time(16)),
        ("sat, sunday 10-16", {5, 6}, time(10), time(16)),
        ("mo,we-fr 8-18", {0, 2, 3, 4}, time(8), time(18)),
        ("fr-mo 22-6", {4, 5, 6, 0}, time(22), time(6)),
        ("mo-mo 8-18", {0}, time(8), time(18)),
        ("su 8-18", {6}, time(8), time(18)),
        ("daily 22-6", set(range(7)), time(22), time(6)),
        ("8-18", set(range(7)), time(8), time(18)),
        ("mo-fr", {0, 1, 2, 3, 4}, time(0), time(23, 59)),
        ("mo-fr 0-24", {0, 1, 2, 3, 4}, time(0), time(23, 59)),
        ("mo-fr 18-24:00", {0, 1, 2, 3, 4}, time(18), time(23, 59)),
        ("mo-fr 18-0", {0, 1, 2, 3, 4}, time(18), time(0)),
        ("daily", set(range(7)), time(0), time(23, 59)),
    ],
)
def test_a_weekly_time(text: str, days: set[int], start: time, end: time) -> None:
    assert parse_week(text) == Week(frozenset(days), start, end)


@pytest.mark.edge("28")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no weekly time"),
        ("  ", "no weekly time"),
        ("xx 8-18", "no weekly time"),
        ("mo-xx 8-18", "no weekly time"),
        ("m 8-18", "no weekly time"),
        ("mo,,fr 8-18", "no weekly time"),
        ("mo- 8-18", "no weekly time"),
        ("-", "no weekly time"),
        ("mo 8", "no weekly time"),
        ("mo 8-18 9-10", "no weekly time"),
        ("mo 8-18 x", "no weekly time"),
        ("mo 24-6", "no time 24:00"),
        ("mo 8-25", "no time 25:00"),
        ("mo 8-24:01", "no time 24:01"),
        ("mo 8:60-9", "no time 8:60"),
        ("mo 0-0", "The end is the start"),
        ("mo 8-8", "The end is the start"),
        ("mo 23:59-24", "The end is the start"),
    ],
)
def test_a_weekly_time_that_is_not_understood_is_refused(text: str, says: str) -> None:
    assert says in refusal(lambda: parse_week(text))


FORMATS = Formats(BERLIN)


@pytest.mark.parametrize(
    ("word", "described"),
    [
        ("today", "Friday 2026-11-27"),
        ("last-week", "Monday 2026-11-16 to Sunday 2026-11-22"),
        ("night", "Thursday 2026-11-26 22:00 to Friday 2026-11-27 06:00"),
        ("2h", "Friday 2026-11-27 09:42 to 11:42"),
        ("2027-03-28", "Sunday 2027-03-28"),
        ("2026-12-01T00:00..2026-12-01T12:00", "Tuesday 2026-12-01 00:00 to 12:00"),
        ("2026-12-01T12:00..2026-12-02T00:00", "Tuesday 2026-12-01 12:00 to Wednesday 2026-12-02 00:00"),
    ],
)
def test_a_span_is_written_out(word: str, described: str) -> None:
    assert describe_span(parse_span(word, NOW, BERLIN), FORMATS) == described


def test_a_day_without_midnight_is_still_described_as_a_day() -> None:
    assert describe_span(parse_span("2027-04-30", NOW, CAIRO), Formats(CAIRO)) == "Friday 2027-04-30"


@pytest.mark.edge("25")
def test_a_moment_is_written_out_with_its_offset() -> None:
    american = Formats("America/St_Johns", ClockFormat.H12, DateFormat.MDY)
    assert describe_moment(at("2026-10-25T02:30"), FORMATS) == "Sunday 2026-10-25 02:30 (UTC+02:00)"
    assert describe_moment(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), FORMATS) == "Sunday 2026-10-25 02:30 (UTC+01:00)"
    assert describe_moment(NOW, american) == "Friday 11/27/2026 7:12 am (UTC-03:30)"


@pytest.mark.feature("AG-01")
@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("mo-fr 8-18", "Monday to Friday, 08:00 to 18:00"),
        ("sa,su 10-16:30", "Saturday, Sunday, 10:00 to 16:30"),
        ("mo,we,fr 8-18", "Monday, Wednesday, Friday, 08:00 to 18:00"),
        ("fr-mo 22-6", "Friday to Monday, 22:00 to 06:00 the next day"),
        ("su,mo 8-18", "Monday, Sunday, 08:00 to 18:00"),
        ("tu 18-0", "Tuesday, 18:00 to 00:00 the next day"),
        ("tu 18-24", "Tuesday, 18:00 to 23:59"),
        ("fr-su 8-18", "Friday to Sunday, 08:00 to 18:00"),
        ("daily 8-18", "Every day, 08:00 to 18:00"),
        ("mo-sa", "Monday to Saturday, all day"),
    ],
)
def test_a_weekly_time_is_written_out(text: str, described: str) -> None:
    assert describe_week(parse_week(text), FORMATS) == described


def test_a_window_that_ends_where_it_begins_runs_into_the_next_day() -> None:
    week = Week(frozenset({0}), time(8), time(8))
    assert describe_week(week, FORMATS) == "Monday, 08:00 to 08:00 the next day"


def test_a_weekly_time_is_written_in_the_clock_of_the_community() -> None:
    assert describe_week(parse_week("mo 8-18"), Formats(clock=ClockFormat.H12)) == "Monday, 8:00 am to 6:00 pm"


@given(
    days=st.sets(st.integers(0, 6), min_size=1),
    start=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    end=st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
)
def test_any_weekly_time_can_be_typed(days: set[int], start: time, end: time) -> None:
    text = f"{','.join(WEEKDAYS[day][:3] for day in sorted(days))} {start:%H:%M}-{end:%H:%M}"
    if start == end:
        assert "The end is the start" in refusal(lambda: parse_week(text))
    else:
        assert parse_week(text) == Week(frozenset(days), start, end)


@pytest.mark.edge("25")
def test_the_clocks_show_a_wall_time_once_twice_or_never() -> None:
    place = ZoneInfo(BERLIN)
    assert len(comings_of(datetime(2026, 11, 27, 2, 30), place)) == 1
    assert comings_of(datetime(2027, 3, 28, 2, 30), place) == []
    both = comings_of(datetime(2026, 10, 25, 2, 30), place)
    assert both == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    assert instant_of(date(2026, 10, 25), place, time(2, 30)) == both[0]
    assert instant_of(date(2027, 3, 28), place, time(2, 30)) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_weekdays_go_by_two_letters_or_more() -> None:
    assert [weekday_of(name[:2].lower()) for name in WEEKDAYS] == list(range(7))
    assert [weekday_of(word) for word in ("", "s", "sx", "sundays", "wednes")] == [None, None, None, None, 2]
    friday = date(2026, 11, 27)
    assert [nearest(friday, 3, ahead=ahead).day for ahead in (False, True)] == [26, 3]
    assert [nearest(friday, 4, ahead=ahead) for ahead in (False, True)] == [friday, friday]
