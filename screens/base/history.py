"""Who changed a record, as lists and pages show it."""

from __future__ import annotations

from screens.base.drawing import column
from screens.base.session import Session
from widgets.frame import Part
from widgets.panel import Lines, Panel


async def history_lines(session: Session, entity: str, record_id: int, limit: int = 10) -> list[tuple[Part, ...]]:
    """Who changed a record, when, and what."""
    operations = await session.ask(session.engine.operations.of_record, session.context, entity, record_id, limit)
    return [
        (
            (f"{session.formats.moment(one.at):<18}", "$sp-t3"),
            (column(one.actor, 18), "$sp-t1"),
            (column(one.action, 40), "$sp-t2"),
            (f"#{one.id}", "$sp-t3"),
        )
        for one in operations
    ] or [(("nothing yet", "$sp-t3"),)]


class HistoryPanel(Panel):
    """The history of a page's record; it comes with its key."""

    def __init__(self) -> None:
        super().__init__(Lines(id="history-lines"), heading="History", id="history")
        self.display = False

    async def read(self, session: Session, entity: str, record_id: int) -> None:
        """Read it, where it is shown."""
        if self.display:
            self.query_one(Lines).lines = tuple(await history_lines(session, entity, record_id))
