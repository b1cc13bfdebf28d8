"""Somebody as a form imagines them, for the plan beside it: what is not understood yet is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, select

from backend.domain.access.rules import Credential, Holder, Rules
from backend.domain.codes import check_pin, normalise_card
from backend.domain.enums import CredentialKind
from backend.domain.errors import Invalid, NotFound
from backend.domain.floors import check_floors
from backend.domain.names import display_name
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.resident_places import place_of
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.store.seal import Sealer

NOBODY_YET = 0
"""The holder id of a person who is not saved."""

_NEW = 2**62
"""Credential ids that no row has; they follow those that are there."""


def imagine_new(connection: Connection, sealer: Sealer, community_id: int, draft: ResidentDraft) -> tuple[Rules, Rules]:
    """The rules about nobody, and those about the person of the draft."""
    group_ids = draft.group_ids
    if group_ids is None:
        try:
            group_ids = place_of(connection, community_id, draft.apartment_id).default_groups()
        except Invalid:
            group_ids = ()
    name = display_name(draft.first.strip(), (draft.last or "").strip())
    before = load_rules(connection, sealer, community_id, holder_ids=())
    return before, with_new(before, name, group_ids, draft)


def with_new(before: Rules, name: str, group_ids: Iterable[int], draft: ResidentDraft | StaffDraft) -> Rules:
    """The rules with somebody of this name who has these groups and the PIN and cards of the draft."""
    groups = frozenset(group_ids).intersection(before.groups)
    resident = isinstance(draft, ResidentDraft)
    holder = Holder(NOBODY_YET, name, True, groups, resident, _floors(draft.floors, ()))
    shown = _understood(NOBODY_YET, (draft.pin,), draft.cards)
    return replace(before, holders={NOBODY_YET: holder}, credentials={NOBODY_YET: shown})


def imagine_changed(
    connection: Connection, sealer: Sealer, community_id: int, holder_id: int, patch: ResidentPatch | StaffPatch
) -> tuple[Rules, Rules]:
    """The rules about a person as they stand and as the patch would make them; raises NotFound."""
    before = load_rules(connection, sealer, community_id, holder_ids=[holder_id])
    holder = before.holders.get(holder_id)
    if holder is None:
        raise NotFound("There is no such person.")
    groups = holder.groups
    if patch.group_ids is not None:
        groups = frozenset(patch.group_ids).intersection(before.groups) | (groups & {-holder_id})
    first = _understood(holder_id, (patch.pin or "",), ())
    new = _understood(holder_id, (patch.pin or "", *patch.pins_add), patch.cards_add)
    replaced = patch.pin is not None and (not patch.pin.strip() or bool(first))
    kept = [
        one
        for one in before.credentials.get(holder_id, ())
        if one.id not in patch.credentials_remove and not (replaced and one.kind is CredentialKind.PIN)
    ]
    values = {(one.kind, one.value) for one in kept}
    shown = (*kept, *(one for one in new if (one.kind, one.value) not in values))
    floors = holder.floors if patch.floors is None else _floors(patch.floors, holder.floors)
    changed = replace(holder, name=_renamed(connection, holder, patch), groups=groups, floors=floors)
    return before, replace(before, holders={holder_id: changed}, credentials={holder_id: shown})


def _renamed(connection: Connection, holder: Holder, patch: ResidentPatch | StaffPatch) -> str:
    """The name as doors are to hold it; what is no name yet leaves it as it is."""
    if isinstance(patch, StaffPatch):
        return (patch.name or "").strip() or holder.name
    if patch.first is None and patch.last is None:
        return holder.name
    r = t.resident
    row = connection.execute(select(r.c.first, r.c.last).where(r.c.id == holder.id)).one_or_none()
    if row is None:
        return holder.name  # deleted meanwhile, as saving will say
    typed = [old if new is None else new for new, old in ((patch.first, row.first), (patch.last, row.last))]
    return display_name(*(part.strip() for part in typed)) or holder.name


def _floors(typed: Iterable[str], otherwise: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return check_floors(typed)
    except Invalid:
        return otherwise


def _understood(holder_id: int, pins: Iterable[str], cards: Iterable[str]) -> tuple[Credential, ...]:
    checks: list[tuple[CredentialKind, Callable[[str], str], str]] = [
        (CredentialKind.PIN, check_pin, pin) for pin in pins
    ]
    checks += [(CredentialKind.CARD, normalise_card, card) for card in cards]
    found: dict[tuple[CredentialKind, str], None] = {}
    for kind, check, text in checks:
        try:
            found[kind, check(text)] = None
        except Invalid:
            continue
    return tuple(Credential(_NEW + number, holder_id, kind, value) for number, (kind, value) in enumerate(found))
