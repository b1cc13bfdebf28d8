"""People who go: what is taken from them, and how it is done.

The holder stays as a tombstone, so that logs and proofs keep their owner; the credentials cool.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from backend.domain.enums import CredentialKind, HolderStatus
from backend.domain.residents import Deletion
from backend.services.credentials import credentials_of, free
from backend.services.holders import devices_by_holder, devices_holding, set_groups
from backend.services.own_rights import set_own_rights
from backend.services.plans import door_plans, without
from backend.services.rules import load_rules
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer
from backend.store.work import Work


def what_goes(
    connection: Connection, sealer: Sealer, community_id: int, people: Sequence[Row[Any]], now: datetime
) -> Deletion:
    """The codes and doors that these people (rows with id and name) would lose."""
    holder_ids = [row.id for row in people]
    kinds = [one.kind for part in chunks(holder_ids) for one in credentials_of(connection, part)]
    reach = [devices_by_holder(connection, holder_ids), devices_holding(connection, holder_ids)]
    doors = set().union(*(devices for found in reach for devices in found.values()))
    rules = load_rules(connection, sealer, community_id, holder_ids=holder_ids)
    return Deletion(
        ids=tuple(holder_ids),
        names=tuple(row.name for row in people),
        accounts=0,
        pins=kinds.count(CredentialKind.PIN.value),
        cards=kinds.count(CredentialKind.CARD.value),
        doors=tuple(sorted((rules.devices[device_id].name for device_id in doors), key=str.casefold)),
        licences=(),
        faces=kinds.count(CredentialKind.FACE.value),
        id_access=kinds.count(CredentialKind.ID_ACCESS.value),
        plans=door_plans(connection, rules, without(rules), now),
    )


def take_all(work: Work, holder_ids: Sequence[int]) -> None:
    """Free the codes of these people and end their groups, own rights and themselves; call it within `reaching`."""
    for part in chunks(holder_ids):
        for one in credentials_of(work.connection, part):
            free(work, one.id)
    for holder_id in holder_ids:
        set_groups(work, holder_id, ())
        set_own_rights(work, holder_id, (), ())
        work.update(
            t.holder,
            holder_id,
            status=HolderStatus.SUSPENDED.value,
            removed_at=work.at,
            apartment_id=None,  # else nobody could delete the apartment any more
        )
