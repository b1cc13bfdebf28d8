"""The one way in which the password of an account becomes another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete

from backend.domain.account_letters import password_changed
from backend.services.account_rows import community_name
from backend.services.outbox import post_mail
from backend.store import tables as t
from backend.store.work import Work


def set_password(work: Work, account: Row[Any], password_hash: str) -> None:
    """Give `account` (a row of `manager`) its new hash, end all its sessions, and tell its owner by mail.

    The monthly reminder, links with this account and codes on their way are over with it. Hash before the transaction.
    """
    work.update(t.manager, account.id, password_hash=password_hash, password_changed_at=work.at)
    work.connection.execute(delete(t.login_session).where(t.login_session.c.manager_id == account.id))
    work.connection.execute(delete(t.login_code).where(t.login_code.c.manager_id == account.id))
    letter = password_changed(account.name, community_name(work.connection, account.community_id))
    post_mail(
        work,
        purpose=letter.purpose,
        key=f"password_changed:{work.context.request_id}:{account.id}",
        to=account.email,
        subject=letter.subject,
        text=letter.text,
        manager_id=account.id,
    )
    work.touch("managers")
