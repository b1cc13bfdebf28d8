"""The Outbox as the agent keeps it: claim, mark what may have arrived, note the end. Every step survives a kill."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from backend.domain.context import Context
from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Unreachable
from backend.domain.outgoing import TRIES
from backend.outbox.outcome import End, Outcome
from backend.services.outbox import Content, can_send, open_content
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=2), timedelta(hours=24))
"""Until the second, third, fourth and fifth try of a text."""
SERVER_PAUSE = timedelta(minutes=1)
"""For which nothing else of this kind is tried after the server itself failed."""
ABANDONED = "The agent ended while this was handed over. It may have arrived."
TOO_LATE = "It could not be sent while it was of use."

_DUE = (OutgoingState.QUEUED, OutgoingState.FAILED)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that is ours to send, with its content open."""

    id: int
    kind: OutgoingKind
    attempt: int
    address: str
    made_at: datetime
    message_id: str
    content: Content = field(repr=False)


def abandon(store: Store, context: Context, kind: OutgoingKind) -> None:
    """What an agent left half done: it ends unknown if it may have gone out, else that try does not count.

    Texts of a kind leave one after another, so that before a try none of them can be under way.
    """
    o = t.outgoing
    under_way = and_(o.c.kind == kind, o.c.state == OutgoingState.SENDING)
    with store.read() as connection:
        if connection.execute(select(o.c.id).where(under_way).limit(1)).first() is None:
            return
    with store.books(context) as work:
        _set(work, and_(under_way, o.c.data_at.is_not(None)), state=OutgoingState.UNKNOWN, answer=ABANDONED,
             ended_at=work.at)  # fmt: skip
        _set(work, under_way, state=OutgoingState.QUEUED, attempt=o.c.attempt - 1)


def claim(store: Store, context: Context, kind: OutgoingKind) -> Claimed | None:
    """Take the oldest text of a kind that is due; None where none is.

    What is of no use any more is withdrawn; without a server everything due waits for a person.
    """
    o = t.outgoing
    with store.read() as connection:
        now = store.clock()
        due = and_(o.c.kind == kind, o.c.state.in_(_DUE))
        ripe = and_(due, or_(o.c.not_before.is_(None), o.c.not_before <= now))
        over = and_(due, o.c.useful_until <= now)
        if connection.execute(select(o.c.id).where(or_(ripe, over)).limit(1)).first() is None:
            return None
    with store.books(context) as work:
        _set(work, over, state=OutgoingState.WITHDRAWN, answer=TOO_LATE, ended_at=work.at)
        if not can_send(work.connection, kind):
            _set(work, due, state=OutgoingState.WAITING, not_before=None)
            return None
        row = work.connection.execute(select(o).where(ripe).order_by(o.c.id).limit(1)).first()
        if row is None:
            return None
        try:
            content = open_content(store.sealer, row.uuid, row.content_sealed)
        except Unreachable as error:
            _set(work, o.c.id == row.id, state=OutgoingState.DEAD, answer=str(error), ended_at=work.at)
            return None
        attempt = row.attempt + 1
        _set(work, o.c.id == row.id, state=OutgoingState.SENDING, attempt=attempt, claimed_at=work.at, data_at=None)
    return Claimed(
        id=row.id,
        kind=kind,
        attempt=attempt,
        address=row.address,
        made_at=row.made_at,
        message_id=store.sealer.index("message-id", row.idempotency_key).hex()[:32],
        content=content,
    )


def going_out(store: Store, context: Context, claimed: Claimed) -> None:
    """Note, before it happens, that the text goes out: whoever finds this row after a crash cannot know its end."""
    with store.books(context) as work:
        _set(work, t.outgoing.c.id == claimed.id, data_at=work.at)


def end(store: Store, context: Context, claimed: Claimed, outcome: Outcome) -> None:
    """Note how a try ended."""
    o = t.outgoing
    with store.books(context) as work:
        values = _after(claimed, outcome, work.at)
        _set(work, and_(o.c.id == claimed.id, o.c.state == OutgoingState.SENDING), answer=outcome.answer, **values)
        if outcome.server_down:
            until = work.at + SERVER_PAUSE
            others = and_(o.c.kind == claimed.kind, o.c.state.in_(_DUE), o.c.id != claimed.id)
            _set(work, and_(others, or_(o.c.not_before.is_(None), o.c.not_before < until)), not_before=until)


def _after(claimed: Claimed, outcome: Outcome, now: datetime) -> dict[str, Any]:
    if outcome.end is End.ACCEPTED:
        return {"state": OutgoingState.SENT, "ended_at": now}
    if outcome.end is End.UNKNOWN:
        return {"state": OutgoingState.UNKNOWN, "ended_at": now}
    if outcome.end is End.REFUSED or claimed.attempt >= TRIES:
        return {"state": OutgoingState.DEAD, "ended_at": now}
    return {"state": OutgoingState.FAILED, "not_before": now + PAUSES[claimed.attempt - 1]}


def _set(work: Work, which: ColumnElement[bool], **values: Any) -> None:
    if work.connection.execute(update(t.outgoing).where(which).values(**values)).rowcount:
        work.touch("outbox")
