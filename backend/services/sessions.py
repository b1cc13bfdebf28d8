"""Sessions of the command line: a sign-in that is kept for some hours (features ACC-01, ACC-07)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.domain.errors import Forbidden
from backend.services.account_rows import unread_by
from backend.services.base import Service
from backend.services.tries import EVERY_ROLE
from backend.store import tables as t

SESSION = timedelta(hours=12)


class Sessions(Service):
    """Sign-ins that are kept; only what a token is found by is stored."""

    def make(self, context: Context) -> str:
        """A token that stands for this sign-in during 12 hours; only its HMAC is kept, and disabling ends it."""
        token = secrets.token_urlsafe(32)
        with self.store.write(context.again(), "manager.session") as work:
            work.require(EVERY_ROLE)
            work.insert(
                t.login_session,
                token_index=work.sealer.index("session", token),
                made_at=work.at,
                expires_at=work.at + SESSION,
                **_who(context),
            )
            work.tell("Stayed signed in for 12 hours", "manager", context.actor_id, context.actor_name, undoable=False)
        return token

    def resume(self, token: str, via: Via) -> Context:
        """The context of a session made before.

        Raises Forbidden when it is over, its account is disabled, or the texts have a new version since.
        """
        session, manager = t.login_session, t.manager
        with self.store.read() as connection:
            found = connection.execute(
                select(
                    manager.c.id,
                    manager.c.name,
                    func.coalesce(session.c.community_id, manager.c.community_id).label("community_id"),
                    session.c.link_id,
                    session.c.proved_at,
                )
                .join(session, session.c.manager_id == manager.c.id)
                .where(
                    session.c.token_index == self.store.sealer.index("session", token),
                    session.c.expires_at > self.store.clock(),
                    manager.c.disabled.is_(False),
                )
            ).one_or_none()
            if found is None:
                raise Forbidden("manager.session", "This sign-in is over. Sign in again.")
            if unread_by(connection, found.id):
                raise Forbidden("manager.session", "The policies have a new version. Sign in again to read them.")
        return Context(found.id, found.name, found.community_id, via, proved_at=found.proved_at, link_id=found.link_id)

    def move(self, context: Context, token: str) -> None:
        """Have a session stand for `context` from now on: another site, or the account after a new password."""
        session = t.login_session
        with self.store.write(context.again(), "manager.session_move") as work:
            work.require(EVERY_ROLE)
            index = work.sealer.index("session", token)
            moved = update(session).where(session.c.token_index == index).values(**_who(context))
            if not work.connection.execute(moved).rowcount:
                raise Forbidden("manager.session", "This sign-in is over. Sign in again.")
            work.tell("Kept the sign-in", "manager", context.actor_id, context.actor_name, undoable=False)

    def end(self, context: Context, token: str) -> None:
        """Log out: the token is worth nothing from now on."""
        with self.store.write(context.again(), "manager.logout") as work:
            work.require(EVERY_ROLE)
            session = t.login_session
            work.connection.execute(
                delete(session).where(
                    session.c.token_index == work.sealer.index("session", token),
                    session.c.manager_id == context.actor_id,
                )
            )
            work.tell("Signed out", "manager", context.actor_id, context.actor_name, undoable=False)


def _who(context: Context) -> dict[str, Any]:
    """What of a context its session must remember."""
    return {
        "manager_id": context.actor_id,
        "community_id": context.community_id,
        "link_id": context.link_id,
        "proved_at": context.proved_at,
    }
