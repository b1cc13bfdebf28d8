"""Carrying out a move: a family leaves, the next one comes, in one operation (feature RES-16; rules 4.2; edge case 36).

Slices commit one after the other. What is left to do is read from the rows each time, and the row of the move says when
it is over, so that any process goes on where another was killed, and none does a thing twice.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from backend.domain.context import Context, agent_context
from backend.domain.enums import AccountStatus, CredentialKind, MoveKind, MoveState, ResidentRole
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.moves import MoveCode, MoveTold
from backend.domain.residents import ResidentDraft
from backend.services import late_libraries, slices
from backend.services.apartment_pages import apartment_row, people_of
from backend.services.apartment_reset import guests_of, others, remove_others
from backend.services.credentials import credentials_of, open_value, shown, spoken
from backend.services.holders import devices_by_holder, reaching
from backend.services.move_letters import tell_planner
from backend.services.move_rows import leaving_of, move_row, open_incoming, open_told, seal_told
from backend.services.outbox import withdraw
from backend.services.resident_drafts import check_draft, insert_holder, insert_resident
from backend.services.resident_rows import family_of
from backend.services.undone import is_undone
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.store import Store
from backend.store.work import Work

ACT = "apartment.move"
REASON = "moved"
_TOPICS = ("residents", "apartments", "buildings", "groups", "outbox")
_MAY_LACK = ("pin", "cards", "email", "run", "serial")
"""What somebody can move in without, where it was given to somebody else since the move was planned."""


class _Overtaken(Exception):
    """Another process has carried the move out, or somebody has cancelled it."""


def permit(work: Work) -> None:
    """Ask for what a move needs: it empties an apartment, and it adds a resident."""
    work.require("apartment.reset")
    work.require("resident.write")


def moves_due(store: Store) -> list[tuple[Context, int]]:
    """The moves whose time has come or that were broken off, the oldest first, each with the agent in its community."""
    m = t.move
    due = select(m.c.community_id, m.c.id).where(m.c.state == MoveState.PLANNED.value, m.c.at <= store.clock())
    with store.read() as connection:
        rows = connection.execute(due.order_by(m.c.at, m.c.id)).all()
    return [(agent_context(row.community_id), row.id) for row in rows]


def carry_out(store: Store, context: Context, move_id: int) -> None:
    """Carry out a move that is due, or go on with one that was broken off; nothing where that is done already."""
    with store.read() as connection:
        row = move_row(connection, context.community_id, move_id)
    operation_id = row.operation_id
    if operation_id is None:
        operation_id = _first_slice(store, replace(context, request_id=f"move:{row.uuid}"), move_id)
    if operation_id is not None:
        go_on(store, context, move_id, operation_id)


def _first_slice(store: Store, context: Context, move_id: int) -> int | None:
    """Begin a planned move; answers its operation, None where somebody was faster."""
    late_libraries.load()
    try:
        with store.write(context, ACT) as work:
            permit(work)
            if work.replayed is not None:
                raise _Overtaken
            row = move_row(work.connection, context.community_id, move_id)
            if row.state != MoveState.PLANNED.value or row.operation_id is not None or row.at > work.at:
                raise _Overtaken
            begin(work, row)
            step(work, move_id)
            return work.open_operation()
    except _Overtaken:
        return None


def go_on(store: Store, context: Context, move_id: int, operation_id: int) -> dict[int, int]:
    """Do what is left of a move that has begun; answers the doors concerned with their generations."""
    late_libraries.load()
    doors: dict[int, int] = {}
    while True:
        with store.read() as connection:
            if move_row(connection, context.community_id, move_id).state != MoveState.PLANNED.value:
                return doors
        with store.write(context, ACT, operation_id=operation_id) as work:
            permit(work)
            step(work, move_id)
            sync = t.device_sync
            rows = work.connection.execute(select(sync.c.id, sync.c.gen).where(sync.c.id.in_(sorted(work.dirtied))))
            doors |= {row.id: row.gen for row in rows}


def begin(work: Work, row: Row[Any]) -> None:
    """Write down who leaves and what they have, keep the licence, stop their letters; nobody has gone yet."""
    community_id = work.context.community_id
    refused = _refused(work.connection, community_id, row)
    by = f" (planned by {row.planned_by})" if row.at > row.planned_at else ""
    if refused:
        work.tell(f"Could not move{by}", "apartment", row.apartment_id, row.place, undoable=False)
        _set(work, row.id, operation_id=work.open_operation())
        _end(work, row, MoveTold(), refused)
        return
    told = MoveTold()
    if row.kind != MoveKind.IN.value:
        told = _leave(work, row)
    words = {MoveKind.OUT.value: "Moved out", MoveKind.IN.value: "Moved in", MoveKind.BOTH.value: "Moved out and in"}
    work.tell(f"{words[row.kind]}{by}", "apartment", row.apartment_id, row.place)
    sealed = seal_told(work.sealer, row.uuid, told)
    _set(work, row.id, operation_id=work.open_operation(), told_sealed=sealed)


def _refused(connection: Connection, community_id: int, row: Row[Any]) -> str:
    """Why nothing of a planned move may be done any more, "" where it may."""
    try:
        apartment_row(connection, community_id, row.apartment_id)
    except NotFound:
        return "The apartment does not exist any more."
    master = _master(connection, row.apartment_id)
    if master is None or (row.kind != MoveKind.IN.value and master.id == row.master_id):
        return ""
    since = "since this was planned" if row.at > row.planned_at else "already"
    return f"{spoken(master.name)} lives there {since}: nobody was moved."


def _leave(work: Work, row: Row[Any]) -> MoveTold:
    """What is taken from whom; the licence of the master stays with the apartment."""
    left = leaving_of(work.connection, row.apartment_id)
    ids = [one.id for one in left]
    names = {one.id: one.name for one in left}
    withdraw(work, t.outgoing.c.holder_id.in_(ids), "The family moved out.")
    codes = []
    for part in chunks(ids):
        for one in credentials_of(work.connection, part):
            kind = CredentialKind(one.kind)
            masked = shown(kind, open_value(work.sealer, one))
            codes.append(MoveCode(id=one.id, owner=names[one.holder_id], kind=kind, masked=masked))
    account = ""
    if (master := _master(work.connection, row.apartment_id)) is not None:
        kept = {"licence": master.account_status, "licence_until": master.expires_at}
        work.update(t.apartment, row.apartment_id, **kept)
        until = f", until {master.expires_at.date().isoformat()}" if master.expires_at else ""
        account = f"{AccountStatus(master.account_status).value.capitalize()}{until}"
    return MoveTold(left=left, codes=tuple(codes), account=account)


def step(work: Work, move_id: int, *, strict: bool = False) -> bool:
    """One slice: people leave while there is time, after the last one the next family comes; answers whether it is all.

    `strict` raises Conflict and Invalid of who comes, where nothing is committed yet; else what cannot be done is left
    out and told.
    """
    row = move_row(work.connection, work.context.community_id, move_id)
    if row.state != MoveState.PLANNED.value:
        return True
    if is_undone(work.connection, row.operation_id):
        _set(work, row.id, state=MoveState.CANCELLED.value, ended_at=work.at, incoming_sealed=None)
        return True
    if row.kind != MoveKind.IN.value:
        began = time.perf_counter()
        queue = _everybody(work.connection, row.apartment_id)
        left = bool(queue)
        remove_others(work, queue, REASON)
        if queue or (left and time.perf_counter() - began > slices.LOCK_FOR):
            return False
    told, problem = _come(work, row, strict=strict)
    _end(work, row, _with_proofs(work.connection, told), problem)
    return True


def _everybody(connection: Connection, apartment_id: int) -> deque[Row[Any] | int]:
    """Who is still here: members and guests, the master last, so that no family is ever without one."""
    family = family_of(connection, [apartment_id])
    return deque([*others(connection, apartment_id), *(one for one in family if one.role == ResidentRole.MASTER.value)])


def _come(work: Work, row: Row[Any], *, strict: bool) -> tuple[MoveTold, str]:
    """The next family moves in; answers what a receipt tells and what could not be done."""
    told = open_told(work.sealer, row)
    draft = open_incoming(work.sealer, row)
    if draft is None:
        return told, ""
    problems: dict[str, str] = {}
    try:
        new = check_draft(work.connection, work.sealer, work.context.community_id, draft)
    except (Conflict, Invalid) as error:
        if strict:
            raise
        problems = _sentences(error)
        try:
            lacking = _without(draft, problems)
            new = check_draft(work.connection, work.sealer, work.context.community_id, lacking)
        except (Conflict, Invalid) as again:
            return told, f"Nobody moved in. {' '.join({**problems, **_sentences(again)}.values())}"
    holder_id = insert_holder(work, new)
    with reaching(work, [holder_id], REASON):
        insert_resident(work, holder_id, new)
    codes = tuple(
        (kind, shown(kind, open_value(work.sealer, one)))
        for one in credentials_of(work.connection, [holder_id])
        for kind in [CredentialKind(one.kind)]
    )
    doors = _names(work.connection, devices_by_holder(work.connection, [holder_id]).get(holder_id, set()))
    came = {"came_id": holder_id, "came": spoken(new.name), "came_codes": codes, "came_doors": tuple(doors.values())}
    lacks = f"{spoken(new.name)} moved in without: {' '.join(problems.values())}" if problems else ""
    return told.model_copy(update=came), lacks


def _sentences(error: Conflict | Invalid) -> dict[str, str]:
    return {error.field: str(error)} if isinstance(error, Conflict) else dict(error.fields)


def _without(draft: ResidentDraft, problems: dict[str, str]) -> ResidentDraft:
    """The draft without what was wrong with it, as far as somebody can move in without it."""
    empty = ResidentDraft()
    wrong = problems.keys() & set(_MAY_LACK)
    wrong |= {"run", "serial"} if wrong & {"run", "serial"} else set()
    return draft.model_copy(update={name: getattr(empty, name) for name in wrong})


def _with_proofs(connection: Connection, told: MoveTold) -> MoveTold:
    """What every door has to prove, from the rows that wait for it."""
    r = t.read_back
    pairs: list[tuple[int, int]] = []
    for part in chunks([one.id for one in told.codes]):
        rows = connection.execute(select(r.c.credential_id, r.c.device_id).where(r.c.credential_id.in_(part)))
        pairs += [(row.credential_id, row.device_id) for row in rows]
    doors = _names(connection, {device_id for _, device_id in pairs})
    return told.model_copy(update={"proofs": tuple(sorted(pairs)), "doors": tuple(doors.items())})


def _end(work: Work, row: Row[Any], told: MoveTold, problem: str) -> None:
    """The move is over; who planned it ahead hears of what could not be done."""
    state = MoveState.FAILED if problem else MoveState.DONE
    _set(
        work,
        row.id,
        state=state.value,
        problem=problem,
        ended_at=work.at,
        incoming_sealed=None,
        told_sealed=seal_told(work.sealer, row.uuid, told),
        row_version=row.row_version + 1,
    )
    if problem and row.at > row.planned_at:
        tell_planner(work, row, problem, moved_out=bool(told.left))
    work.touch(*_TOPICS)


def _set(work: Work, move_id: int, **values: Any) -> None:
    work.connection.execute(update(t.move).where(t.move.c.id == move_id).values(**values))


def _master(connection: Connection, apartment_id: int) -> Row[Any] | None:
    people = people_of(connection, apartment_id)
    return next((one for one in people if one.role == ResidentRole.MASTER.value), None)


def _names(connection: Connection, device_ids: set[int]) -> dict[int, str]:
    d = t.device
    rows = connection.execute(select(d.c.id, d.c.name).where(d.c.id.in_(sorted(device_ids))).order_by(d.c.name_fold))
    return {row.id: row.name for row in rows}


def master_id_of(connection: Connection, apartment_id: int) -> int | None:
    """The master who lives in an apartment now."""
    master = _master(connection, apartment_id)
    return None if master is None else int(master.id)


def leaving_ids(connection: Connection, apartment_id: int) -> list[int]:
    """The ids of everybody who would leave: family, temporary keys, bookings."""
    return [*(one.id for one in people_of(connection, apartment_id)), *guests_of(connection, apartment_id)]
