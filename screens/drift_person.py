"""Who takes over what was found at a door, picked by typing: somebody who is here, or a new member of staff."""

from __future__ import annotations

from screens.base.find_dialog import FindDialog
from screens.base.session import Session
from widgets.dialog import PickRow

NEW = "new"


class PersonPick(FindDialog):
    """Residents, staff and deliveries as one types; answers "id:name" of the one taken, "new:name" for a new one."""

    def __init__(self, session: Session, name: str) -> None:
        super().__init__(session, "Who takes it over?", empty="Nobody is called so.")
        self._called = name

    def at_first(self) -> list[PickRow]:
        """A member of staff who is called as the record is."""
        return [self._new(self._called)]

    def _new(self, name: str) -> PickRow:
        return PickRow(f"{NEW}:{name}", name, (("new member of staff, in the groups of last time", "$sp-t3"),))

    async def find(self, text: str) -> list[PickRow]:
        """The people among what a search finds; last a new one who is called as was typed."""
        hits = await self.session.ask(self.session.engine.search.find, self.session.context, text)
        people = [hit for hit in hits if hit.record in ("resident", "staff", "delivery")]
        rows = [PickRow(f"{hit.id}:{hit.title}", hit.title, ((hit.detail, "$sp-t2"),)) for hit in people]
        return [*rows, self._new(text)]
