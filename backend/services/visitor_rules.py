"""The visitor setting of a site: what temporary keys need and how long they hold (feature SET-04)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from backend.catalog.settings import DEFAULTS
from backend.domain.temp_key_times import VisitorRules
from backend.store import tables as t

YES = "yes"


def visitor_rules(connection: Connection) -> VisitorRules:
    """The rules as they are set, or as they are without a setting."""
    stored = t.setting
    rows = connection.execute(select(stored.c.name, stored.c.value).where(stored.c.name.like("visitor.%")))
    found = {**DEFAULTS, **{row.name: row.value for row in rows}}
    longest = int(found["visitor.longest"])
    return VisitorRules(
        span=timedelta(hours=int(found["visitor.span"])),
        longest=timedelta(days=longest) if longest else None,
        need_id_number=found["visitor.id_number"] == YES,
        need_email=found["visitor.email"] == YES,
        repeats=found["visitor.repeats"] == YES,
    )
