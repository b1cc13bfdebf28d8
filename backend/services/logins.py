"""The accounts of residents' apps: when a new password is due, whom it goes to, and what became of it.

Features RES-03 and RES-08; rules 5.2. A password that is due ends the one before at once. It is made when its message
is written, in the unit of work that causes it, so that each goes out once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    bindparam,
    cast,
    insert,
    literal,
    select,
    update,
)

from backend.domain.enums import AppStatus, LoginState, OutgoingKind, OutgoingState, ResidentRole
from backend.domain.login_letters import Account, login_letter, login_message
from backend.domain.logins import Contact, Way, make_password, way_of
from backend.domain.residents import LoginRecord
from backend.services.agents import agent_record
from backend.services.credentials import spoken
from backend.services.outbox import post_mail, post_sms, withdraw
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.work import Work

SERVER = "sip.server"
"""Setting: the host that apps register at. Without it the host at which devices reach the agent is told."""

_UNSENT = (OutgoingState.QUEUED.value, OutgoingState.WAITING.value, OutgoingState.FAILED.value)
_ON_ITS_WAY = tuple(
    state.value
    for state in (
        OutgoingState.QUEUED,
        OutgoingState.WAITING,
        OutgoingState.SENDING,
        OutgoingState.SENT,
        OutgoingState.HANDED,
    )
)
_NOBODY = "Neither this person nor the master has an e-mail address or mobile number: it waits for the first one."


def make_due(work: Work, holder_id: int) -> None:
    """End a resident's app password, if there is one; a new one goes out by `send_due`, at once or later."""
    login = t.resident_login
    row = work.connection.execute(select(login).where(login.c.id == holder_id)).one_or_none()
    if row is None:
        work.connection.execute(insert(login).values(id=holder_id, state=LoginState.WAITING.value, number=1))
        return
    waiting = {"state": LoginState.WAITING.value, "number": row.number + 1, "password_sealed": None, "made_at": None}
    work.connection.execute(update(login).where(login.c.id == holder_id).values(waiting))
    before = t.outgoing.c.idempotency_key == _key(holder_id, row.number)
    withdraw(work, before, "A newer password takes its place.")
    work.update(t.resident, holder_id, app_status=AppStatus.UNREGISTERED.value)


def send_due(work: Work, apartment_id: int) -> None:
    """Write the message of everybody in the apartment whose login information waits and has somewhere to go."""
    family = _family(work.connection, apartment_id)
    master = next((row for row in family if row.role == ResidentRole.MASTER.value), None)
    for row in family:
        if row.state == LoginState.WAITING.value and (way := _way(row, master)) is not None:
            _send(work, row, way)


def recall(work: Work, holder_ids: Iterable[int]) -> None:
    """Take back what has not left yet for residents who go; should they come back, `send_due` sends it anew."""
    outgoing, login = t.outgoing, t.resident_login
    sent = login.c.state == LoginState.SENT.value
    for part in chunks(sorted(set(holder_ids))):
        unsent = (
            select(login.c.id)
            .join(outgoing, outgoing.c.idempotency_key == login_key(login.c.id, login.c.number))
            .where(login.c.id.in_(part), sent, outgoing.c.state.in_(_UNSENT))
        )
        for holder_id in work.connection.execute(unsent).scalars().all():
            make_due(work, holder_id)


def password_of(work: Work, holder_id: int) -> str:
    """The app password of a resident, "" while there is none; a secret."""
    login = t.resident_login
    sealed = work.connection.execute(select(login.c.password_sealed).where(login.c.id == holder_id)).scalar()
    return work.sealer.open_text(_place(holder_id), sealed) if sealed else ""


