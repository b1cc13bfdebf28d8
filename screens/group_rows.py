"""Access groups as the pickers of forms offer them."""

from __future__ import annotations

from backend.domain.formats import counted
from screens.base.session import Session
from widgets.pick_list import PickRow


async def group_rows(session: Session) -> list[PickRow]:
    """Every group with its hours and how many doors it opens, by number."""
    groups = await session.ask(session.engine.groups.list_all, session.context)
    return [
        PickRow(str(group_id), name, ((f"{hours}  {counted(doors, 'door')}", "$sp-t3"),))
        for group_id, name, hours, doors in groups
    ]
