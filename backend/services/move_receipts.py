"""The receipt of a move: who left, what was taken and is proved gone, who came with what (feature RES-16)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from backend.domain.codes import MASK
from backend.domain.enums import CredentialKind, CredentialStatus, MoveState
from backend.domain.errors import Conflict
from backend.domain.formats import Formats, age
from backend.domain.moves import MoveTold
from backend.domain.receipts import Receipt, ReceiptTable
from backend.domain.timewords import describe_moment
from backend.services.communities import community_row
from backend.services.credentials import LIVE
from backend.services.door_states import OVERDUE_AFTER, formats_of
from backend.services.move_rows import open_told
from backend.services.texts import KINDS
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.seal import Sealer


def receipt_of(connection: Connection, sealer: Sealer, row: Row[Any], now: datetime) -> Receipt:
    """The receipt as of `now`; raises Conflict for a move that has not been carried out."""
    if row.state not in (MoveState.DONE.value, MoveState.FAILED.value):
        raise Conflict("", "Nothing has been handed over yet: there is no receipt.")
    told, formats = open_told(sealer, row), formats_of(connection, row.community_id)
    proof = _proof(connection, told, formats, now)
    people = tuple((one.name, one.role) for one in told.left)
    taken = tuple((one.owner, _kind(one.kind), one.masked) for one in told.codes)
    held = tuple((_kind(kind), masked) for kind, masked in told.came_codes)
    tables = (
        ReceiptTable("Who left", ("Name", "Type"), people, "Nobody."),
        ReceiptTable("Codes taken", ("From", "Kind", "Code"), taken, "None."),
        ReceiptTable("Gone from each door", ("Door", "Code", "State"), proof, "Nothing had to leave a door."),
        ReceiptTable("Who came", ("Name", "Doors"), ((told.came, ", ".join(told.came_doors) or "none"),))
        if told.came
        else ReceiptTable("Who came", (), (), "Nobody."),
        ReceiptTable("Codes given", ("Kind", "Code"), held, "None."),
    )
    return Receipt(
        title=f"Handover of {row.place}",
        site=community_row(connection, row.community_id).name,
        facts=tuple(_facts(connection, row, told, formats)),
        tables=tables,
        foot=f"As of {describe_moment(now, formats)}. Codes are masked: {MASK} and their last two characters.",
    )


def _facts(connection: Connection, row: Row[Any], told: MoveTold, formats: Formats) -> list[tuple[str, str]]:
    facts = [
        ("Apartment", row.place),
        ("Carried out", describe_moment(row.ended_at, formats)),
        ("By", row.planned_by),
        ("Operation", str(row.operation_id)),
    ]
    facts += [("Planned", describe_moment(row.planned_at, formats))] if row.at > row.planned_at else []
    facts += [("Licence", f"{told.account}; stays with the apartment")] if told.account else []
    facts += [("Not done", row.problem)] if row.problem else []
    if is_undone(connection, row.operation_id):
        facts.append(("Taken back", "This move was undone afterwards."))
    return facts


def _proof(connection: Connection, told: MoveTold, formats: Formats, now: datetime) -> tuple[tuple[str, ...], ...]:
    """Door by door what is proved, from the rows of today."""
    doors, codes = dict(told.doors), {one.id: one for one in told.codes}
    waiting, status, gone_at = _books(connection, sorted(codes))
    lines = []
    for credential_id, device_id in told.proofs:
        code = codes[credential_id]
        words = f"{_kind(code.kind)} {code.masked} of {code.owner}"
        read = waiting.get((credential_id, device_id))
        if read is not None:
            state = _state(*read, formats, now)
        elif status.get(credential_id) in LIVE:
            state = "valid again"
        else:
            ended = gone_at.get(credential_id)
            state = f"gone, proved by {formats.moment(ended)}" if ended else "gone, proved"
        lines.append((doors.get(device_id, f"device {device_id}"), words, state))
    return tuple(sorted(lines))


def _state(freed_at: datetime, absent_at: datetime | None, formats: Formats, now: datetime) -> str:
    if absent_at is not None:
        return f"gone, read back {formats.moment(absent_at)}"
    if now - freed_at > OVERDUE_AFTER:
        return f"NOT PROVED for {age(now - freed_at)}: this door may still open"
    return "removed, not read back yet"


_Books = tuple[
    dict[tuple[int, int], tuple[datetime, datetime | None]],
    dict[int, str],
    dict[int, datetime],
]


def _books(connection: Connection, credential_ids: list[int]) -> _Books:
    """What waits or is proved by code and device, the state of each code, and when the last door had let go of it."""
    r, c, change = t.read_back, t.credential, t.change
    waiting: dict[tuple[int, int], tuple[datetime, datetime | None]] = {}
    status: dict[int, str] = {}
    gone: dict[int, datetime] = {}
    for part in chunks(credential_ids):
        proofs = select(r).where(r.c.credential_id.in_(part)).order_by(r.c.absent_at.is_(None), r.c.absent_at)
        for row in connection.execute(proofs):  # of several relays of a device the one that is not proved counts
            waiting[row.credential_id, row.device_id] = (row.freed_at, row.absent_at)
        status |= {row.id: row.status for row in connection.execute(select(c.c.id, c.c.status).where(c.c.id.in_(part)))}
        ended = [one for one in part if status.get(one) == CredentialStatus.GONE.value]
        latest = (
            select(change.c.row_id, func.max(change.c.from_at).label("at"))
            .where(change.c.table_name == c.name, change.c.row_id.in_(ended))
            .group_by(change.c.row_id)
        )
        gone |= {row.row_id: row.at for row in connection.execute(latest)}
    return waiting, status, gone


def _kind(kind: CredentialKind) -> str:
    return KINDS[kind][0]
