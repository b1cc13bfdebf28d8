"""Codes as they would be after a change in the Library, for its plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.access.rules import Credential, Rules
from backend.domain.enums import CredentialKind
from backend.services.rules import load_rules
from backend.store.seal import Sealer

_NEW = 2**62
"""A credential id that no row has; it follows those that are there."""


def imagine_replaced(connection: Connection, sealer: Sealer, row: Row[Any], text: str) -> tuple[Rules, Rules]:
    """The rules about the owner as they stand, and with `text` in place of the value in `row`."""
    before = load_rules(connection, sealer, row.community_id, holder_ids=[row.holder_id])
    kept = [one for one in before.credentials.get(row.holder_id, ()) if one.id != row.id]
    new = Credential(_NEW, row.holder_id, CredentialKind(row.kind), text)
    return before, replace(before, credentials={row.holder_id: (*kept, new)})


def imagine_without(connection: Connection, sealer: Sealer, rows: Sequence[Row[Any]]) -> tuple[Rules, Rules]:
    """The rules about the owners as they stand, and without these codes."""
    going = {row.id for row in rows}
    people = {row.holder_id for row in rows}
    before = load_rules(connection, sealer, rows[0].community_id, holder_ids=people)
    after = {holder: tuple(one for one in codes if one.id not in going) for holder, codes in before.credentials.items()}
    return before, replace(before, credentials=after)
