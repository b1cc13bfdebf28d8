"""Picking a resident to put into a group (feature AG-04)."""

from __future__ import annotations

from textual import work

from backend.domain.errors import SmartPlusError
from screens.base.page import Page
from screens.base.session import Session
from screens.base.waits import Waits
from screens.group_acts import move_people
from widgets.dialog import PickDialog, PickList, PickRow

HITS = 16


class ResidentPicker(Waits, PickDialog):
    """Residents as one types, by name, APT or building."""

    def __init__(self, session: Session) -> None:
        super().__init__("Add to this group", empty="Nobody is called so. Type a name, APT or building.")
        self._session = session

    def typed(self, text: str) -> None:
        """Ask the engine."""
        self._find(text.strip())

    @work(exclusive=True, group="search")
    async def _find(self, text: str) -> None:
        session = self._session
        try:
            rows = await session.ask(_residents, session, text)
        except SmartPlusError as error:
            self.query_one(PickList).show([], str(error))
            self.end_wait()
            return
        self.query_one(PickList).show(rows, self._empty)
        if self.waiting:
            super().entered()
            self.end_wait()

    def entered(self) -> None:
        """Enter typed ahead waits for the hits of what was typed."""
        self.waiting = any(worker.group == "search" and not worker.is_finished for worker in self.workers)
        if not self.waiting:
            super().entered()


def _residents(session: Session, text: str) -> list[PickRow]:
    from backend.domain.paging import ListQuery

    engine, context = session.engine, session.context
    words = " ".join(f'"{word}"' for word in text.replace('"', " ").split())
    query = ListQuery(engine.parse_filter("resident", context, words) if words else None)
    found = engine.list("resident", context, query).first(HITS)
    return [
        PickRow(
            str(row.id),
            str(row.values["name"]),
            ((f"{row.values['building']} {row.values['apartment']}", "$sp-t2"),),
        )
        for row in found
    ]


def add_somebody(page: Page, group_id: int) -> None:
    """Pick a resident and put them into a group, after the plan per door."""

    def picked(answer: str | None) -> None:
        if answer is not None:
            move_people(page, group_id, (int(answer),), add=True)

    page.app.push_screen(ResidentPicker(page.session), picked)
