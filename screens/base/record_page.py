"""The page of one record: which one it is, who changed it, its lines in the door logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from screens.base.history import HistoryPanel
from screens.base.messages import GoTo
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session


class RecordPage(Page):
    """One record; a concrete page says of what kind, reads it in `load`, and yields a `HistoryPanel` for `h`."""

    KIND: ClassVar[str]
    """What the record is called in the catalog and in operations."""

    def __init__(self, session: Session, record_id: int) -> None:
        super().__init__(session)
        self.record_id = record_id

    def subject(self) -> tuple[str, int] | None:
        """This record."""
        return self.KIND, self.record_id

    def gone(self, ids: Iterable[int]) -> None:
        """A record that is deleted has no page."""
        if self.record_id in set(ids):
            self.dismiss()

    async def load_history(self) -> None:
        """Read who changed it, where that is shown."""
        await self.query_one(HistoryPanel).read(self.session, self.KIND, self.record_id)

    @needs("operation.read")
    def action_history(self) -> None:
        """Show or hide who changed it."""
        panel = self.query_one(HistoryPanel)
        panel.display = not panel.display
        self.start(self.load_history)

    def show_logs(self, words: str) -> None:
        """The door logs, filtered by `words`."""
        self.session.wanted_filter = words
        self.app.post_message(GoTo("l"))
