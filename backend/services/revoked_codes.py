"""The rows behind a proof: what each door had to lose, from the agent's books and from what was kept of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from backend.domain.doors import WHOLE, door_words
from backend.domain.enums import CredentialKind, DriftCause, HeldKind
from backend.domain.revocations import RevokedCode
from backend.services.credentials import open_value, shown
from backend.services.drift_rows import detail_place
from backend.services.held import open_body, relays_of_body
from backend.services.texts import KINDS
from backend.store import tables as t
from backend.store.seal import Sealer

Codes = dict[int, set[tuple[str, str, int]]]
"""Device -> kind and value of every code in question, with each relay that it opens, and WHOLE."""


def codes_of(connection: Connection, sealer: Sealer, community_id: int, holder_id: int) -> list[RevokedCode]:
    """Every code that a door had to lose of a person, newest first; values are masked."""
    r, c, d = t.read_back, t.credential, t.device
    rows = connection.execute(
        select(r.c.device_id, r.c.relay, r.c.freed_at.label("taken_at"), r.c.absent_at, c, d.c.name.label("device"))
        .join(c, c.c.id == r.c.credential_id)
        .join(d, d.c.id == r.c.device_id)
        .where(c.c.holder_id == holder_id, c.c.community_id == community_id)
    ).all()
    held = _held(connection, sealer, holder_id) if any(row.absent_at is None for row in rows) else {}
    found = []
    for row in rows:
        value, kind = open_value(sealer, row), CredentialKind(row.kind)
        found.append(
            RevokedCode(
                device_id=row.device_id,
                device=door_words(row.device, row.relay),
                relay=row.relay,
                credential_id=row.id,
                kind=row.kind,
                credential=f"{KINDS[kind][0]} {shown(kind, value)}",
                freed_at=row.taken_at,
                absent_at=row.absent_at,
                holds=row.absent_at is None and (row.kind, value.upper(), row.relay) in held.get(row.device_id, set()),
            )
        )
    return sorted([*found, *_kept(connection, community_id, holder_id)], key=lambda one: one.freed_at, reverse=True)


def carried_by_strangers(connection: Connection, sealer: Sealer, holder_id: int) -> set[int]:
    """The devices where a user of nobody carries a code that was taken away from this person."""
    r, c, d = t.read_back, t.credential, t.drift
    open_rows = connection.execute(
        select(r.c.device_id, r.c.relay, c)
        .join(c, c.c.id == r.c.credential_id)
        .where(c.c.holder_id == holder_id, r.c.absent_at.is_(None))
    ).all()
    taken: Codes = defaultdict(set)
    for row in open_rows:
        taken[row.device_id].add((row.kind, open_value(sealer, row).upper(), row.relay))
    if not taken:
        return set()
    rows = connection.execute(
        select(d.c.device_id, d.c.uuid, d.c.detail_sealed).where(
            d.c.device_id.in_(sorted(taken)),
            d.c.cause == DriftCause.UNKNOWN.value,
            d.c.resolution.in_(("open", "left")),
            d.c.detail_sealed.is_not(None),
        )
    )
    return {
        row.device_id
        for row in rows
        if _in(json.loads(sealer.open_text(detail_place(row.uuid), row.detail_sealed))["theirs"]) & taken[row.device_id]
    }


def _kept(connection: Connection, community_id: int, holder_id: int) -> list[RevokedCode]:
    v = t.revocation
    rows = connection.execute(
        select(v).where(v.c.community_id == community_id, v.c.holder_id == holder_id).order_by(v.c.id)
    )
    return [
        RevokedCode(
            device_id=row.device_id,
            device=door_words(row.device, row.relay),
            relay=row.relay,
            credential_id=row.credential_id,
            kind=row.kind,
            credential=f"{KINDS[CredentialKind(row.kind)][0]} {row.masked}",
            freed_at=row.freed_at,
            absent_at=row.absent_at,
        )
        for row in rows
    ]


def _held(connection: Connection, sealer: Sealer, holder_id: int) -> Codes:
    """What the doors hold of a person for certain, as far as the books know; a write in doubt says nothing."""
    held, body = t.held, t.body
    rows = connection.execute(
        select(held.c.device_id, held.c.mac, body.c.sealed)
        .join(body, body.c.mac == held.c.mac)
        .where(
            held.c.holder_id == holder_id,
            held.c.kind == HeldKind.USER.value,
            held.c.to_at.is_(None),
            held.c.unknown.is_(False),
        )
    )
    found: Codes = defaultdict(set)
    for row in rows:
        found[row.device_id] |= _in(open_body(sealer, row.mac, row.sealed))
    return found


def _in(body: Mapping[str, Any]) -> set[tuple[str, str, int]]:
    codes = {(CredentialKind.CARD.value, str(card).upper()) for card in body["cards"]}
    codes |= {(CredentialKind.PIN.value, str(body["pin"]).upper())} if body["pin"] else set()
    return {(*code, relay) for code in codes for relay in (WHOLE, *relays_of_body(body))}
