"""Picking one of what the engine finds while one types."""

from __future__ import annotations

from textual import work

from backend.domain.errors import SmartPlusError
from screens.base.session import Session
from screens.base.waits import Waits
from widgets.dialog import PickDialog, PickList, PickRow


class FindDialog(Waits, PickDialog):
    """The rows that `find` answers for what was typed; Enter typed ahead waits for them, as do the keys after it."""

    def __init__(self, session: Session, heading: str, *, empty: str) -> None:
        super().__init__(heading, empty=empty)
        self.session = session

    async def find(self, text: str) -> list[PickRow]:
        """The rows for a text; raises SmartPlusError, which stands in their place."""
        raise NotImplementedError(type(self).__name__)

    def at_first(self) -> list[PickRow] | None:
        """The rows while nothing is typed; None where `find` is asked then too."""
        return []

    def typed(self, text: str) -> None:
        """Ask the engine."""
        first = self.at_first() if not text.strip() else None
        if first is not None:
            self.query_one(PickList).show(first, self._empty)
        else:
            self._find(text.strip())

    @work(exclusive=True, group="search")
    async def _find(self, text: str) -> None:
        try:
            rows = await self.find(text)
        except SmartPlusError as error:
            self.query_one(PickList).show([], str(error))
            self.end_wait()
            return
        self.query_one(PickList).show(rows, self._empty)
        if self.waiting:
            super().entered()
            self.end_wait()

    def entered(self) -> None:
        """Take the row under the cursor, once the hits of what was typed are there."""
        self.waiting = any(worker.group == "search" and not worker.is_finished for worker in self.workers)
        if not self.waiting:
            super().entered()
