"""The first password of an account, and the mail that takes it to its owner (feature ACC-02; rules 2)."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from backend.domain.account_letters import first_password
from backend.domain.enums import OutgoingKind
from backend.services.outbox import can_send, post_mail
from backend.store import tables as t
from backend.store.work import Work

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for each other when a password is read out."""


def make_password() -> str:
    """A random password of 79 bits that can be read out: "k7mp-xw3t-9hqd-vb2n"."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def post_welcome(work: Work, manager_id: int, name: str, email: str, password: str) -> bool:
    """Mail user name and first password in this unit of work; False where the site has no mail server."""
    if not can_send(work.connection, OutgoingKind.MAIL):
        return False
    letter = first_password(name, _community(work.connection, work.context.community_id), email, password)
    post_mail(
        work,
        purpose=letter.purpose,
        key=f"first_password:{work.context.request_id}:{manager_id}",
        to=email,
        subject=letter.subject,
        text=letter.text,
        manager_id=manager_id,
    )
    return True


def _community(connection: Connection, community_id: int) -> str:
    return str(connection.execute(select(t.community.c.name).where(t.community.c.id == community_id)).scalar_one())
