"""Temporary keys of the demo community: one for today, one that comes back every week."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

PLUMBER, CLEANER = "Nord Plumbing", "Window cleaner"


def add_keys(engine: Engine, context: Context) -> None:
    """Make the keys; nothing is mailed."""
    from backend.domain.paging import ListQuery
    from backend.domain.temp_key_times import KeyTime, typed_hours
    from backend.domain.temp_keys import TempKeyDraft

    rows = engine.list("apartment", context, ListQuery()).first(100)
    home = next(row.id for row in rows if (row.values["building"], row.values["number"]) == ("A", "1002"))
    doors = {door.name: door.relay_id for door in engine.doors.all(context)}
    now = engine.clock()
    drafts = (
        TempKeyDraft(
            name=PLUMBER,
            apartment_id=home,
            time=KeyTime(ends=now + timedelta(hours=8)),
            each_count=2,
            relay_ids=(doors["Main Gate"], doors["A Lobby"], doors["Garage"]),
        ),
        TempKeyDraft(
            name=CLEANER,
            time=typed_hours("mo,th 8-12", None, now + timedelta(days=60)),
            relay_ids=(doors["Main Gate"], doors["A Lobby"], doors["B Lobby"]),
        ),
    )
    for draft in drafts:
        engine.temp_keys.add(context.again(), draft)
