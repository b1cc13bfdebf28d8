"""A forgotten password: a code by mail, and a new password for it (feature ACC-05)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from backend.domain.account_letters import reset_code
from backend.domain.context import Context
from backend.domain.enums import CodePurpose, Via
from backend.domain.errors import Busy, Forbidden, Invalid
from backend.services.account_password import set_password
from backend.services.account_rows import community_name
from backend.services.base import Service
from backend.services.mailed_codes import fits, live_code, new_code, raise_if_too_soon, send_code, spend
from backend.services.passwords import check_password, hash_password
from backend.services.tries import (
    EVERY_ROLE,
    PASSWORD,
    RESET_REFUSED,
    address_of,
    first_community,
    raise_if_locked,
    refuse,
)
from backend.store import tables as t

ANSWER = "If there is an account with this e-mail, a code is on its way. It is good for 30 minutes."
"""What whoever asks is told, always: nobody learns here who has an account."""
_WRONG = "This is not the code of the last mail, or it is over."


class Forgotten(Service):
    """The way back to an account whose password nobody knows any more."""

    def ask(self, email: str, via: Via) -> str:
        """Mail a code to the account of this e-mail, if there is one; the answer is the same in any case.

        Asking again within a minute sends nothing. Without a mail server an installer finds the code in the Outbox.
        """
        account = self._account(address_of(email))
        if account is None:
            return ANSWER
        code = new_code(CodePurpose.RESET)
        try:
            with self.store.write(_as(account, via), "manager.forgot") as work:
                work.require(EVERY_ROLE)
                raise_if_too_soon(work.connection, account.id, CodePurpose.RESET, work.at)
                letter = reset_code(account.name, community_name(work.connection, account.community_id), code)
                send_code(work, account, CodePurpose.RESET, code, letter)
                work.tell("Asked for a new password", "manager", account.id, account.email, undoable=False)
        except (Busy, Forbidden):
            return ANSWER  # another sentence would tell that the account is there
        return ANSWER

    def reset(self, email: str, code: str, password: str, via: Via) -> None:
        """Set a new password with the code of the last mail, once; every session of the account ends.

        Raises Invalid (code, password), the same for an e-mail that nobody has, and Forbidden once five codes were
        wrong.
        """
        address = address_of(email)
        account = self._account(address)
        check_password(password, address)
        with self.store.read() as connection:
            community_id = account.community_id if account else first_community(connection)
            raise_if_locked(connection, community_id, address, self.store.clock(), RESET_REFUSED)
            live = live_code(connection, account.id, CodePurpose.RESET) if account else None
        good = live is not None and live.expires_at > self.store.clock() and fits(self.store.sealer, live, code)
        if account is None or live is None or not good:
            number = account.id if account else None
            refuse(self.store, address, number, community_id, via, wrong=RESET_REFUSED)
            raise Invalid({"code": _WRONG})
        check_password(password, address, account.name)
        hashed = hash_password(password)
        with self.store.write(_as(account, via), PASSWORD) as work:
            work.require(EVERY_ROLE)
            if not spend(work, live):
                raise Invalid({"code": _WRONG})
            set_password(work, account, hashed)
            work.tell("Reset a forgotten password", "manager", account.id, account.email, undoable=False)

    def _account(self, address: str) -> Row[Any] | None:
        """The account of an address, unless it is disabled."""
        manager = t.manager
        with self.store.read() as connection:
            return connection.execute(
                select(manager).where(manager.c.email == address, manager.c.disabled.is_(False))
            ).one_or_none()


def _as(account: Row[Any], via: Via) -> Context:
    """The context of an act of whoever claims to be this account."""
    return Context(account.id, account.name, account.community_id, via)
