"""E-mail addresses and telephone numbers, checked as the world writes them (feature RES-04; rules 5.1).

Both libraries are loaded when the first address is checked: phone metadata alone takes a tenth of a second.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backend.domain.countries import Country, find_country
from backend.domain.errors import Invalid

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

EMAIL_EXAMPLE = "One looks like anna@example.com."
EXTENSION_LONGEST = 4
"""A number of so few digits is one of the house's own exchange; no plan of a country knows it."""

_TYPED = re.compile(r"\+?[0-9\s()./-]+")
_PUNCTUATION = re.compile(r"[\s()./-]+")
_DIGITS = re.compile(r"\+?[0-9]{3,15}")


def email_of(text: str) -> str:
    """A mail address in lower case, its domain as servers write it; raises Invalid (email) saying what is wrong."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Invalid({"email": f"{str(error).rstrip('.')}. {EMAIL_EXAMPLE}"}) from None
    return str(found.ascii_email).lower()


def country_of(text: str) -> Country | None:
    """The country of a code or name, None for no text; raises Invalid (country)."""
    if not text.strip():
        return None
    country = find_country(text)
    if country is None:
        raise Invalid({"country": "This country is not known here. Leave it empty and write the calling code."})
    return country


def mobile_of(text: str, calling_code: str) -> str:
    """A mobile number in E.164, from national or international notation; raises Invalid (mobile, calling_code).

    A number that no plan knows yet is taken: plans grow faster than lists of them. `doubt` tells of it.
    """
    number = _parsed("mobile", text, calling_code)
    if number.country_code != int(calling_code):
        raise Invalid({"mobile": f"This number does not begin with +{calling_code}, the calling code beside it."})
    if sentence := _length(number, calling_code, mobile=True):
        raise Invalid({"mobile": sentence})
    from phonenumbers import PhoneNumberFormat, format_number

    return str(format_number(number, PhoneNumberFormat.E164))


def landline_of(name: str, text: str, calling_code: str) -> str:
    """A landline as typed without punctuation, "" for none; raises Invalid (`name`)."""
    digits = _PUNCTUATION.sub("", text)
    if not digits:
        return ""
    if not _DIGITS.fullmatch(digits):
        raise Invalid({name: "A telephone number has 3 to 15 digits, as in 030 1234567."})
    if calling_code and len(digits) > EXTENSION_LONGEST:
        try:
            sentence = _length(_parsed(name, text, calling_code), calling_code, mobile=False)
        except Invalid as error:
            raise Invalid({name: str(error)}) from None
        if sentence:
            raise Invalid({name: sentence})
    return digits


def doubt(e164: str) -> str:
    """One sentence where a number is possible but no plan of its country knows it as a mobile, else ""."""
    from phonenumbers import PhoneNumberType, number_type, parse

    kind = number_type(parse(e164))
    if kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN):
        unknown = kind == PhoneNumberType.UNKNOWN
        return "No operator is known for this number: look whether it is mistyped." if unknown else ""
    return "This is no mobile number: a text message may not reach it."


def _parsed(name: str, text: str, calling_code: str) -> PhoneNumber:
    from phonenumbers import NumberParseException, parse

    region = _region(calling_code)
    if not _TYPED.fullmatch(text.strip()):
        raise Invalid({name: f"A telephone number has digits only, as in {_example(region, mobile=name == 'mobile')}."})
    typed = text.strip()
    try:
        return parse(f"+{typed[2:]}" if typed.startswith("00") else typed, region)
    except NumberParseException:
        example = _example(region, mobile=name == "mobile")
        raise Invalid({name: f"This is no telephone number. One looks like {example}."}) from None


def _region(calling_code: str) -> str:
    from phonenumbers import region_code_for_country_code

    region = str(region_code_for_country_code(int(calling_code)))
    if region in ("ZZ", "001"):
        raise Invalid({"calling_code": f"No country has the calling code +{calling_code}."})
    return region


def _length(number: PhoneNumber, calling_code: str, *, mobile: bool) -> str:
    from phonenumbers import ValidationResult, is_possible_number_with_reason

    word = {
        ValidationResult.TOO_SHORT: "too short",
        ValidationResult.TOO_LONG: "too long",
        ValidationResult.INVALID_LENGTH: "of another length",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "without its area code",
    }.get(is_possible_number_with_reason(number))
    kind = "mobile number" if mobile else "number"
    example = _example(_region(calling_code), mobile=mobile)
    return f"This {kind} is {word}. With +{calling_code} one looks like {example}." if word else ""


def _example(region: str, *, mobile: bool) -> str:
    from phonenumbers import PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number

    wanted = PhoneNumberType.MOBILE if mobile else PhoneNumberType.FIXED_LINE
    number = example_number_for_type(region, wanted)
    return str(format_number(number, PhoneNumberFormat.NATIONAL)) if number else "600 700 800"
