"""The mail that takes a temporary key to its visitor, and what becomes of it (feature VIS-02; edge case 23)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.enums import OutgoingKind, OutgoingState, Repeat
from backend.domain.formats import Formats
from backend.domain.outgoing import OutgoingRecord
from backend.domain.schedule_line import describe_schedule
from backend.domain.temp_key_times import KeyTime
from backend.domain.temp_keys import reads_qr
from backend.domain.visitor_letters import KeyFacts, key_letter
from backend.services.communities import community_row
from backend.services.door_states import formats_of
from backend.services.outbox import post_mail, withdraw
from backend.services.temp_key_rows import key_row, key_time, phones_of
from backend.store import tables as t
from backend.store.work import Work

PURPOSE = "Temporary key"
PICTURE = "key.png"
_UNSENT = (OutgoingState.QUEUED.value, OutgoingState.FAILED.value, OutgoingState.WAITING.value)


def post_key(work: Work, key_id: int, digits: str, *, changed: bool = False) -> None:
    """Mail a key to its visitor in this unit of work; nothing for one without an address.

    A mail before it that has not left says what is no longer so, and stays.
    """
    row = key_row(work.connection, work.context.community_id, key_id)
    if not row.email:
        return
    recall_mail(work, key_id, "A newer mail with this key took its place.")
    time = key_time(work.connection, key_id)
    community = community_row(work.connection, work.context.community_id)
    facts = KeyFacts(
        name=row.name,
        community=community.name,
        place=f"{row.building} {row.number}" if row.number else "",
        when=hours_text(time, formats_of(work.connection, work.context.community_id)),
        each_count=row.each_count,
        doors=[(_named(phone), reads_qr(phone.model)) for phone in phones_of(work.connection, key_id)],
        digits=digits,
    )
    letter = key_letter(facts, changed=changed)
    post_mail(
        work,
        purpose=PURPOSE,
        key=f"temp_key:{work.context.request_id}:{key_id}",
        to=row.email,
        subject=letter.subject,
        text=letter.text,
        holder_id=key_id,
        codes=((PICTURE, digits),),
        useful_until=time.ends,
    )


def recall_mail(work: Work, key_id: int, why: str) -> None:
    """Take back what has not left yet of a key's mails; what a server said of them is kept."""
    o = t.outgoing
    rows = work.connection.execute(
        select(o.c.id, o.c.answer).where(o.c.holder_id == key_id, o.c.state.in_(_UNSENT))
    ).all()
    for row in rows:
        withdraw(work, o.c.id == row.id, f"{row.answer} {why}".strip())


def mails_of(connection: Connection, key_id: int) -> tuple[OutgoingRecord, ...]:
    """The mails of a key, oldest first."""
    o = t.outgoing
    rows = connection.execute(select(o).where(o.c.holder_id == key_id).order_by(o.c.id))
    return tuple(_record(row) for row in rows)


def hours_text(time: KeyTime, formats: Formats) -> str:
    """When a key holds, in words: "2026-11-22 09:00 to 2026-11-24 16:00", "Every day, 22:00 to 06:00, until ..."."""
    begins = formats.moment(time.begins) if time.begins else ""
    ends = formats.moment(time.ends) if time.ends else ""
    if time.repeat is Repeat.NEVER:
        return f"{begins} to {ends}"
    hours = describe_schedule((time.window(),), formats)
    return hours + (f", from {begins}" if begins else "") + (f", until {ends}" if ends else "")


def _named(phone: Any) -> str:
    doors = ", ".join(phone.doors)
    return f"{phone.name}: {doors}" if doors != phone.name else doors


def _record(row: Row[Any]) -> OutgoingRecord:
    return OutgoingRecord(
        id=row.id,
        kind=OutgoingKind(row.kind),
        purpose=row.purpose,
        address=row.address,
        about="",
        state=OutgoingState(row.state),
        attempt=row.attempt,
        answer=row.answer,
        made_at=row.made_at,
        not_before=row.not_before,
        useful_until=row.useful_until,
        ended_at=row.ended_at,
    )
