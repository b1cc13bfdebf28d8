"""When a key holds and how its pool is counted, whatever is typed and whatever doors tell (rules 7.1)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.codes import check_pin
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.domain.temp_key_times import KeyTime, VisitorRules, check_time, typed_hours, typed_time, usual_time
from backend.domain.temp_keys import (
    KeyState,
    check_count,
    is_key,
    pool_of,
    random_digits,
    reads_qr,
    state_of,
)

NOW = datetime(2026, 3, 2, 9, 0, 30, tzinfo=UTC)
ZONE = "Europe/Berlin"
RULES = VisitorRules(
    span=timedelta(hours=24), longest=timedelta(days=7), need_id_number=False, need_email=False, repeats=True
)

instants = st.integers(-20_000, 20_000).map(lambda minutes: NOW + timedelta(minutes=minutes))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0, tzinfo=None))
times = st.builds(
    KeyTime,
    repeat=st.sampled_from(Repeat),
    begins=st.none() | instants,
    ends=st.none() | instants,
    days=st.frozensets(st.integers(0, 6)),
    start=st.none() | clocks,
    end=st.none() | clocks,
)


@pytest.mark.feature("SET-04")
@given(times)
def test_what_is_accepted_ends_later_than_now_and_than_it_begins_and_is_not_too_long(wanted: KeyTime) -> None:
    try:
        kept = check_time(wanted, RULES, NOW)
    except Invalid:
        return
    assert kept.ends is not None
    assert kept.ends > NOW
    assert kept.ends > (kept.begins or NOW)
    assert kept.ends - (kept.begins or NOW) <= timedelta(days=7)
    if kept.repeat is Repeat.NEVER:
        assert (kept.begins or NOW) <= kept.ends
        assert (kept.window().begins, kept.window().ends) == (kept.begins, kept.ends)
        assert (kept.valid_from, kept.valid_to) == (None, None)
    else:
        assert kept.start != kept.end
        assert bool(kept.days) is (kept.repeat is Repeat.WEEKLY)
        again = typed_hours(kept.schedule, kept.begins, kept.ends)
        assert again.window() == kept.window()
    assert check_time(kept, RULES, NOW) == kept


@pytest.mark.edge("18")
@given(st.integers(1, 20), st.integers(0, 20), st.integers(0, 500))
def test_a_pool_never_shows_more_uses_than_it_has(each: int, phones: int, counted: int) -> None:
    pool = pool_of(each, phones, counted)
    assert pool.total == each * phones
    assert 0 <= pool.used <= pool.total
    assert pool.over_used is (counted > each * phones)
    assert pool.empty is (phones > 0 and counted >= each * phones)
    assert pool_of(None, phones, counted).used == counted
    assert not pool_of(None, phones, counted).empty


@pytest.mark.edge("17")
@given(times, st.integers(0, 3), instants)
def test_used_up_wins_over_expired_and_stays_whatever_the_end(time_: KeyTime, counted: int, now: datetime) -> None:
    state = state_of(time_, pool_of(1, 2, counted), now)
    assert (state is KeyState.USED_UP) is (counted >= 2)
    later = time_.model_copy(update={"ends": now + timedelta(days=400)})
    assert (state_of(later, pool_of(1, 2, counted), now) is KeyState.USED_UP) is (counted >= 2)


@pytest.mark.edge("19")
def test_count_is_for_never_only() -> None:
    never, daily = KeyTime(ends=NOW), KeyTime(repeat=Repeat.DAILY, start=time(8), end=time(9))
    assert [check_count(never, count) for count in (None, 1, 999)] == [1, 1, 999]
    assert [check_count(daily, count) for count in (None, 0, 7)] == [None, None, None]
    for wrong in (0, -1, 1000):
        with pytest.raises(Invalid):
            check_count(never, wrong)


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ({"until": "22"}, datetime(2026, 3, 2, 21, 0, tzinfo=UTC)),
        ({"until": "2h"}, NOW + timedelta(hours=2)),
        ({"until": "2h", "begin": "fr 18"}, datetime(2026, 3, 6, 19, 0, tzinfo=UTC)),
        ({"until": "22", "begin": "fr 18"}, datetime(2026, 3, 6, 21, 0, tzinfo=UTC)),
        ({"until": "2026-12-01 12:00"}, datetime(2026, 12, 1, 11, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.edge("24")
def test_until_counts_from_the_beginning_in_the_communitys_zone(typed: dict[str, str], ends: datetime) -> None:
    assert typed_time(**typed, now=NOW, zone=ZONE).ends == ends  # type: ignore[arg-type]


def test_hours_say_that_a_key_repeats_and_what_is_not_understood_is_told_by_field() -> None:
    assert typed_time(schedule="mo-fr 8-18", now=NOW, zone=ZONE).repeat is Repeat.WEEKLY
    assert typed_time(schedule="22-6", now=NOW, zone=ZONE).repeat is Repeat.DAILY
    assert typed_time(repeat=Repeat.DAILY, schedule="8-18", now=NOW, zone=ZONE).start == time(8)
    for typed, field in (
        ({"until": "soon"}, "until"),
        ({"begin": "then"}, "begin"),
        ({"repeat": Repeat.WEEKLY}, "schedule"),
        ({"repeat": Repeat.WEEKLY, "schedule": "8-18"}, "schedule"),
        ({"repeat": Repeat.DAILY, "schedule": "mo 8-18"}, "schedule"),
        ({"repeat": Repeat.NEVER, "schedule": "8-18"}, "schedule"),
        ({"schedule": "8-8"}, "schedule"),
    ):
        with pytest.raises(Invalid) as caught:
            typed_time(**typed, now=NOW, zone=ZONE)  # type: ignore[arg-type]
        assert set(caught.value.fields) == {field}


@pytest.mark.edge("25")
def test_a_typed_end_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        typed_time(until="2026-03-29 02:30", now=NOW, zone=ZONE)
    assert "clocks skip it" in caught.value.fields["until"]


def test_the_usual_span_begins_at_the_minute() -> None:
    usual = usual_time(RULES, NOW)
    assert (usual.begins, usual.ends) == (NOW.replace(second=0), NOW.replace(second=0) + timedelta(days=1))


@pytest.mark.edge("1")
@given(st.integers())
def test_digits_of_a_key_are_no_pin_of_a_person(seed: int) -> None:
    digits = random_digits(random.Random(seed))
    assert is_key(digits)
    with pytest.raises(Invalid):
        check_pin(digits)


@pytest.mark.edge("22")
def test_models_that_read_qr_codes() -> None:
    assert all(map(reads_qr, ("X916", "x916S", "E18C", "A08S", "R29C", "S539", "S535", "X915", "X912", "E16C", "A05C")))
    assert not any(map(reads_qr, ("R20A", "R28A", "E12W", "GENERIC", "")))
