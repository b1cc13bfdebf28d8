"""Sessions of the command line: a sign-in that is kept for some hours (features ACC-01, ACC-07)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.domain.errors import Forbidden
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
                manager_id=context.actor_id,
                token_index=work.sealer.index("session", token),
                made_at=work.at,
                expires_at=work.at + SESSION,
            )
            work.tell("Stayed signed in for 12 hours", "manager", context.actor_id, context.actor_name, undoable=False)
        return token

    def resume(self, token: str, via: Via) -> Context:
        """The context of a session made before; raises Forbidden when it is over or its account is disabled."""
        session, manager = t.login_session, t.manager
        with self.store.read() as connection:
            found = connection.execute(
                select(manager.c.id, manager.c.name, manager.c.community_id)
                .join(session, session.c.manager_id == manager.c.id)
                .where(
                    session.c.token_index == self.store.sealer.index("session", token),
                    session.c.expires_at > self.store.clock(),
                    manager.c.disabled.is_(False),
                )
            ).one_or_none()
        if found is None:
            raise Forbidden("manager.session", "This sign-in is over. Sign in again.")
        return Context(found.id, found.name, found.community_id, via)

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
