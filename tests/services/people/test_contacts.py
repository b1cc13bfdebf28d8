"""Mail addresses and telephone numbers as the world writes them, and the calling code beside them."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Invalid
from backend.domain.names import check_calling_code
from backend.services.contacts import country_of, email_of, landline_of, mobile_of

MOBILES = [
    phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
]
MAIN = [
    number
    for number in MOBILES
    if number is not None and phonenumbers.region_code_for_country_code(number.country_code) != "001"
]


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    ("typed", "code", "e164"),
    [
        ("600 700 800", "48", "+48600700800"),
        ("+48 600-700-800", "48", "+48600700800"),
        ("0048600700800", "48", "+48600700800"),
        ("(0151) 234/567.89", "49", "+4915123456789"),
        ("+1 (415) 555-0100", "1", "+14155550100"),
        ("347 123 4567", "39", "+393471234567"),
        ("07 01 23 45 67", "225", "+2250701234567"),
    ],
)
def test_a_mobile_number_becomes_e164(typed: str, code: str, e164: str) -> None:
    assert mobile_of(typed, code) == e164


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    ("typed", "code", "field", "says"),
    [
        ("", "48", "mobile", "digits only"),
        ("600 700 x00", "48", "mobile", "digits only"),
        ("60+0700800", "48", "mobile", "digits only"),
        ("٦٠٠٧٠٠٨٠٠", "48", "mobile", "digits only"),
        ("+49 151 23456789", "48", "mobile", "does not begin"),
        ("004915123456789", "48", "mobile", "does not begin"),
        ("+48", "48", "mobile", "no telephone number"),
        ("1234", "48", "mobile", "too short"),
        ("12345678901234", "48", "mobile", "too long"),
        ("600700800", "999", "calling_code", "No country"),
    ],
)
def test_what_is_no_mobile_number_is_said(typed: str, code: str, field: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        mobile_of(typed, code)
    assert list(refused.value.fields) == [field]


@given(st.sampled_from(MAIN))
def test_national_and_international_notation_are_one_number(number: phonenumbers.PhoneNumber) -> None:
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    code = str(number.country_code)
    assert check_calling_code(f" +{code}") == code
    assert mobile_of(e164, code) == mobile_of("00" + e164[1:], code) == e164
    assert mobile_of(mobile_of(e164, code), code) == e164


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize("typed", ["", "048", "1234", "PL"])
def test_what_is_no_calling_code_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="1 to 3 digits"):
        check_calling_code(typed)


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna@Example.COM ", "anna@example.com"),
        ("a+b@bücher.example", "a+b@xn--bcher-kva.example"),
        ("o'neil@mail.example", "o'neil@mail.example"),
    ],
)
def test_a_mail_address_is_kept_as_servers_write_it(typed: str, kept: str) -> None:
    assert email_of(typed) == kept


@pytest.mark.feature("RES-04")
@pytest.mark.parametrize(
    "typed", ["anna", "anna@mail", "a..b@x.example", "a b@x.example", "a@x..example", "a@b@c.example"]
)
def test_what_is_no_mail_address_says_how_right_looks(typed: str) -> None:
    with pytest.raises(Invalid, match=r"One looks like anna@example\.com\.") as refused:
        email_of(typed)
    assert list(refused.value.fields) == ["email"]


@pytest.mark.feature("RES-04")
def test_landlines_and_countries() -> None:
    assert landline_of("phone1", "(030) 123-4567", "49") == "0301234567"
    assert landline_of("phone1", "101", "49") == "101", "a number of the house's own exchange"
    assert landline_of("phone1", " ", "49") == ""
    assert country_of(" ") is None
    country = country_of("poland")
    assert country is not None
    assert country.calling_code == "48"
    with pytest.raises(Invalid):
        country_of("Atlantis")


def test_the_libraries_are_there_before_a_write_begins() -> None:
    code = (
        "import sys; from backend.services import residents, late_libraries\n"
        "names = ('phonenumbers', 'email_validator', 'segno')\n"
        "assert not any(name in sys.modules for name in names), 'they cost a tenth of a second'\n"
        "late_libraries.load()\n"
        "assert all(name in sys.modules for name in names)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
