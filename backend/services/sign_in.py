"""The way in: who somebody is, before there is a context (feature ACC-01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select, update

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.domain.errors import Forbidden
from backend.domain.records import ManagerRecord
from backend.services.base import Service
from backend.services.managers import to_record
from backend.services.passwords import is_right
from backend.services.tries import EVERY_ROLE, LOGIN, address_of, first_community, raise_if_locked, refuse
from backend.store import tables as t


class SignIn(Service):
    """Signing in with e-mail and password."""

    def login(self, email: str, password: str, via: Via) -> tuple[Context, ManagerRecord]:
        """Who signs in, as the context of their acts; e-mail in any case.

        Raises Forbidden with a sentence that never says which part was wrong. Five wrong tries within a quarter of an
        hour lock the e-mail for 15 minutes, whether or not an account has it; each try is an operation.
        """
        address = address_of(email)
        account, community_id = self._account(address)
        right = is_right(account.password_hash if account else None, password)
        if account is None or not right or account.disabled:
            refuse(self.store, address, account.id if account else None, community_id, via)
            if account is not None and right:
                raise Forbidden(LOGIN, "This account has been disabled. Ask the installer.")
            raise Forbidden(LOGIN, "E-mail or password is wrong.")
        context = Context(account.id, account.name, account.community_id, via)
        with self.store.write(context, LOGIN) as work:
            work.require(EVERY_ROLE)
            raise_if_locked(work.connection, context.community_id, address, work.at)
            work.connection.execute(update(t.manager).where(t.manager.c.id == account.id).values(last_login_at=work.at))
            work.connection.execute(delete(t.login_session).where(t.login_session.c.expires_at <= work.at))
            work.tell("Signed in", "manager", account.id, address, undoable=False)
            record = to_record(work.connection.execute(select(t.manager).where(t.manager.c.id == account.id)).one())
        return context.again(), record

    def _account(self, address: str) -> tuple[Row[Any] | None, int]:
        """The account of an e-mail address, and the community in which its tries are counted; raises if locked."""
        with self.store.read() as connection:
            account = connection.execute(select(t.manager).where(t.manager.c.email == address)).one_or_none()
            community_id = account.community_id if account is not None else first_community(connection)
            raise_if_locked(connection, community_id, address, self.store.clock())
        return account, community_id
