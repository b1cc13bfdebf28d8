"""The resident who takes over what was found at a door, picked by typing."""

from __future__ import annotations

from screens.base.find_dialog import FindDialog
from screens.base.session import Session
from widgets.dialog import PickRow


class PersonPick(FindDialog):
    """Residents as one types; answers "id:name" of the one that was taken."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "Who takes it over?", empty="Type a name or an apartment of a resident who is here.")

    async def find(self, text: str) -> list[PickRow]:
        """The residents among what a search finds."""
        hits = await self.session.ask(self.session.engine.search.find, self.session.context, text)
        people = [hit for hit in hits if hit.record == "resident"]
        return [PickRow(f"{hit.id}:{hit.title}", hit.title, ((hit.detail, "$sp-t2"),)) for hit in people]
