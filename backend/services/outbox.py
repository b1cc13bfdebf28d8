"""What the site owes the world: mail and text messages, written down in somebody else's unit of work (feature AGT-07).

A text is sealed at rest: it may hold a password, a PIN or a code. Only its address and what it is about stand open.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from backend.domain.context import new_id
from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Invalid
from backend.services.qr import qr_png
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work

MOST_PICTURE_BYTES = 2_000_000
"""Pictures of one mail together; many servers refuse mails over 10 MB, and a QR code has a few kB."""

NEEDS = {OutgoingKind.MAIL: "mail.host", OutgoingKind.SMS: "sms.url"}
"""Kind -> the setting without which nothing of it can leave."""


@dataclass(frozen=True, slots=True)
class Content:
    """The sealed part of a text: subject (mails only), plain text, pictures (name, PNG bytes), codes (name, text).

    A code becomes its QR picture when it is looked at or leaves: drawing takes longer than the transaction that writes
    it down.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    pictures: tuple[tuple[str, bytes], ...] = field(repr=False, default=())
    codes: tuple[tuple[str, str], ...] = field(repr=False, default=())

    def drawn(self) -> tuple[tuple[str, bytes], ...]:
        """All its pictures, those of the codes made now."""
        return (*self.pictures, *((name, qr_png(text)) for name, text in self.codes))


def post_mail(
    work: Work,
    *,
    purpose: str,
    key: str,
    to: str,
    subject: str,
    text: str,
    holder_id: int | None = None,
    manager_id: int | None = None,
    pictures: Sequence[tuple[str, bytes]] = (),
    codes: Sequence[tuple[str, str]] = (),
    useful_until: datetime | None = None,
) -> int:
    """Write a mail down for sending and answer its id; it leaves after the commit, once.

    `purpose` says in words what it is ("Login information"); it and `to` are shown. `key` makes it one: a second call
    with the same key answers the same row and changes nothing. `pictures` are (name, PNG bytes), attached, `codes`
    (name, text), attached as QR codes. It is about a holder or a manager. After `useful_until` it is not sent any more.
    Raises Invalid (email, pictures).
    """
    content = Content(
        " ".join(subject.split()), text, tuple((name, bytes(png)) for name, png in pictures), tuple(codes)
    )
    if sum(len(png) for _, png in content.pictures) > MOST_PICTURE_BYTES:
        raise Invalid({"pictures": f"The pictures of one mail have {MOST_PICTURE_BYTES // 1_000_000} MB at most."})
    if to.count("@") != 1 or any(letter.isspace() or not letter.isprintable() for letter in to):
        raise Invalid({"email": "This is not an e-mail address."})
    about = {"holder_id": holder_id, "manager_id": manager_id, "useful_until": useful_until}
    return _post(work, OutgoingKind.MAIL, key, content, {"purpose": purpose, "address": to, **about})


def post_sms(
    work: Work,
    *,
    purpose: str,
    key: str,
    to: str,
    text: str,
    holder_id: int | None = None,
    manager_id: int | None = None,
    useful_until: datetime | None = None,
) -> int:
    """As `post_mail` for a text message to the number `to` ("+" and digits). Raises Invalid (mobile)."""
    digits = to.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid({"mobile": "A mobile number is + and digits."})
    about = {"holder_id": holder_id, "manager_id": manager_id, "useful_until": useful_until}
    return _post(work, OutgoingKind.SMS, key, Content("", text), {"purpose": purpose, "address": to, **about})


def _post(work: Work, kind: OutgoingKind, key: str, content: Content, values: dict[str, Any]) -> int:
    o = t.outgoing
    there = work.connection.execute(select(o.c.id).where(o.c.idempotency_key == key)).scalar()
    if there is not None:
        return int(there)
    uuid = new_id()
    state = OutgoingState.QUEUED if can_send(work.connection, kind) else OutgoingState.WAITING
    work.touch("outbox")
    return work.insert(
        o,
        uuid=uuid,
        community_id=work.context.community_id,
        kind=kind.value,
        idempotency_key=key,
        content_sealed=seal_content(work.sealer, uuid, content),
        state=state.value,
        made_at=work.at,
        **values,
    )


def withdraw(work: Work, which: ColumnElement[bool], why: str) -> None:
    """Take texts back that say what is no longer so: those on `which` condition of `outgoing` that have not left.

    What has left, or is leaving now, cannot be sent again from here on.
    """
    o = t.outgoing
    unsent = o.c.state.in_([OutgoingState.QUEUED, OutgoingState.FAILED, OutgoingState.WAITING, OutgoingState.DEAD])
    gone = {"state": OutgoingState.WITHDRAWN, "answer": why, "ended_at": work.at, "not_before": None}
    work.connection.execute(update(o).where(which).values(useful_until=work.at))
    work.connection.execute(update(o).where(which, unsent).values(**gone))
    work.touch("outbox")


def can_send(connection: Connection, kind: OutgoingKind) -> bool:
    """Whether a mail server or gateway is configured at all."""
    return bool(connection.execute(select(t.setting.c.value).where(t.setting.c.name == NEEDS[kind])).scalar())


def seal_content(sealer: Sealer, uuid: str, content: Content) -> bytes:
    """The content sealed for the row `uuid`."""
    pictures = [[name, base64.b64encode(png).decode()] for name, png in content.pictures]
    codes = [list(code) for code in content.codes]
    plain = {"subject": content.subject, "text": content.text, "pictures": pictures, "codes": codes}
    return sealer.seal_text(f"outgoing.content:{uuid}", json.dumps(plain))


def open_content(sealer: Sealer, uuid: str, sealed: bytes) -> Content:
    """The content that `seal_content` sealed; raises Unreachable where the site's key is another."""
    plain = json.loads(sealer.open_text(f"outgoing.content:{uuid}", sealed))
    pictures = tuple((name, base64.b64decode(png)) for name, png in plain["pictures"])
    codes = tuple((name, text) for name, text in plain.get("codes", ()))  # texts of older versions have none
    return Content(plain["subject"], plain["text"], pictures, codes)
