"""What stands in the form of a resident, as a draft or a patch, and a record as the form shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.domain.countries import find_country
from backend.domain.floors import split_floors

if TYPE_CHECKING:
    from backend.domain.records import ResidentDraft, ResidentPatch, ResidentRecord
    from widgets.form import Form

TEXTS = ("first", "last", "email", "country", "calling_code", "mobile", "phone1", "phone2", "phone3", "remark")
ID_ACCESS = ("run", "serial")
LOCKED = ("email", "calling_code", "mobile")
"""What a linked user keeps."""

FIELDS = {"cards_add": "cards", "pins_add": "pin", "credentials_remove": ""}
"""Field of a patch -> field of the form."""

BESIDE = "+"
"""In front of a PIN that comes beside the one there is."""


def draft_of(form: Form, face: bytes | None = None) -> ResidentDraft:
    """The new resident in the fields."""
    from backend.domain.enums import ResidentRole
    from backend.domain.records import ResidentDraft

    values = form.values()
    changed = form.fields["group_ids"].changed
    return ResidentDraft(
        apartment_id=int(values["apartment_id"]) if values["apartment_id"] else None,
        role=ResidentRole(values["role"]) if values["role"] else None,
        pin=values["pin"].strip(),
        cards=split_cards(values["cards"]),
        group_ids=tuple(map(int, values["group_ids"])) if changed or values["group_ids"] else None,
        floors=split_floors(values["floors"]),
        face=face,
        **{name: values[name] for name in (*TEXTS, *ID_ACCESS) if name in values},
    )


def patch_of(form: Form, face: bytes | None = None) -> ResidentPatch:
    """What is to become another; a field that was not touched keeps what there is, a photo too (edge case 14)."""
    from backend.domain.records import ResidentPatch

    changes = form.changes()
    patch: dict[str, Any] = {name: changes[name] for name in (*TEXTS, *ID_ACCESS) if name in changes}
    if pin := changes.get("pin", "").strip():
        patch |= {"pins_add": (pin[1:].strip(),)} if pin.startswith(BESIDE) else {"pin": pin}
    if "cards" in changes:
        patch["cards_add"] = split_cards(changes["cards"])
    if "group_ids" in changes:
        patch["group_ids"] = tuple(map(int, changes["group_ids"]))
    if "floors" in changes:
        patch["floors"] = split_floors(changes["floors"])
    return ResidentPatch(**patch, face=face)


def values_of(record: ResidentRecord) -> dict[str, Any]:
    """A record as the form begins with it; codes are never shown, so they are not among it."""
    values: dict[str, Any] = {name: getattr(record, name) for name in TEXTS}
    country = find_country(record.country)
    values["country"] = country.name if country else record.country
    values["group_ids"] = tuple(str(group_id) for group_id, _ in record.groups)
    values["floors"] = "; ".join(record.floors)
    values["apartment_id"] = f"{record.building} {record.apartment}"
    values["role"] = record.role.value.capitalize()
    return values


def split_cards(text: str) -> tuple[str, ...]:
    """The cards of a field; the service checks them."""
    return tuple(part.strip() for part in text.replace(",", ";").split(";") if part.strip())
