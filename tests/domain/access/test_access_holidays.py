"""Holidays: days on which the hours of a group that keeps them do not hold (feature AG-08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from access_world import BERLIN, DAILY_ALL, anna, daily, local, weekly

from backend.domain.access.compile import compile_device
from backend.domain.access.explain import explain
from backend.domain.access.windows import describe, is_open, next_edge

pytestmark = pytest.mark.feature("AG-08")

CHRISTMAS = ((date(2026, 12, 25), date(2026, 12, 26)),)
NIGHT = replace(daily("22:00-06:00"), closed=CHRISTMAS)
WORK = replace(weekly(range(5), "08:00-18:00"), closed=CHRISTMAS)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-12-24 23:59", True),
        ("2026-12-25 00:00", False),
        ("2026-12-25 23:00", False),
        ("2026-12-26 23:59:59", False),
        ("2026-12-27 00:00", True),
    ],
)
def test_a_holiday_is_closed_from_midnight_to_midnight(at, opens):
    assert is_open(NIGHT, local(at), BERLIN) is opens


def test_the_next_edge_steps_over_the_holiday():
    assert next_edge(WORK, local("2026-12-24 18:30"), BERLIN) == local("2026-12-28 08:00")
    assert next_edge(NIGHT, local("2026-12-24 23:00"), BERLIN) == local("2026-12-25 00:00")
    assert next_edge(replace(DAILY_ALL, closed=CHRISTMAS), local("2026-12-25 12:00"), BERLIN) == local(
        "2026-12-27 00:00"
    )


def test_an_edge_is_no_edge_where_nothing_opens():
    assert next_edge(replace(weekly((), "08:00-09:00"), closed=CHRISTMAS), local("2026-12-25 12:00"), BERLIN) is None


def test_hours_say_that_they_keep_holidays():
    assert describe(WORK) == "Mo-Fr 08:00-18:00, not on holidays"
    assert describe(replace(DAILY_ALL, closed=CHRISTMAS)) == "always, not on holidays"


def test_a_holiday_takes_the_hours_off_the_door_and_its_end_puts_them_back():
    rules = anna(WORK)
    eve = compile_device(rules, 1, local("2026-12-24 12:00"))
    assert eve.users
    assert eve.next_change_at == local("2026-12-25 00:00")
    closed = compile_device(rules, 1, local("2026-12-25 00:00"))
    assert (closed.users, closed.next_change_at) == ((), local("2026-12-27 00:00"))
    assert compile_device(rules, 1, local("2026-12-27 09:00")).users


def test_what_is_open_at_all_times_closes_too():
    rules = anna(replace(DAILY_ALL, closed=CHRISTMAS))
    assert compile_device(rules, 1, local("2026-12-24 12:00")).next_change_at == local("2026-12-25 00:00")
    assert not compile_device(rules, 1, local("2026-12-26 12:00")).users


def test_why_names_the_holiday():
    found = explain(anna(WORK), 1, 1, local("2026-12-25 09:00"))
    assert found.sentence == "Gym Day is closed on holidays, and Friday 25 December 2026 is one."
    assert found.opens_next == local("2026-12-28 08:00")
