"""One's own account (feature ACC-01)."""

from __future__ import annotations

from sqlalchemy import select

from backend.domain.context import Context
from backend.domain.errors import NotFound
from backend.domain.records import ManagerRecord
from backend.services.base import Service
from backend.services.managers import to_record
from backend.services.tries import EVERY_ROLE
from backend.store import tables as t


class Account(Service):
    """What everybody may do with the account that acts."""

    def me(self, context: Context) -> ManagerRecord:
        """The account that acts; raises Forbidden once it is disabled, NotFound for the agent, who has none."""
        if context.actor_id is None:
            raise NotFound("The agent has no account.")
        with self.store.read(context, EVERY_ROLE) as connection:
            return to_record(connection.execute(select(t.manager).where(t.manager.c.id == context.actor_id)).one())
