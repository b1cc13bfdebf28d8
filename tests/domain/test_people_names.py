"""Names, apartment numbers, addresses and telephone numbers as people type, paste and import them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.names import (
    Pasted,
    check_apartment,
    check_email,
    check_name,
    clean,
    display_name,
    fold,
    printable,
    split_pasted,
    twin_apartments,
)

anything = st.text(st.characters(codec=None), max_size=40)
words = st.from_regex(r"[A-Z][a-zà-öø-ÿł]{1,9}", fullmatch=True)


@pytest.mark.feature("RES-06")
@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Łukasz  Müller", "lukasz muller"),
        ("KOWALSKA", "kowalska"),
        ("Straße", "strasse"),
        ("José Ñandú", "jose nandu"),
        ("Ørsted Þór Ðan", "orsted thor dan"),
        ("Ægir Œuvre", "aegir oeuvre"),
        ("Đorđe", "dorde"),
        ("İstanbul Işık", "istanbul isik"),
        ("Ħal ŧ", "hal t"),
        ("ﬁne Ⅳ", "fine iv"),
        ("  O'Brien\t", "o'brien"),
        ("李 小龍", "李 小龍"),
        ("", ""),
    ],
)
def test_names_are_found_without_accents_and_case(name: str, folded: str) -> None:
    assert fold(name) == folded


@given(name=anything)
def test_folding_twice_or_in_capitals_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Anna \t Kowalska\r\n", "Anna Kowalska"),
        ("Anna\x00\x1b[31m", "Anna[31m"),
        ("Anna\u202eakslawoK", "AnnaakslawoK"),
        ("\u2066Anna\u2069\u200f\u061c", "Anna"),
        ("\ufeffAn\u200bna\u00ad", "Anna"),
        ("Anna\u2028Kowalska", "Anna Kowalska"),
        ("Anna\u00a0Kowalska", "Anna Kowalska"),
        ("\ud800Anna", "Anna"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("[/ x] <b>", "[/ x] <b>"),
    ],
)
def test_cleaned_text_stands_on_one_line_and_hides_nothing(text: str, cleaned: str) -> None:
    assert clean(text, 100) == cleaned


@pytest.mark.parametrize(("limit", "cut"), [(8, "Anna Kow"), (5, "Anna"), (4, "Anna"), (0, ""), (13, "Anna Kowalska")])
def test_what_is_too_long_is_cut_without_a_space_at_its_end(limit: int, cut: str) -> None:
    assert clean("Anna  Kowalska", limit) == cut


@given(text=anything, limit=st.integers(0, 50))
def test_cleaning_is_safe_bounded_and_done_once(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert clean(cleaned, limit) == cleaned
    assert cleaned == cleaned.strip()
    cleaned.encode("utf-8")
    assert not {unicodedata.category(char) for char in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def test_printable_text_keeps_its_spaces() -> None:
    assert printable("a  b\tc\x00d\n") == "a  b cd "


@pytest.mark.feature("RES-01")
def test_a_name_has_1_to_64_characters() -> None:
    assert check_name(" Anna ", "first") == "Anna"
    assert check_name("x" * 64, "first") == "x" * 64
    assert check_name("x" * 5, "remark", 5) == "x" * 5
    for text, says in [("x" * 65, "this has 65"), ("", "Write a name"), (" \u200d\t\u200b\u200c", "^Write a name")]:
        with pytest.raises(Invalid, match=says) as refused:
            check_name(text, "last")
        assert list(refused.value.fields) == ["last"]


@pytest.mark.parametrize(
    ("first", "last", "display"),
    [
        ("Anna", "Kowalska", "Kowalska, Anna"),
        ("Anna Maria", "van der Berg", "van der Berg, Anna Maria"),
        ("Anna", "", "Anna"),
        ("", "Kowalska", "Kowalska"),
        ("", "", ""),
    ],
)
def test_names_in_lists(first: str, last: str, display: str) -> None:
    assert display_name(first, last) == display


@pytest.mark.feature("RES-01")
@pytest.mark.parametrize(
    ("pasted", "parts"),
    [
        ("Anna Kowalska <anna@example.com>", ("Anna", "Kowalska", "anna@example.com")),
        ("Anna Maria Kowalska < anna@example.com > ", ("Anna Maria", "Kowalska", "anna@example.com")),
        ('"Kowalska, Anna" <anna@example.com>', ("Anna", "Kowalska", "anna@example.com")),
        ("Kowalska, Anna Maria", ("Anna Maria", "Kowalska", "")),
        ("Anna\tKowalska\tanna@example.com", ("Anna", "Kowalska", "anna@example.com")),
        ("anna@example.com Anna Kowalska", ("Anna", "Kowalska", "anna@example.com")),
        ("<anna@example.com>", ("", "", "anna@example.com")),
        ("anna@example.com", ("", "", "anna@example.com")),
        ("Anna", ("Anna", "", "")),
        ("Kowalska,", ("", "Kowalska", "")),
        ("Kowalska, Anna, Dr", ("Anna, Dr", "Kowalska", "")),
        ("Xenia MaX", ("Xenia", "MaX", "")),
        ("", ("", "", "")),
        ("Anna <wrong", ("Anna", "<wrong", "")),
        ("Anna Kowalska <>", ("Anna", "Kowalska", "")),
    ],
)
def test_a_pasted_person_is_split(pasted: str, parts: tuple[str, str, str]) -> None:
    assert split_pasted(pasted) == Pasted(*parts)


@given(first=st.lists(words, min_size=1, max_size=3), last=words)
def test_a_split_name_holds_all_its_words(first: list[str], last: str) -> None:
    given_name = " ".join(unicodedata.normalize("NFC", word) for word in first)
    expected = Pasted(given_name, last, "a@b.example")
    assert split_pasted(f"{given_name} {last} <a@b.example>") == expected
    assert split_pasted(f"{display_name(given_name, last)} a@b.example") == expected


@given(text=anything)
def test_any_paste_can_be_split(text: str) -> None:
    assert isinstance(split_pasted(text), Pasted)


@pytest.mark.edge("39")
@pytest.mark.parametrize("number", ["1", "0101", "101", "999999", "000000"])
def test_an_apartment_number_is_kept_as_typed(number: str) -> None:
    assert check_apartment(f" {number} ") == number


@pytest.mark.edge("39")
@pytest.mark.parametrize("number", ["", "1234567", "12a", "-1", "1.0", "1 2", "١٢"])
def test_other_apartment_numbers_are_refused(number: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_apartment(number)
    assert list(refused.value.fields) == ["apartment"]


@pytest.mark.edge("39")
def test_the_same_number_written_otherwise_is_a_twin() -> None:
    assert twin_apartments("0101", ["101", "0101", "1010", "00101", "10"]) == ("101", "00101")
    assert twin_apartments("0", ["00", "10", "0"]) == ("00",)


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("anna@example.com", "anna@example.com"),
        (" Anna.K+gate@Mail.Example.COM ", "Anna.K+gate@mail.example.com"),
        ("a@b.co", "a@b.co"),
        ("o'brien@xn--bcher-kva.example", "o'brien@xn--bcher-kva.example"),
        ("a@1.2.3d", "a@1.2.3d"),
        ("x" * 64 + "@example.com", "x" * 64 + "@example.com"),
        ("x@" + "y" * 63 + ".example", "x@" + "y" * 63 + ".example"),
    ],
)
def test_mail_addresses(typed: str, address: str) -> None:
    assert check_email(typed) == address


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@example",
        "anna@@example.com",
        "anna@exa mple.com",
        "anna @example.com",
        ".anna@example.com",
        "anna.@example.com",
        "an..na@example.com",
        "anna@.example.com",
        "anna@example..com",
        "anna@example.com.",
        "anna@-example.com",
        "anna@example-.com",
        "anna@127.0.0.1",
        "anna@example.123",
        "anna@[127.0.0.1]",
        '"anna k"@example.com',
        "anna@exämple.com",
        "ännä@example.com",
        "anna@example.com\nBcc: x@example.com",
        "anna@example.com,b@example.com",
        "Anna <anna@example.com>",
        "x" * 65 + "@example.com",
        "x@" + "y" * 64 + ".example",
    ],
)
def test_what_is_no_mail_address(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_email(typed)
    assert list(refused.value.fields) == ["email"]


def test_a_mail_address_has_at_most_254_characters() -> None:
    domain = ".".join(["y" * 62] * 3) + ".z"
    longest = "x" * (254 - 1 - len(domain)) + "@" + domain
    assert len(longest) == 254
    assert check_email(longest) == longest
    with pytest.raises(Invalid):
        check_email("x" + longest)
