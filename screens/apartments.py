"""Apartments: the list, and who lives in each (features APT-01, APT-02)."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.apartments import APARTMENT
from screens.base.detail_pane import Detail
from screens.base.drawing import column
from screens.base.needs import needs
from screens.base.resource import ResourceScreen
from screens.resident_form import ResidentForm
from widgets.frame import Part


class ApartmentsScreen(ResourceScreen):
    """The list of apartments."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "family", "Family", id="apartments.family", tooltip="Add a member, or the master", show=False),
    ]
    MODULE = "a"
    RECORD = APARTMENT
    TOPICS = APARTMENT.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Residents",)
    DETAIL_KEYS = "Enter open · f family"

    def hints(self) -> list[tuple[str, str]]:
        """Adding somebody first."""
        return [("f", "Family member"), ("Enter", "Open"), *super().hints()]

    async def detail(self, row_id: int, page: str) -> Detail:
        """Who lives there."""
        session = self.session
        record = await session.ask(session.engine.apartments.get, session.context, row_id)
        lines: list[tuple[Part, ...]] = [
            ((column(name, 34), "$sp-t1"), (role.value.capitalize(), "$sp-t2")) for _, name, role in record.residents
        ]
        nobody: tuple[Part, ...] = (
            ("Nobody lives here.  ", "$sp-t2"),
            ("f", "bold $sp-acc"),
            (" adds the master", "$sp-t2"),
        )
        return Detail(lines or [nobody], ((record.name, "$sp-t3"),), f"{record.building} {record.number}")

    @needs("resident.write")
    def action_family(self) -> None:
        """Add somebody to the apartment under the cursor."""
        for apartment_id in self.under_cursor():
            self.app.push_screen(ResidentForm(self.session, apartment_id=apartment_id))
