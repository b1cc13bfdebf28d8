"""Which codes are suspicious, and why (LIB-03; edge cases 6, 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.codes import contained_pins
from backend.domain.enums import CredentialKind
from backend.domain.ghosts import WEIGHTS, Code, Reason, Why, guess, score_of, suspects

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
QUIET = Code(1, 7, CredentialKind.PIN, "58213", 3, "1203", NOW - timedelta(days=2))


def whys(*codes: Code, people: int = 1) -> list[Why]:
    """The reasons of the first code."""
    found = suspects(codes, {3: people}, NOW).get(codes[0].id, ())
    return [reason.why for reason in found]


@pytest.mark.feature("LIB-03")
def test_an_ordinary_code_is_no_ghost() -> None:
    assert whys(QUIET) == []
    assert whys(replace(QUIET, made_at=LONG_AGO, last_used_at=NOW - timedelta(days=89))) == []
    assert whys(replace(QUIET, made_at=None)) == [], "what nobody knows is no reason"


@pytest.mark.feature("LIB-03")
@pytest.mark.parametrize(
    ("pin", "word"),
    [
        ("1234", "digits in a row"),
        ("0123", "digits in a row"),
        ("4321", "digits in a row"),
        ("0000", "one digit repeated"),
        ("77", "one digit repeated"),
        ("1203", "the APT number"),
        ("1984", "a year"),
        ("2027", "a year"),
        ("2028", ""),
        ("1212", "a pair repeated"),
        ("12", "only 2 digits"),
        ("735", "only 3 digits"),
        ("2741", ""),
        ("58213", ""),
    ],
)
def test_what_is_guessed_early_is_named(pin: str, word: str) -> None:
    assert guess(pin, "1203", 2026) == word


@pytest.mark.feature("LIB-03")
def test_time_without_use_counts_from_ninety_days() -> None:
    old = replace(QUIET, made_at=LONG_AGO)
    assert whys(old) == [Why.NEVER_USED]
    assert whys(replace(old, made_at=NOW - timedelta(days=89))) == []
    assert whys(replace(old, last_used_at=NOW - timedelta(days=90))) == [Why.UNUSED]
    (reason,) = suspects([old], {}, NOW, since=LONG_AGO)[1]
    assert reason.text == "never used since it was made"
    (reason,) = suspects([old], {}, NOW, since=NOW - timedelta(days=30))[1]
    assert reason.text == "not used as far back as the logs go"


@pytest.mark.feature("LIB-03")
def test_an_owner_who_is_gone_or_suspended_and_use_after_that_come_first() -> None:
    assert whys(replace(QUIET, owner_there=False)) == [Why.OWNER_GONE]
    assert whys(replace(QUIET, owner_active=False)) == [Why.OWNER_GONE]
    gone = replace(QUIET, live=False, owner_there=False, used_after=NOW, value="1234")
    assert whys(gone) == [Why.USED_AFTER], "a code that is nobody's is not judged by its digits"
    assert whys(replace(QUIET, live=False)) == []
    assert whys(replace(QUIET, far=("A Lobby", "Gym"), value="1234")) == [Why.FAR_DOORS, Why.GUESSABLE]


@pytest.mark.feature("LIB-03")
def test_a_pin_of_two_people_is_shared_and_one_person_with_it_twice_is_not() -> None:
    other = replace(QUIET, id=2, holder_id=8)
    assert whys(QUIET, other) == [Why.SHARED]
    assert whys(QUIET, replace(other, holder_id=7)) == []
    assert whys(QUIET, replace(other, live=False)) == []
    (reason,) = suspects([QUIET, other, replace(other, id=3, holder_id=9)], {}, NOW)[1]
    assert reason.text == "2 other people have the same PIN"


@pytest.mark.feature("LIB-03")
def test_far_more_cards_than_people() -> None:
    cards = [replace(QUIET, id=n, kind=CredentialKind.CARD, value=f"0A3C7F{n:02}") for n in range(7)]
    assert whys(*cards, people=2) == [Why.MANY_CARDS]
    assert whys(*cards[:6], people=2) == []
    assert whys(*cards, people=0) == []


@pytest.mark.feature("LIB-03")
@pytest.mark.edge("6")
@given(st.lists(st.text("012", min_size=2, max_size=6), min_size=1, max_size=12, unique=True))
def test_a_pin_is_part_of_another_exactly_where_comparing_all_says_so(pins: list[str]) -> None:
    codes = [replace(QUIET, id=n, holder_id=n, value=pin) for n, pin in enumerate(pins)]
    found = suspects(codes, {}, NOW)
    flagged = {code.value for code in codes if Why.CONTAINED in {one.why for one in found.get(code.id, ())}}
    assert flagged == {pin for pin in pins if any(len(other) > len(pin) for other in contained_pins(pin, pins))}


@pytest.mark.feature("LIB-03")
def test_a_score_adds_up_to_a_hundred_at_most_and_every_reason_weighs() -> None:
    assert set(WEIGHTS) == set(Why)
    assert score_of([Reason(Why.UNUSED, ""), Reason(Why.MANY_CARDS, "")]) == 35
    assert score_of([Reason(why, "") for why in Why]) == 100
    assert "58213" not in repr(QUIET)
