"""Addresses and numbers of an import, by the checks of the form (rules 5.1; edge cases 32, 33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.domain.countries import find_country
from backend.services.credentials import spoken
from backend.services.resident_checks import PHONES, checked_contact
from backend.services.resident_places import Place
from backend.services.resident_problems import Problems

if TYPE_CHECKING:
    from backend.services.import_check import Checker
from backend.services.import_checked import Checked

CONTACT = ("email", "calling_code", "mobile", *PHONES, "remark")
LINKED = ("email", "mobile", "calling_code")
"""What nobody changes for an account with linked sites (rules 5.1)."""

_BLANK = dict.fromkeys((*CONTACT, "country"), "")
_WORDS = {"email": "e-mail: a new password is sent", "calling_code": "calling code", "mobile": "mobile"}

_defaults: dict[tuple[str, str, bool], dict[str, Any]] = {}
"""Country, its calling code and landline -> the columns of somebody without contact data, worked out once."""


def contact_of_new(row: Checked, checker: Checker, place: Place) -> dict[str, Any]:
    """The columns of a new resident; what is wrong is refused on the row."""
    given = {name: row.parsed.values[name] for name in CONTACT if name in row.parsed.values}
    if not given:
        kind = (place.country, place.calling_code, place.landline)
        if kind not in _defaults:
            _defaults[kind] = checked_contact(Problems(), _blank(place), place)
        return _defaults[kind]
    problems = Problems()
    columns: dict[str, Any] = checked_contact(problems, _blank(place) | given, place)
    _tell(row, checker, problems)
    if columns["email"]:
        row.does.append("login is sent")
    return columns


def _blank(place: Place) -> dict[str, str]:
    """Nothing written: the country is that of the community, as in the form."""
    return _BLANK | {"country": place.country if find_country(place.country) else ""}


def contact_patch(row: Checked, checker: Checker, place: Place) -> None:
    """What is written and differs, as a patch; the three locked fields of a linked account are left out and told."""
    person = row.person
    assert person is not None
    given = {name: row.parsed.values[name] for name in CONTACT if name in row.parsed.values}
    typed = {name: str(getattr(person, name) or "") for name in _BLANK}
    problems = Problems()
    columns = checked_contact(problems, typed | given, place, person)
    _tell(row, checker, problems)
    for name, text in given.items():
        if name in problems.invalid or columns[name] == getattr(person, name):
            continue
        if person.linked and name in LINKED:
            checker.warn(row, name, f"stays as it is: {spoken(person.name)} has linked sites.")
            continue
        row.patch[name] = text
        row.does.append(_WORDS.get(name, name))


def _tell(row: Checked, checker: Checker, problems: Problems) -> None:
    for name, sentence in (problems.clashes | problems.invalid).items():
        checker.refuse(row, name, sentence)
