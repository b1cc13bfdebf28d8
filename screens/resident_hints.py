"""What the form of a resident knows by itself: defaults with where they come from, and what there is of the codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.domain.countries import find_country
from backend.domain.formats import Formats
from backend.domain.names import split_pasted
from screens.resident_drawing import enrolled
from screens.resident_values import OWN_RIGHTS
from widgets.dialog import PickRow
from widgets.form import Form, PickField

if TYPE_CHECKING:
    from backend.domain.credentials import CredentialRecord
    from backend.domain.residents import ResidentDefaults
    from screens.resident_drawing import PersonRecord


def take_person(form: Form, text: str) -> bool:
    """Split a pasted "Anna Kowalska <mail>"; several lines are several people, a name or an address alone is text."""
    lines = [line for line in text.splitlines() if line.strip()]
    person = split_pasted(lines[0]) if len(lines) == 1 else None
    if person is None or not (person.email and person.first):
        return False
    for name, value in (("first", person.first), ("last", person.last), ("email", person.email)):
        if value:
            form.fields[name].put(value)
    return True


def offer_own(form: Form, doors: Sequence[tuple[int, str]]) -> None:
    """Self Devices Authorisation is there where devices stand in the apartment, and hidden elsewhere (AG-05)."""
    picker = form.fields["own_relay_ids"]
    assert isinstance(picker, PickField)
    picker.set_options([PickRow(str(door_id), name) for door_id, name in doors])
    for name in OWN_RIGHTS:
        form.fields[name].display = bool(doors)


def fill(form: Form, known: ResidentDefaults) -> None:
    """What the apartment tells; what was typed stays."""
    fields = form.fields
    country = find_country(known.country)
    filled = {
        "role": known.role.value,
        "last": known.last,
        "country": country.name if country else "",
        "calling_code": known.calling_code,
    }
    for name, value in filled.items():
        if value and not fields[name].changed:
            fields[name].begin(value)
            if name in known.sources:
                fields[name].set_hint(known.sources[name])
    if known.role.value == "member":
        fields["role"].set_hint(f"{_ordinal(known.members + 1)} member, {known.free_members} are free")
    if not fields["group_ids"].changed:
        fields["group_ids"].begin([str(group_id) for group_id in known.group_ids])
    offer_own(form, known.private_doors)
    if known.free_pin:
        fields["pin"].set_hint(f"free: {known.free_pin}")


def fill_calling_code(form: Form, typed: str) -> None:
    """A country that is known fills in its calling code."""
    country, code = find_country(typed), form.fields["calling_code"]
    if country is not None and code.editable and code.value != country.calling_code:
        code.put(country.calling_code)
        code.set_hint(f"from {country.name}")


def hint_codes(form: Form, record: PersonRecord, formats: Formats) -> None:
    """What there is of the codes, which are never shown whole, and when the face was enrolled by whom."""
    live = [one for one in record.credentials if one.status not in ("cooling", "gone")]
    owned = {kind: [one for one in live if one.kind == kind] for kind in ("pin", "card", "face", "id_access")}
    hints = {
        "pin": _told(owned["pin"], "+ adds one"),
        "cards": _told(owned["card"], "typed adds"),
        "run": _told(owned["id_access"], "typed replaces"),
    }
    if owned["face"]:
        hints["face"] = enrolled(owned["face"][-1], formats)
    for name, hint in hints.items():
        if name in form.fields:
            form.fields[name].set_hint(hint)


def _told(codes: Sequence[CredentialRecord], how: str) -> str:
    return f"{' '.join(one.masked for one in codes)}, {how}" if codes else "none yet"


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"
