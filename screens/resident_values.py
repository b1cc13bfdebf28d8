"""What stands in the form of a resident, as a draft or a patch, and a record as the form shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from backend.domain.countries import find_country
from backend.domain.errors import Conflict, Invalid, SmartPlusError
from backend.domain.floors import split_floors

if TYPE_CHECKING:
    from backend.domain.residents import ResidentDraft, ResidentPatch, ResidentRecord
    from widgets.form import Form

TEXTS = ("first", "last", "email", "country", "calling_code", "mobile", "phone1", "phone2", "phone3", "remark")
ID_ACCESS = ("run", "serial")
OWN_RIGHTS = ("own_relay_ids", "own_schedule")
"""Self Devices Authorisation."""

LOCKED = ("email", "calling_code", "mobile")
"""What a linked user keeps."""

FIELDS = {"cards_add": "cards", "pins_add": "pin", "credentials_remove": ""}
"""Field of a patch -> field of the form."""

BESIDE = "+"
"""In front of a PIN that comes beside the one there is."""


def draft_of(form: Form, face: bytes | None = None) -> ResidentDraft:
    """The new resident in the fields."""
    from backend.domain.enums import ResidentRole
    from backend.domain.residents import ResidentDraft

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
        own_schedule=values["own_schedule"] or None,
        own_relay_ids=tuple(map(int, values["own_relay_ids"])) or None,
        **{name: values[name] for name in (*TEXTS, *ID_ACCESS) if name in values},
    )


def patch_of(form: Form, face: bytes | None = None) -> ResidentPatch:
    """What is to become another; a field that was not touched keeps what there is, a photo too (edge case 14)."""
    from backend.domain.residents import ResidentPatch

    changes = form.changes()
    patch: dict[str, Any] = {name: changes[name] for name in TEXTS if name in changes} | rights_changes(changes)
    if "own_schedule" in changes:
        patch["own_schedule"] = changes["own_schedule"]
    if "own_relay_ids" in changes:
        patch["own_relay_ids"] = tuple(map(int, changes["own_relay_ids"]))
    return ResidentPatch(**patch, face=face)


def rights_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes that concern doors, as fields of a patch: PIN, cards, ID access, groups, floors."""
    patch: dict[str, Any] = {name: changes[name] for name in ID_ACCESS if name in changes}
    if pin := changes.get("pin", "").strip():
        patch |= {"pins_add": (pin[1:].strip(),)} if pin.startswith(BESIDE) else {"pin": pin}
    if "cards" in changes:
        patch["cards_add"] = split_cards(changes["cards"])
    if "group_ids" in changes:
        patch["group_ids"] = tuple(map(int, changes["group_ids"]))
    if "floors" in changes:
        patch["floors"] = split_floors(changes["floors"])
    return patch


def renamed(told: Mapping[str, str]) -> dict[str, str]:
    """Sentences by the fields of a draft or patch as sentences by those of the form."""
    return {FIELDS.get(name, name): sentence for name, sentence in told.items()}


def at_fields(error: SmartPlusError) -> SmartPlusError:
    """An error whose sentences stand at the fields of the form in which codes were typed."""
    if isinstance(error, Invalid):
        return Invalid(renamed(error.fields))
    return Conflict(FIELDS.get(error.field, error.field), str(error)) if isinstance(error, Conflict) else error


def values_of(record: ResidentRecord) -> dict[str, Any]:
    """A record as the form begins with it; codes are never shown, so they are not among it."""
    values: dict[str, Any] = {name: getattr(record, name) for name in TEXTS}
    country = find_country(record.country)
    values["country"] = country.name if country else record.country
    values["group_ids"] = tuple(str(group_id) for group_id, _ in record.groups)
    values["floors"] = "; ".join(record.floors)
    values["own_schedule"] = record.own_schedule
    values["own_relay_ids"] = tuple(str(door_id) for door_id, _ in record.own_doors)
    values["apartment_id"] = f"{record.building} {record.apartment}"
    values["role"] = record.role.value.capitalize()
    return values


def split_cards(text: str) -> tuple[str, ...]:
    """The cards of a field; the service checks them."""
    return tuple(part.strip() for part in text.replace(",", ";").split(";") if part.strip())