def login_of(connection: Connection, apartment_id: int, holder_id: int) -> LoginRecord:
    """Where a resident's login information is, and where the next one would go."""
    family = _family(connection, apartment_id)
    row = next(row for row in family if row.id == holder_id)
    master = next((one for one in family if one.role == ResidentRole.MASTER.value), None)
    way = _way(row, master)
    outgoing = t.outgoing
    sent = connection.execute(
        select(outgoing).where(outgoing.c.idempotency_key == _key(holder_id, row.number or 0))
    ).one_or_none()
    return LoginRecord(
        state=LoginState(row.state or LoginState.NONE.value),
        to=_words(way, master) if way else "",
        sent_to=sent.address if sent else "",
        delivery=sent.state if sent else "",
        at=(sent.ended_at or sent.made_at) if sent else None,
        error=_trouble(sent) if sent else "" if way else _NOBODY,
    )


def _trouble(sent: Row[Any]) -> str:
    """Why a message has not arrived, "" where nothing speaks against it."""
    return "" if sent.state in _ON_ITS_WAY else str(sent.answer)


def server_of(connection: Connection, now: datetime) -> str:
    """The host that an app registers at, "" where none is known yet."""
    named = connection.execute(select(t.setting.c.value).where(t.setting.c.name == SERVER)).scalar()
    return str(named) if named else urlsplit(agent_record(connection, now).base_url).hostname or ""


def _family(connection: Connection, apartment_id: int) -> list[Row[Any]]:
    return list(connection.execute(_people(), {"apartment_": apartment_id}))


@cache
def _people() -> Select[Any]:
    r, login = t.resident, t.resident_login
    return (
        select(
            r.c.id,
            r.c.role,
            r.c.email,
            r.c.mobile,
            r.c.uid,
            login.c.state,
            login.c.number,
            t.holder.c.name,
            t.apartment.c.number.label("apartment"),
            t.building.c.name.label("building"),
            t.community.c.name.label("community"),
        )
        .join(t.holder, t.holder.c.id == r.c.id)
        .join(t.apartment, t.apartment.c.id == r.c.apartment_id)
        .join(t.building, t.building.c.id == t.apartment.c.building_id)
        .join(t.community, t.community.c.id == t.building.c.community_id)
        .outerjoin(login, login.c.id == r.c.id)
        .where(r.c.apartment_id == bindparam("apartment_"))
        .order_by(r.c.id)
    )


def _way(row: Row[Any], master: Row[Any] | None) -> Way | None:
    other = None if master is None or master.id == row.id else Contact(master.email or "", master.mobile or "")
    return way_of(Contact(row.email or "", row.mobile or ""), other)


def _send(work: Work, row: Row[Any], way: Way) -> None:
    password = make_password(secrets.choice)
    account = Account(
        name=spoken(row.name),
        apartment=f"{row.building} {row.apartment}",
        community=row.community,
        server=server_of(work.connection, work.at),
        number=row.uid,
        password=password,
    )
    again = row.number > 1
    about: dict[str, Any] = {
        "purpose": "New app password" if again else "Login information",
        "key": _key(row.id, row.number),
        "to": way.to,
        "holder_id": row.id,
    }
    if way.kind is OutgoingKind.MAIL:
        letter = login_letter(account, own=way.own, again=again)
        post_mail(work, subject=letter.subject, text=letter.text, codes=[("login.png", letter.code)], **about)
    else:
        post_sms(work, text=login_message(account, own=way.own, again=again), **about)
    sealed = work.sealer.seal_text(_place(row.id), password)
    login = t.resident_login
    work.connection.execute(
        update(login)
        .where(login.c.id == row.id)
        .values(state=LoginState.SENT.value, password_sealed=sealed, made_at=work.at)
    )


def _words(way: Way, master: Row[Any] | None) -> str:
    by = "" if way.kind is OutgoingKind.MAIL else " by text message"
    whose = "" if way.own or master is None else f", of the master {spoken(master.name)}"
    return f"{way.to}{by}{whose}"


def _key(holder_id: int, number: int) -> str:
    return f"login:{holder_id}:{number}"


def login_key(holder_id: ColumnElement[int], number: ColumnElement[int]) -> ColumnElement[str]:
    """The key in the Outbox of a person's login information with a number, in SQL."""
    return literal("login:").concat(cast(holder_id, Text)).concat(":").concat(cast(number, Text))


def _place(holder_id: int) -> str:
    return f"resident_login.password:{holder_id}"
