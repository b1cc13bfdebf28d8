"""Codes that are mailed: one live code per account and purpose, kept as an HMAC alone (features ACC-03, ACC-05)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from backend.domain.account_letters import Letter
from backend.domain.enums import CodePurpose, OutgoingKind
from backend.domain.errors import Busy
from backend.domain.formats import age
from backend.domain.signing_in import AGAIN_AFTER, DIGITS, LIFE, CodeSent
from backend.services.outbox import can_send, post_mail
from backend.store import tables as t
from backend.store.seal import Sealer
from backend.store.work import Work


def new_code(purpose: CodePurpose) -> str:
    """Digits that nobody can guess."""
    return "".join(str(secrets.randbelow(10)) for _ in range(DIGITS[purpose]))


def raise_if_too_soon(connection: Connection, manager_id: int, purpose: CodePurpose, now: datetime) -> None:
    """Raise Busy while the last code is younger than a minute."""
    code = live_code(connection, manager_id, purpose)
    if code is not None and now < code.made_at + AGAIN_AFTER:
        raise Busy(f"A code has just been sent. Another one can be had in {age(code.made_at + AGAIN_AFTER - now)}.")


def send_code(work: Work, account: Row[Any], purpose: CodePurpose, code: str, letter: Letter) -> CodeSent:
    """Make `code` the one live code of `account` (a row of `manager`) and mail the letter that tells it."""
    row = t.login_code
    work.connection.execute(delete(row).where(row.c.manager_id == account.id, row.c.purpose == purpose.value))
    expires_at = work.at + LIFE[purpose]
    code_id = work.insert(
        row,
        manager_id=account.id,
        purpose=purpose.value,
        code_index=_index(work.sealer, account.id, purpose, code),
        made_at=work.at,
        expires_at=expires_at,
    )
    post_mail(
        work,
        purpose=letter.purpose,
        key=f"login_code:{code_id}",
        to=account.email,
        subject=letter.subject,
        text=letter.text,
        manager_id=account.id,
        useful_until=expires_at,
    )
    can_leave = can_send(work.connection, OutgoingKind.MAIL)
    return CodeSent(account.email, expires_at, work.at + AGAIN_AFTER, can_leave)


def live_code(connection: Connection, manager_id: int, purpose: CodePurpose) -> Row[Any] | None:
    """The code that was sent last and not used, over or not."""
    row = t.login_code
    return connection.execute(
        select(row).where(row.c.manager_id == manager_id, row.c.purpose == purpose.value)
    ).one_or_none()


def fits(sealer: Sealer, code: Row[Any], typed: str) -> bool:
    """Whether `typed` is the code of this row; spaces in it do not count."""
    index = _index(sealer, code.manager_id, CodePurpose(code.purpose), "".join(typed.split()))
    return hmac.compare_digest(index, bytes(code.code_index))


def spend(work: Work, code: Row[Any]) -> bool:
    """Use up a code; answers whether this was the use: of two at the same moment only one is."""
    row = t.login_code
    gone = work.connection.execute(delete(row).where(row.c.id == code.id))
    return gone.rowcount == 1


def _index(sealer: Sealer, manager_id: int, purpose: CodePurpose, code: str) -> bytes:
    return sealer.index("login_code", f"{manager_id}|{purpose.value}|{code}")
