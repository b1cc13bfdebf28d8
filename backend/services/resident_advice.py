"""What to know before saving codes and numbers, though nothing of it is forbidden (edge cases 2, 6, 7, 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.codes import RESERVED_FIRST_DIGIT, check_pin, contained_pins, free_pins
from backend.domain.enums import CredentialKind
from backend.domain.errors import Invalid, NotFound
from backend.domain.limits import USUAL_CARDS
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.services.contacts import doubt, mobile_of
from backend.services.credentials import LIVE, TAKEN, credentials_of, open_value
from backend.services.homes import Home
from backend.services.resident_codes import checked_cards
from backend.services.resident_places import Place, place_of
from backend.services.resident_problems import Problems
from backend.store import tables as t
from backend.store.seal import Sealer

FEW_LEFT = 0.2
"""The part of all PINs of a length that is left when it is worth a word."""


def advice_on_draft(connection: Connection, sealer: Sealer, community_id: int, draft: ResidentDraft) -> dict[str, str]:
    """Sentences by field about a draft; what is not understood yet is left out."""
    place = _place(connection, community_id, draft.apartment_id)
    if place is None:
        return {}
    told = {
        "pin": about_pins(connection, sealer, place, [draft.pin], None),
        "cards": about_cards(checked_cards(Problems(), draft.cards, "cards"), 0),
        "mobile": _about_mobile(draft.mobile, draft.calling_code or place.calling_code),
        "role": place.fee(place.members + 1) if place.master else "",
    }
    return {name: sentence for name, sentence in told.items() if sentence}


def advice_on_patch(
    connection: Connection, sealer: Sealer, row: Row[Any], community_id: int, patch: ResidentPatch
) -> dict[str, str]:
    """The same about a patch, and about an old PIN that no PIN could begin as any more (edge case 2)."""
    place = _place(connection, community_id, row.apartment_id)
    if place is None:
        return {}
    live = [(one.kind, open_value(sealer, one)) for one in credentials_of(connection, [row.id])]
    old = any(kind == CredentialKind.PIN.value and text.startswith(RESERVED_FIRST_DIGIT) for kind, text in live)
    cards = sum(kind == CredentialKind.CARD.value for kind, _ in live)
    told = {
        "pin": about_pins(connection, sealer, place, [patch.pin or ""], row.id)
        or (OLD_PIN if old and patch.pin is None else ""),
        "pins_add": about_pins(connection, sealer, place, patch.pins_add, row.id),
        "cards_add": about_cards(checked_cards(Problems(), patch.cards_add, "cards_add"), cards),
        "mobile": _about_mobile(patch.mobile or "", patch.calling_code or row.calling_code),
    }
    return {name: sentence for name, sentence in told.items() if sentence}


OLD_PIN = "This PIN begins with 9, as temporary keys do. It works on; give a new one when you can."


def _place(connection: Connection, community_id: int, apartment_id: int | None) -> Place | None:
    try:
        return place_of(connection, community_id, apartment_id)
    except (Invalid, NotFound):
        return None


def about_pins(connection: Connection, sealer: Sealer, home: Home, typed: Iterable[str], holder_id: int | None) -> str:
    """That a door could take one PIN for another, or that few of their length are left; "" for neither."""
    pins = [pin for text in typed if (pin := _understood(text))]
    if not pins:
        return ""
    others = _pins_of(connection, sealer, home, holder_id)
    if any(contained_pins(pin, others) for pin in pins):
        return "Another PIN holds this one, or this one another: a door may take one for the other."
    taken = _pins_in(connection, sealer, home.scope(CredentialKind.PIN))
    for pin in pins:
        left, usable = free_pins(len(pin), taken), free_pins(len(pin), ())
        if left < usable * FEW_LEFT:
            return f"Only {left} of {usable:,} PINs with {len(pin)} digits are free: take longer ones."
    return ""


def _understood(text: str) -> str:
    try:
        return check_pin(text)
    except Invalid:
        return ""


def _pins_of(connection: Connection, sealer: Sealer, home: Home, holder_id: int | None) -> Sequence[str]:
    """The live PINs of everybody else in the community, whatever their scope: they meet at the same doors."""
    c = t.credential
    query = select(c).where(
        c.c.community_id == home.community_id,
        c.c.kind == CredentialKind.PIN.value,
        c.c.status.in_(LIVE),
        c.c.holder_id != (holder_id or 0),
    )
    return [open_value(sealer, row) for row in connection.execute(query)]


def _pins_in(connection: Connection, sealer: Sealer, scope: str) -> list[str]:
    """The PINs that nobody else in a scope may have."""
    c = t.credential
    query = select(c).where(c.c.scope == scope, c.c.kind == CredentialKind.PIN.value, c.c.status.in_(TAKEN))
    return [open_value(sealer, row) for row in connection.execute(query)]


def about_cards(cards: Sequence[str], there: int) -> str:
    """That a door needs a second record for a person with many cards (edge case 9)."""
    total = len(cards) + there
    if not cards or total <= USUAL_CARDS:
        return ""
    records = -(-total // USUAL_CARDS)
    return f"A door keeps {USUAL_CARDS} cards of a person in a record: {total} cards take {records} of its records."


def _about_mobile(typed: str, calling_code: str) -> str:
    try:
        return doubt(mobile_of(typed, calling_code)) if typed.strip() and calling_code.isdigit() else ""
    except Invalid:
        return ""
