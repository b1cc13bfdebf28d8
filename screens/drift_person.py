"""The resident who takes over what was found at a door, picked by typing."""

from __future__ import annotations

from textual import work

from backend.domain.errors import SmartPlusError
from screens.base.session import Session
from screens.base.waits import Waits
from widgets.dialog import PickDialog, PickList, PickRow


class PersonPick(Waits, PickDialog):
    """Residents as one types; answers "id:name" of the one that was taken."""

    def __init__(self, session: Session) -> None:
        super().__init__("Who takes it over?", empty="No resident fits. Type a name or an apartment.")
        self._session = session

    def typed(self, text: str) -> None:
        """Ask the engine."""
        if text.strip():
            self._find(text.strip())
        else:
            self.query_one(PickList).show([], self._empty)

    @work(exclusive=True, group="search")
    async def _find(self, text: str) -> None:
        session = self._session
        try:
            hits = await session.ask(session.engine.search.find, session.context, text)
        except SmartPlusError as error:
            self.query_one(PickList).show([], str(error))
            self.end_wait()
            return
        people = [hit for hit in hits if hit.record == "resident"]
        rows = [PickRow(f"{hit.id}:{hit.title}", hit.title, ((hit.detail, "$sp-t2"),)) for hit in people]
        self.query_one(PickList).show(rows, self._empty)
        if self.waiting:
            super().entered()
            self.end_wait()

    def entered(self) -> None:
        """Enter typed ahead waits for the hits of what was typed."""
        self.waiting = any(worker.group == "search" and not worker.is_finished for worker in self.workers)
        if not self.waiting:
            super().entered()
