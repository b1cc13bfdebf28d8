"""Whom login information goes to, floors, and RUN and serial: pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.enums import OutgoingKind
from backend.domain.errors import Invalid
from backend.domain.floors import ALL, check_floors, split_floors
from backend.domain.id_access import IdAccess, check_digit, check_id_access, check_run, split_value
from backend.domain.logins import PASSWORD_LENGTH, Contact, make_password, way_of

MAIL, SMS = OutgoingKind.MAIL, OutgoingKind.SMS
contacts = st.builds(
    Contact, email=st.sampled_from(["", "a@example.com"]), mobile=st.sampled_from(["", "+48601402118"])
)


@pytest.mark.feature("RES-03")
@given(contacts, st.none() | contacts)
def test_the_first_address_in_the_order_of_the_rules_gets_it(person: Contact, master: Contact | None) -> None:
    way = way_of(person, master)
    addresses = [(MAIL, person.email, True), (SMS, person.mobile, True)]
    if master is not None:
        addresses += [(MAIL, master.email, False), (SMS, master.mobile, False)]
    there = [found for found in addresses if found[1]]
    assert (None if way is None else (way.kind, way.to, way.own)) == (there[0] if there else None)


def test_a_password_takes_each_letter_from_the_chooser() -> None:
    letters = iter("abcdefghijkm")
    assert make_password(lambda choice: next(letters) if "a" in choice else "") == "abcdefghijkm"
    assert PASSWORD_LENGTH == 12


@pytest.mark.edge("41")
@pytest.mark.feature("RES-05")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ()),
        ("3;1;3;;1 ", ("1", "3")),
        ("128, -10, 0", ("-10", "0", "128")),
        ("g0;G2;G1;0;-1", ("-1", "G0", "G1", "G2", "0")),
        ("all floors", (ALL,)),
        ("All", (ALL,)),
        ("−3", ("-3",)),
        ("007", ("7",)),
    ],
)
def test_floors_are_put_in_order(typed: str, kept: tuple[str, ...]) -> None:
    assert check_floors(split_floors(typed)) == kept
    assert check_floors(kept) == kept


@pytest.mark.edge("41")
@pytest.mark.parametrize("typed", ["129", "-11", "G3", "ground", "1-3", "All Floors; 3", "1.0", "--1"])
def test_what_is_no_floor_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_floors(split_floors(typed))
    assert caught.value.fields.keys() == {"floors"}


@pytest.mark.edge("41")
def test_deliveries_have_at_most_ten_floors() -> None:
    assert len(check_floors(map(str, range(10)), most=10)) == 10
    with pytest.raises(Invalid):
        check_floors(map(str, range(11)), most=10)


@pytest.mark.feature("RES-14")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12.345.678-5", "12345678-5"),
        ("123456785", "12345678-5"),
        ("7.654.321-6", "7654321-6"),
        ("10000013-k", "10000013-K"),
    ],
)
def test_a_run_is_kept_without_its_dots(typed: str, kept: str) -> None:
    assert check_run(typed) == kept


@pytest.mark.feature("RES-14")
@pytest.mark.parametrize("typed", ["12.345.678-6", "1234567", "12345678-X", "123456789-2", "12.345.678-K", ""])
def test_a_wrong_run_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_run(typed)
    assert caught.value.fields.keys() == {"run"}


@given(st.integers(1_000_000, 99_999_999), st.integers(0, 7), st.integers(1, 9))
def test_one_mistyped_digit_never_fits_the_check_digit(number: int, place: int, by: int) -> None:
    digits = str(number)
    at = place % len(digits)
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert check_digit(wrong) != check_digit(digits)


def test_both_halves_are_wanted_and_each_is_told() -> None:
    assert check_id_access(" ", "") is None
    pair = check_id_access("12.345.678-5", "a1-2345678 9")
    assert pair == IdAccess("12345678-5", "A123456789")
    assert pair is not None
    assert split_value(pair.text) == pair
    assert "12345678" not in repr(pair)
    for run, serial, fields in (
        ("12.345.678-5", "", {"serial"}),
        ("", "A123456789", {"run"}),
        ("1", "1", {"run", "serial"}),
    ):
        with pytest.raises(Invalid) as caught:
            check_id_access(run, serial)
        assert caught.value.fields.keys() == fields
