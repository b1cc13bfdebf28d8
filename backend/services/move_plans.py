"""A move as a form imagines it: what each door loses and receives, and what stays (features RES-16, SYNC-02)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.access.rules import Rules
from backend.domain.enums import AccountStatus
from backend.domain.moves import MoveDraft
from backend.services.apartment_pages import apartment_row, people_of
from backend.services.apartment_reset import reset_of
from backend.services.move_acts import leaving_ids
from backend.services.plans import without
from backend.services.resident_plans import imagine_new
from backend.services.rules import load_rules
from backend.store.seal import Sealer

_KEPT_BY_A_MOVE = ("lines of door logs", "family members", "e-mail, phones, country")
"""What a reset counts and a move tells otherwise: logs stay, people and their accounts go whole."""
_STAY = ("Free members", "Calls", "Settings")


def imagine_move(connection: Connection, sealer: Sealer, community_id: int, draft: MoveDraft) -> tuple[Rules, Rules]:
    """The rules about those who leave, and about who comes in their place; raises NotFound."""
    apartment_row(connection, community_id, draft.apartment_id)
    ids = leaving_ids(connection, draft.apartment_id) if draft.out else []
    before = load_rules(connection, sealer, community_id, holder_ids=ids)
    after = without(before)
    if draft.newcomer is None:
        return before, after
    _, new = imagine_new(connection, sealer, community_id, draft.newcomer)
    return before, replace(
        after,
        holders={**after.holders, **new.holders},
        credentials={**after.credentials, **new.credentials},
    )


def goes_of(connection: Connection, community_id: int, apartment: Row[Any]) -> tuple[tuple[str, int], ...]:
    """What goes with a family, in words and counts."""
    found = reset_of(connection, community_id, apartment)
    people = len(people_of(connection, apartment.id))
    counted = [(words, count) for words, count in found.goes if words not in _KEPT_BY_A_MOVE]
    return (("people, with their logins", people), *counted)


def stays_of(connection: Connection, community_id: int, apartment: Row[Any]) -> tuple[tuple[str, str], ...]:
    """What the next family finds: the licence, the settings; and what is never taken back from a log."""
    found = dict(reset_of(connection, community_id, apartment).stays)
    account = found.get("Account")
    if account is None and apartment.licence is not None:
        until = f", until {apartment.licence_until.date().isoformat()}" if apartment.licence_until else ""
        account = f"{AccountStatus(apartment.licence).value.capitalize()}{until}"
    licence = [("Licence", f"{account}: stays with the apartment")] if account else []
    return (*licence, *((words, found[words]) for words in _STAY), ("Logs", "door logs and operation log, with names"))
