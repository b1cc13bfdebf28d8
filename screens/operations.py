"""Operation logs: who changed what, when, by which way; append-only (feature LOG-06)."""

from __future__ import annotations

from typing import ClassVar

from backend.catalog.operations import OPERATION
from screens.base.detail_pane import Detail
from screens.base.drawing import column
from screens.base.needs import needs
from screens.base.resource import ResourceScreen
from screens.undo import UndoScreen
from widgets.frame import Part


class OperationsScreen(ResourceScreen):
    """Every act of every manager and of the agent."""

    MODULE = "h"
    RECORD = OPERATION
    TOPICS = OPERATION.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Changes",)
    DETAIL_KEYS = "u what can be undone"

    async def detail(self, row_id: int, page: str) -> Detail:
        """Each field before and after; secrets only as stars."""
        session = self.session
        fields = await session.ask(session.engine.operations.fields, session.context, row_id)
        lines: list[tuple[Part, ...]] = [
            (
                (column(one.record, 32), "$sp-t2"),
                (column(one.field, 16), "$sp-t3"),
                (one.before or "–", "$sp-t3"),
                ("  →  ", "$sp-t3"),
                (one.after or "–", "$sp-t1"),
            )
            for one in fields
        ]
        return Detail(lines or [(("No fields changed.", "$sp-t3"),)], heading=f"Operation {row_id}")

    @needs("undo.write")
    def action_undo(self) -> None:
        """The list of what can be undone, on this act; where it is not there, why."""
        here = self.under_cursor()
        self.app.push_screen(UndoScreen(self.session, here[0] if here else None))

    def open_row(self, row_id: int) -> None:
        """The pane says it all already."""
