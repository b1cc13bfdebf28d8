"""Moves as rows: reading them, and what is sealed in them."""

from __future__ import annotations

import base64
import json
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.codes import mask
from backend.domain.enums import CredentialKind, MoveKind, MoveState
from backend.domain.errors import NotFound
from backend.domain.moves import MoveLeft, MoveRecord, MoveTold
from backend.domain.names import display_name
from backend.domain.residents import ResidentDraft
from backend.services.apartment_pages import people_of
from backend.services.apartment_reset import guests_of
from backend.services.credentials import spoken
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.seal import Sealer

_GUESTS = {"visitor": "Temporary key", "booking": "Booking"}


def move_row(connection: Connection, community_id: int, move_id: int) -> Row[Any]:
    """The row of a move; raises NotFound."""
    m = t.move
    found = connection.execute(select(m).where(m.c.id == move_id, m.c.community_id == community_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such move.")
    return found


def planned_of(connection: Connection, apartment_id: int) -> Row[Any] | None:
    """The move that waits for its time in an apartment."""
    m = t.move
    waits = (m.c.apartment_id == apartment_id) & (m.c.state == MoveState.PLANNED.value)
    return connection.execute(select(m).where(waits)).one_or_none()


def leaving_of(connection: Connection, apartment_id: int) -> tuple[MoveLeft, ...]:
    """Everybody who has anything here: the master first, the family, temporary keys and bookings."""
    family = tuple(
        MoveLeft(id=one.id, name=spoken(one.name), role=one.role.capitalize())
        for one in people_of(connection, apartment_id)
    )
    h, ids = t.holder, guests_of(connection, apartment_id)
    rows = connection.execute(select(h.c.id, h.c.name, h.c.kind).where(h.c.id.in_(ids)).order_by(h.c.id))
    return (*family, *(MoveLeft(id=row.id, name=row.name, role=_GUESTS[row.kind]) for row in rows))


def seal_incoming(sealer: Sealer, uuid: str, draft: ResidentDraft) -> bytes:
    """Who comes, sealed: it holds a PIN and cards."""
    plain = draft.model_dump(exclude_defaults=True)
    if draft.face is not None:
        plain["face"] = base64.b64encode(draft.face).decode()
    return sealer.seal_text(f"move.incoming:{uuid}", json.dumps(plain))


def open_incoming(sealer: Sealer, row: Row[Any]) -> ResidentDraft | None:
    """Who comes with a move that waits; None where nobody does, or it has been carried out."""
    if row.incoming_sealed is None:
        return None
    plain = json.loads(sealer.open_text(f"move.incoming:{row.uuid}", row.incoming_sealed))
    if "face" in plain:
        plain["face"] = base64.b64decode(plain["face"])
    return ResidentDraft(**plain)


def seal_told(sealer: Sealer, uuid: str, told: MoveTold) -> bytes:
    """What a receipt is made of, sealed: it names codes."""
    return sealer.seal_text(f"move.told:{uuid}", told.model_dump_json())


def open_told(sealer: Sealer, row: Row[Any]) -> MoveTold:
    """What a receipt of a move is made of; nothing before it was carried out."""
    if row.told_sealed is None:
        return MoveTold()
    return MoveTold.model_validate_json(sealer.open_text(f"move.told:{row.uuid}", row.told_sealed))


def name_of(draft: ResidentDraft | None) -> str:
    """Who comes, as it is said; "" for nobody."""
    return "" if draft is None else spoken(display_name(draft.first.strip(), (draft.last or "").strip()))


def move_record(connection: Connection, sealer: Sealer, row: Row[Any]) -> MoveRecord:
    """A move as it may be shown."""
    waits = row.state == MoveState.PLANNED.value
    draft = open_incoming(sealer, row)
    told = open_told(sealer, row)
    left = told.left or (leaving_of(connection, row.apartment_id) if waits and row.kind != MoveKind.IN.value else ())
    codes = [] if draft is None else [*([(CredentialKind.PIN, draft.pin)] if draft.pin else [])]
    codes += [] if draft is None else [(CredentialKind.CARD, card) for card in draft.cards]
    return MoveRecord(
        id=row.id,
        version=row.row_version,
        apartment_id=row.apartment_id,
        place=row.place,
        kind=MoveKind(row.kind),
        state=MoveState(row.state),
        at=row.at,
        leaves=tuple(one.name for one in left),
        comes=row.comes,
        planned_by=row.planned_by,
        planned_at=row.planned_at,
        ended_at=row.ended_at,
        operation=row.operation_id,
        taken_back=row.operation_id is not None and is_undone(connection, row.operation_id),
        problem=row.problem,
        first="" if draft is None else draft.first,
        last=(draft.last or "") if draft is not None else "",
        email="" if draft is None else draft.email,
        codes=tuple((kind, mask(value.strip())) for kind, value in codes),
    )
