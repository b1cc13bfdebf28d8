"""Access groups and a holiday of the demo community, made through the same engine as any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.engine import Engine

GROUPS = (
    ("Gym", "daily 6-22", ("Gym",), False),
    ("Cleaning", "mo-fr 7-11; sa 8-10", ("Main Gate", "A Lobby", "B Lobby"), True),
)
"""Name, hours, doors, and whether it keeps holidays."""


def add_groups(engine: Engine, context: Context) -> None:
    """Two groups that nobody is in yet, and New Year's Day."""
    from backend.domain.groups import GroupDraft

    doors = {door.name: door.relay_id for door in engine.doors.all(context)}
    for name, schedule, names, keeps in GROUPS:
        relay_ids = tuple(doors[door] for door in names)
        draft = GroupDraft(name=name, schedule=schedule, relay_ids=relay_ids, keeps_holidays=keeps)
        engine.groups.add(context.again(), draft)
    year = engine.clock().year + 1
    engine.holidays.add(context.again(), "New Year's Day", f"{year}-01-01")
