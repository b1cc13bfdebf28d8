"""Operation logs: who changed what, when, by which way; append-only (feature LOG-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backend.catalog.operations import OPERATION
from screens.base.resource import ResourceScreen
from widgets.frame import Part


class OperationsScreen(ResourceScreen):
    """Every act of every manager and of the agent."""

    MODULE = "h"
    RECORD = OPERATION
    TOPICS = OPERATION.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Changes",)

    async def detail(self, row_id: int, page: str) -> tuple[tuple[Part, ...], Sequence[tuple[Part, ...]]]:
        """Each field before and after; secrets only as stars."""
        del page
        session = self.session
        fields = await session.ask(session.engine.operations.fields, session.context, row_id)
        lines: list[tuple[Part, ...]] = [
            (
                (f"{one.record:<22}", "$sp-t2"),
                (f"{one.field:<18}", "$sp-t3"),
                (f"{one.before or '–'}", "$sp-t3"),
                ("  →  ", "$sp-t3"),
                (one.after or "–", "$sp-t1"),
            )
            for one in fields
        ]
        return ((f"#{row_id}", "$sp-t3"),), lines or [(("No fields changed.", "$sp-t3"),)]

    def open_row(self, row_id: int) -> None:
        """The pane says it all already."""
        self.action_detail(0)
