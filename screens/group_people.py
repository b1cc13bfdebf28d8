"""Picking a resident to put into a group (feature AG-04)."""

from __future__ import annotations

from screens.base.find_dialog import FindDialog
from screens.base.page import Page
from screens.base.session import Session
from screens.group_acts import move_people
from widgets.dialog import PickRow

HITS = 16


class ResidentPicker(FindDialog):
    """Residents as one types, by name, APT or building."""

    def __init__(self, session: Session, group: str) -> None:
        super().__init__(session, f"Add to {group}", empty="Nobody is called so. Type a name, APT or building.")

    def at_first(self) -> list[PickRow] | None:
        """The first residents."""
        return None

    async def find(self, text: str) -> list[PickRow]:
        """The residents who fit."""
        return await self.session.ask(_residents, self.session, text)


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


def add_somebody(page: Page, group_id: int, group: str) -> None:
    """Pick a resident and put them into a group, after the plan per door."""

    def picked(answer: str | None) -> None:
        if answer is not None:
            move_people(page, group_id, (int(answer),), add=True)

    page.app.push_screen(ResidentPicker(page.session, group), picked)
