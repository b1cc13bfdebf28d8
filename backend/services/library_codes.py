"""What the Library reads of codes: whose a value is, one code whole, what taking away does, which PINs are free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.access.results import DoorPlan
from backend.domain.codes import free_pins, mask
from backend.domain.context import Context
from backend.domain.enums import CredentialKind, HolderKind
from backend.domain.errors import Conflict, NotFound
from backend.domain.library import FreePins, LibraryRecord, Taking
from backend.services.credentials import LIVE, TAKEN, open_value, spoken
from backend.services.holders import devices_by_holder, devices_holding, groups_of
from backend.services.library_list import LOOK_UP, code_rows, codes_meant, facts_of
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer

WORDS = {CredentialKind.PIN: "PIN", CredentialKind.CARD: "card"}


def credential_of(connection: Connection, sealer: Sealer, context: Context, kind: CredentialKind, typed: str) -> int:
    texts = codes_meant(kind, typed, LOOK_UP[kind])
    c = t.credential
    ids = connection.execute(
        select(c.c.id).where(
            c.c.community_id == context.community_id,
            c.c.kind == kind.value,
            c.c.status.in_(LIVE),
            c.c.value_index.in_([sealer.index(kind.value, text) for text in texts]),
        )
    ).scalars()
    rows = code_rows(connection, context.community_id, ids)
    if not rows:
        raise NotFound(f"Nobody has this {WORDS[kind]}.")
    if len(rows) > 1:
        people = ", ".join(f"{spoken(row.name)} (id:{row.id})" for row in rows[:6])
        raise Conflict(LOOK_UP[kind], f"Several people have this {WORDS[kind]}: {people}.")
    return int(rows[0].id)


def library_record(connection: Connection, sealer: Sealer, row: Row[Any]) -> LibraryRecord:
    facts = facts_of(connection, sealer, [row.id])[row.id]
    holding = devices_holding(connection, [row.holder_id])[row.holder_id]
    return LibraryRecord(
        id=row.id,
        kind=CredentialKind(row.kind),
        status=row.status,
        origin=row.origin,
        version=row.row_version,
        holder_id=row.holder_id,
        owner=HolderKind(row.owner),
        identity=row.identity,
        name=row.name,
        building=row.building,
        apartment=row.number,
        doors=_names(connection, holding),
        **{**facts, "groups": tuple(name for _, name in groups_of(connection, row.holder_id))},
    )


def _names(connection: Connection, device_ids: Iterable[int]) -> tuple[str, ...]:
    d = t.device
    found = [
        str(name)
        for part in chunks(sorted(set(device_ids)))
        for name in connection.execute(select(d.c.name).where(d.c.id.in_(part))).scalars()
    ]
    return tuple(sorted(found, key=str.casefold))


def taking_of(connection: Connection, sealer: Sealer, rows: Sequence[Row[Any]], plans: tuple[DoorPlan, ...]) -> Taking:
    people = {row.holder_id for row in rows}
    reach = [devices_by_holder(connection, people), devices_holding(connection, people)]
    doors = set().union(*(devices for found in reach for devices in found.values()))
    kinds = [row.kind for row in rows]
    return Taking(
        ids=tuple(row.id for row in rows),
        codes=tuple(f"{word_of(row)} {mask(open_value(sealer, row))} of {title_of(row)}" for row in rows),
        pins=kinds.count(CredentialKind.PIN.value),
        cards=kinds.count(CredentialKind.CARD.value),
        doors=_names(connection, doors),
        plans=plans,
    )


def pins_of(
    connection: Connection, sealer: Sealer, context: Context, states: Iterable[str]
) -> list[tuple[Row[Any], str]]:
    """Every PIN of the community in these states with its value, whoever has it: they meet at the same doors."""
    c = t.credential
    rows = connection.execute(
        select(c).where(
            c.c.community_id == context.community_id,
            c.c.kind == CredentialKind.PIN.value,
            c.c.status.in_(tuple(states)),
        )
    )
    return [(row, open_value(sealer, row)) for row in rows]


def free_of(
    connection: Connection, sealer: Sealer, context: Context, lengths: Sequence[int] | None
) -> tuple[FreePins, ...]:
    """What is free of these lengths, or of those that people's PINs have; what cools is not free."""
    pins = [text for _, text in pins_of(connection, sealer, context, TAKEN) if not text.startswith("9")]
    wanted = sorted({len(pin) for pin in pins}) if lengths is None else lengths
    return tuple(FreePins(length=n, free=free_pins(n, pins), usable=free_pins(n, ())) for n in wanted)


def title_of(row: Row[Any]) -> str:
    """How an operation names the owner: with the apartment, as there are twins."""
    return f"{row.name} · {row.building} {row.number}" if row.number else str(row.name)


def word_of(row: Row[Any]) -> str:
    return WORDS[CredentialKind(row.kind)]
