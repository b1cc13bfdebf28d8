"""Apartments: the list, and who lives in each (features APT-01, APT-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backend.catalog.apartments import APARTMENT
from screens.base.resource import ResourceScreen
from widgets.frame import Part


class ApartmentsScreen(ResourceScreen):
    """The list of apartments."""

    MODULE = "a"
    RECORD = APARTMENT
    TOPICS = APARTMENT.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Residents",)

    async def detail(self, row_id: int, page: str) -> tuple[tuple[Part, ...], Sequence[tuple[Part, ...]]]:
        """Who lives there."""
        del page
        session = self.session
        record = await session.ask(session.engine.apartments.get, session.context, row_id)
        lines: list[tuple[Part, ...]] = [
            ((f"{name:<28}", "$sp-t1"), (role.value, "$sp-t2")) for _, name, role in record.residents
        ]
        figure = ((f"{record.building} {record.number}  {record.name}", "$sp-t3"),)
        return figure, lines or [(("Nobody lives here.  f adds the family master.", "$sp-t3"),)]
