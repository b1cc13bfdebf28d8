"""PINs, card numbers and masking: the boundaries of the rules, and that notations lead back to one card."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.domain.codes import (
    card_candidates,
    card_formats,
    check_pin,
    contained_pins,
    free_pins,
    mask,
    normalise_card,
    propose_pin,
    split_cards,
)
from backend.domain.errors import Conflict, Invalid

pins = st.from_regex(r"[0-8][0-9]{1,7}", fullmatch=True)
codes = st.sampled_from([6, 8, 10, 12, 14, 16]).flatmap(
    lambda size: st.text("0123456789ABCDEF", min_size=size, max_size=size)
)


def refusal_or_nothing(check: Callable[[str], object], text: str) -> str:
    """What `check` says against `text`, "" when it takes it."""
    try:
        check(text)
    except Invalid as error:
        return str(error)
    return ""


@pytest.mark.edge("1")
@pytest.mark.feature("RES-05")
@pytest.mark.parametrize("pin", ["00", "07", "007", "12345678", "89999999", "19", "0000"])
def test_a_pin_is_kept_as_typed(pin: str) -> None:
    assert check_pin(pin) == pin
    assert check_pin(f"  {pin}\t") == pin


@pytest.mark.edge("1")
@pytest.mark.feature("RES-05")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "digits only"),
        ("7", "this one has 1"),
        ("123456789", "this one has 9"),
        ("1" * 400, "this one has 400"),
        ("90", "start with 9"),
        ("91234567", "start with 9"),
        ("12a4", "digits only"),
        ("1 234", "digits only"),
        ("-123", "digits only"),
        ("12.0", "digits only"),
        ("١٢٣٤", "digits only"),
        ("１２３４", "digits only"),
        ("12²", "digits only"),
        ("1234\n5", "digits only"),
    ],
)
def test_a_pin_that_breaks_a_rule_says_which(text: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_pin(text)
    assert list(refused.value.fields) == ["pin"]
    assert says in refused.value.fields["pin"]


@given(text=st.from_regex(r"[0-9][0-9a-z]{3,17}", fullmatch=True))
def test_no_error_about_a_secret_repeats_it(text: str) -> None:
    for check in (check_pin, normalise_card, split_cards, card_candidates):
        assert text not in refusal_or_nothing(check, text)


@given(pin=pins)
def test_every_pin_of_the_guide_is_accepted_and_none_with_a_nine(pin: str) -> None:
    assert check_pin(pin) == pin
    with pytest.raises(Invalid):
        check_pin("9" + pin[1:])


@pytest.mark.edge("6")
def test_pins_within_pins_are_found_both_ways_and_equal_ones_are_not_meant() -> None:
    assert contained_pins("12", ["1234", "4123", "12", "21", "9912"]) == ("1234", "4123", "9912")
    assert contained_pins("4123", ["12", "41", "4123", "412345", "14", "23"]) == ("12", "41", "412345", "23")
    assert contained_pins("77", []) == ()


@pytest.mark.edge("7")
@pytest.mark.parametrize(("length", "usable"), [(2, 90), (3, 900), (4, 9000), (8, 90_000_000)])
def test_the_free_count_leaves_out_the_nines(length: int, usable: int) -> None:
    assert free_pins(length, set()) == usable


@pytest.mark.edge("2")
@pytest.mark.edge("7")
def test_only_legal_pins_of_that_length_use_it_up() -> None:
    assert free_pins(2, ["00", "89", "00"]) == 88
    assert free_pins(2, ["90", "99", "007", "1", "ab", ""]) == 90


@pytest.mark.parametrize("length", [-1, 0, 1, 9])
def test_no_pin_has_another_length(length: int) -> None:
    with pytest.raises(Invalid) as refused:
        free_pins(length, set())
    assert list(refused.value.fields) == ["pin"]
    with pytest.raises(Invalid):
        propose_pin(set(), length, random.Random(1))


def test_the_last_free_pin_is_proposed_then_none() -> None:
    taken = {f"{number:02}" for number in range(90)}
    for last in ("00", "01", "45", "89"):
        assert propose_pin(taken - {last}, 2, random.Random(1)) == last
    with pytest.raises(Conflict) as full:
        propose_pin(taken, 2, random.Random(1))
    assert full.value.field == "pin"
    assert "All 90" in str(full.value)


def test_every_free_pin_is_proposed_sometimes_and_equally() -> None:
    taken = {f"{number:02}" for number in range(90) if number % 9}
    rng = random.Random(7)
    counts = dict.fromkeys((f"{number:02}" for number in range(0, 90, 9)), 0)
    for _ in range(2000):
        counts[propose_pin(taken, 2, rng)] += 1
    assert min(counts.values()) > 130
    assert max(counts.values()) < 270


@pytest.mark.edge("5")
@given(
    taken=st.sets(st.from_regex(r"[0-9]{2,3}", fullmatch=True), max_size=80),
    length=st.integers(2, 8),
    seed=st.integers(0, 1000),
)
def test_a_proposed_pin_is_legal_and_free(taken: set[str], length: int, seed: int) -> None:
    assume(free_pins(length, taken))
    pin = propose_pin(taken, length, random.Random(seed))
    assert check_pin(pin) == pin
    assert len(pin) == length
    assert pin not in taken
    assert free_pins(length, taken | {pin}) == free_pins(length, taken) - 1


@pytest.mark.edge("8")
@pytest.mark.feature("LIB-02")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0A3C7F20", "0A3C7F20"),
        ("0a3c7f20", "0A3C7F20"),
        (" 0A 3C 7F 20 ", "0A3C7F20"),
        ("0A:3C:7F:20", "0A3C7F20"),
        ("0a-3c-7f-20", "0A3C7F20"),
        ("A3C7F20", "0A3C7F20"),
        ("ABCDEF", "ABCDEF"),
        ("0123456789ABCDEF", "0123456789ABCDEF"),
        ("123456789ABCDEF", "0123456789ABCDEF"),
        ("12345678", "12345678"),
        ("0012345678", "0012345678"),
        ("dec:0012345678", "00BC614E"),
        ("DEC: 001 234 5678", "00BC614E"),
        ("dec:4294967295", "FFFFFFFF"),
        ("dec:0000000000", "00000000"),
        ("dec:16777215", "FFFFFF"),
        ("dec:00000001", "000001"),
        ("12E456", "12E456"),
        ("1E2345", "1E2345"),
    ],
)
def test_one_card_in_any_notation_is_one_code(typed: str, code: str) -> None:
    assert normalise_card(typed) == code


@pytest.mark.feature("LIB-02")
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "0-9 and A-F"),
        ("ABCDE", "this one has 5"),
        ("0123456789ABCDEF0", "this one has 17"),
        ("12345G", "0-9 and A-F"),
        ("１２３４５６", "0-9 and A-F"),
        ("12_34_56", "0-9 and A-F"),
        ("0A3C;7F20", "0-9 and A-F"),
        ("dec:", "8 or 10 digits"),
        ("dec:123456789", "8 or 10 digits"),
        ("dec:12345678901", "8 or 10 digits"),
        ("dec:0A3C7F20", "8 or 10 digits"),
        ("dec:4294967296", "as high as this"),
        ("dec:16777216", "as high as this"),
    ],
)
def test_what_is_no_card_says_why(typed: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise_card(typed)
    assert list(refused.value.fields) == ["card"]
    assert says in refused.value.fields["card"]


@pytest.mark.edge("11")
@pytest.mark.feature("RES-12")
@pytest.mark.parametrize("cell", ["1.2E+11", "1,2E+11", "1.23457e+11", "12E+10", "123456.0", "1.5", "123456789.5E3"])
def test_a_number_that_a_spreadsheet_spoilt_is_not_taken_for_a_card(cell: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise_card(cell)
    assert "spreadsheet" in refused.value.fields["card"]


@given(code=codes, separator=st.sampled_from(["", " ", ":", "-", "  "]), upper=st.booleans())
def test_separators_and_case_never_matter(code: str, separator: str, upper: bool) -> None:
    pairs = separator.join(code[i : i + 2] for i in range(0, len(code), 2))
    assert normalise_card(pairs if upper else pairs.lower()) == code
    assert normalise_card(normalise_card(pairs)) == code


def test_the_notations_of_a_card() -> None:
    forms = card_formats("0A3C7F20")
    assert (forms.hex, forms.reversed, forms.decimal, forms.hn8) == ("0A3C7F20", "207F3C0A", "0171736864", "0A3C7F20")
    short = card_formats("BC614E")
    assert (short.hex, short.reversed, short.decimal, short.hn8) == ("BC614E", "4E61BC", "0012345678", "00BC614E")
    long = card_formats("04A1B2C3D4E5F6")
    assert (long.reversed, long.decimal, long.hn8) == ("F6E5D4C3B2A104", f"{0xC3D4E5F6:010}", "C3D4E5F6")
    assert "0A3C" not in repr(forms)


@pytest.mark.edge("8")
@pytest.mark.feature("LIB-02")
@given(code=codes.filter(lambda code: len(code) <= 8))
def test_any_notation_of_a_short_card_leads_back_to_it(code: str) -> None:
    forms = card_formats(code)
    for written in (forms.hex, forms.reversed, forms.decimal, forms.hn8, "dec:" + forms.decimal):
        assert code in card_candidates(written)
    assert card_candidates(code)[0] == code


@given(code=codes)
def test_a_long_card_is_found_forwards_and_backwards(code: str) -> None:
    forms = card_formats(code)
    assert card_formats(forms.reversed).reversed == code
    assert code in card_candidates(forms.hex)
    assert code in card_candidates(forms.reversed)


@given(code=codes)
def test_candidates_are_codes_without_repeats(code: str) -> None:
    found = card_candidates(code)
    assert len(set(found)) == len(found)
    assert all(normalise_card(candidate) == candidate for candidate in found)


def test_candidates_of_digits_hold_the_decimal_reading_only_where_one_exists() -> None:
    assert "00BC614E" in card_candidates("0012345678")
    assert "00BC614E" in card_candidates("001 234 5678")
    assert card_candidates("9999999999") == ("9999999999",)
    assert card_candidates("123456789") == ("0123456789", "8967452301")
    with pytest.raises(Invalid):
        card_candidates("gym")


@pytest.mark.edge("10")
@pytest.mark.feature("RES-12")
@pytest.mark.parametrize(
    ("cell", "cards"),
    [
        ("", ()),
        (" ; ;", ()),
        ("ABCDEF", ("ABCDEF",)),
        ("BBBBBB;AAAAAA;;BBBBBB ", ("BBBBBB", "AAAAAA")),
        ("0A 3C 7F 20;0a:3c:7f:20;A3C7F20", ("0A3C7F20",)),
    ],
)
def test_a_list_of_cards_loses_empty_and_repeated_parts_and_keeps_its_order(cell: str, cards: tuple[str, ...]) -> None:
    assert split_cards(cell) == cards


def test_a_bad_card_of_a_list_is_counted_out() -> None:
    with pytest.raises(Invalid, match=r"^Card 2: A card number has") as refused:
        split_cards("AAAAAA;;xyz")
    assert list(refused.value.fields) == ["card"]
    with pytest.raises(Invalid, match=r"^A card number has"):
        split_cards(";xyz;")


@pytest.mark.parametrize(
    ("value", "seen"), [("", "··"), ("4", "··"), ("41", "··"), ("341", "··41"), ("12345641", "··41")]
)
def test_a_mask_shows_the_last_two_and_no_length(value: str, seen: str) -> None:
    assert mask(value) == seen
