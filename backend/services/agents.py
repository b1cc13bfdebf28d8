"""Whether the agent of the site lives (features AGT-06, DASH-04)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from backend.domain.dashboard import AgentRecord
from backend.services.base import Service
from backend.store import tables as t

SILENT_AFTER = timedelta(seconds=6)
"""An agent signs every two seconds; three missed signs are no accident."""


class Agents(Service):
    """The agents that signed in this site's database."""

    def state(self) -> AgentRecord:
        """The agent that gave the last sign; no permission is asked, since every act of every role waits for it."""
        with self.store.read() as connection:
            return agent_record(connection, self.store.clock())


def agent_record(connection: Connection, now: datetime) -> AgentRecord:
    """The newest sign of an agent; `age_seconds` is None where none ever ran, and no less than 0."""
    a = t.agent
    row = connection.execute(select(a).order_by(a.c.heartbeat_at.desc()).limit(1)).one_or_none()
    if row is None:
        return AgentRecord(alive=False, age_seconds=None, pid=None, host="", base_url="")
    age = max(now - row.heartbeat_at, timedelta(0))
    return AgentRecord(
        alive=age < SILENT_AFTER, age_seconds=age.total_seconds(), pid=row.pid, host=row.host, base_url=row.base_url
    )
