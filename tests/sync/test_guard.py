"""When so many people would lose a door that somebody has to say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.access.rules import Window
from backend.domain.enums import CredentialStatus, Repeat
from backend.sync.guard import is_mass_removal, losing
from tests.sync.makers import NOW, held, person, rules, user

EVENING_BEFORE = NOW - timedelta(hours=12)


@pytest.mark.feature("SYNC-02")
@pytest.mark.parametrize(
    ("removals", "on_the_door", "mass"),
    [
        (0, 0, False),
        (20, 20, False),
        (20, 21, False),
        (21, 21, True),
        (21, 69, True),
        (21, 70, False),
        (22, 70, True),
        (30, 100, False),
        (31, 100, True),
        (300, 1000, False),
        (301, 1000, True),
    ],
)
def test_more_than_twenty_and_more_than_thirty_percent(removals: int, on_the_door: int, mass: bool) -> None:
    assert is_mass_removal(removals, on_the_door) is mass


def count(made: object, *numbers: int, device_id: int = 1) -> int:
    """How many of the records of these holders count as lost at a device."""
    users = [held(user(f"SP{number}-1")) for number in numbers]
    return losing(users, made, device_id, NOW)  # type: ignore[arg-type]


def test_who_is_gone_suspended_or_in_no_group_of_the_door_loses_it() -> None:
    known = rules(person(1), person(2, active=False), person(3, groups=frozenset()), person(4, groups=frozenset({9})))
    assert [count(known, number) for number in (1, 2, 3, 4, 5)] == [0, 1, 1, 1, 1]
    assert count(known, 1, 2, 3, 4, 5) == 4


def test_a_group_that_opens_another_door_only_is_no_reason_to_stay() -> None:
    elsewhere = rules(person(1), relays=frozenset({21}))
    assert (count(elsewhere, 1), count(elsewhere, 1, device_id=2)) == (1, 0)


@pytest.mark.parametrize(
    ("window", "lost"),
    [
        (Window(Repeat.DAILY), 0),
        (Window(Repeat.WEEKLY, days=frozenset({4})), 0),
        (Window(Repeat.WEEKLY, days=frozenset()), 1),
        (Window(Repeat.NEVER, begins=NOW - timedelta(days=2), ends=NOW), 1),
        (Window(Repeat.NEVER, begins=NOW - timedelta(days=2), ends=NOW + timedelta(minutes=1)), 0),
        (Window(Repeat.NEVER, begins=NOW + timedelta(days=9), ends=NOW + timedelta(days=10)), 0),
    ],
)
def test_hours_that_come_again_take_nobody_away(window: Window, lost: int) -> None:
    """Every Friday evening a whole office leaves its doors until Monday: nothing to be alarmed about."""
    assert count(rules(person(1), windows=(window,)), 1) == lost


def test_a_group_without_hours_opens_nothing_again() -> None:
    assert count(rules(person(1), windows=()), 1) == 1


@pytest.mark.parametrize(
    ("status", "until", "lost"),
    [
        (CredentialStatus.ACTIVE, None, 0),
        (CredentialStatus.SCHEDULED, None, 0),
        (CredentialStatus.COOLING, None, 1),
        (CredentialStatus.SUSPENDED, None, 1),
        (CredentialStatus.ACTIVE, NOW, 1),
        (CredentialStatus.ACTIVE, NOW + timedelta(seconds=1), 0),
    ],
)
def test_without_a_code_that_counts_the_door_is_lost(status: CredentialStatus, until: object, lost: int) -> None:
    assert count(rules(person(1), status=status, until=until), 1) == lost  # type: ignore[arg-type]


def test_who_owns_no_code_at_all_loses_the_door() -> None:
    assert count(replace(rules(person(1)), credentials={}), 1) == 1


def test_a_record_of_nobody_known_counts() -> None:
    nobody = [held(user())]
    assert losing([type(nobody[0])("SP1-1", "7", b"", None)], rules(person(1)), 1, NOW) == 1
