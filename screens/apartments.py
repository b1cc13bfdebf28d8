"""Apartments: the list, and what there is to know and to do about each (features APT-01 to APT-05)."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.apartments import APARTMENT
from screens.apartment_acts import delete_apartment, enter_address, reset_apartment
from screens.apartment_drawing import device_lines, people_lines, settings_lines, warning_lines
from screens.apartment_form import ApartmentForm
from screens.apartment_new import ApartmentNew
from screens.base.detail_pane import Detail
from screens.base.history import history_lines
from screens.base.needs import needs, of_row
from screens.base.resource import ResourceScreen
from screens.move_acts import move
from screens.resident_form import ResidentForm
from screens.temp_key_acts import new_key

MARGIN = 8
"""Cells beside the lines of the pane."""


class ApartmentsScreen(ResourceScreen):
    """The list of apartments."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "family", "Family", id="apartments.family", tooltip="Add a member, or the master", show=False),
        Binding("m", "verb('handover')", "Move", id="apartments.move", tooltip="Family out, the next in", show=False),
        Binding("z", "verb('reset')", "Reset", id="apartments.reset", tooltip="Empty it for a new tenant", show=False),
        Binding("t", "key", "Temporary key", id="apartments.key", tooltip="A temporary key for it", show=False),
        Binding("p", "login", "New login", id="apartments.login", tooltip="Enter the master's address", show=False),
    ]
    MODULE = "a"
    RECORD = APARTMENT
    TOPICS = APARTMENT.topics | {"operations"}
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Residents", "Devices", "Settings", "History")
    DETAIL_KEYS = "Enter open · f family"

    def hints(self) -> list[tuple[str, str]]:
        """Adding somebody first."""
        return [("f", "Family member"), ("Enter", "Open"), *super().hints()]

    async def detail(self, row_id: int, page: str) -> Detail:
        """Who lives there, its devices, its settings, who changed them."""
        session = self.session
        record = await session.ask(session.engine.apartments.get, session.context, row_id)
        figure = ((record.name, "$sp-t3"),)
        if page == "History":
            return Detail(await history_lines(session, "apartment", row_id), figure, record.place)
        warnings = warning_lines(record, max(20, self.table.size.width - MARGIN))
        lines = {
            "Residents": people_lines(record),
            "Devices": device_lines(record),
            "Settings": settings_lines(record, session.formats),
        }[page]
        return Detail([*warnings, *lines] if page != "Devices" else lines, figure, record.place)

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new apartment."""
        self.app.push_screen(ApartmentNew(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Change its settings."""
        self.app.push_screen(ApartmentForm(self.session, ids[0]))

    def verb_handover(self, ids: tuple[int, ...]) -> None:
        """Move the family out, the next one in."""
        self.start(move, self, ids[0])

    def verb_reset(self, ids: tuple[int, ...]) -> None:
        """Empty it for the next tenant."""
        self.start(reset_apartment, self, ids[0])

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete it, if nobody lives there."""
        self.start(self._delete, ids[0])

    async def _delete(self, apartment_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.apartments.get, session.context, apartment_id)
        delete_apartment(self, apartment_id, record.place)

    @of_row
    @needs("resident.write")
    def action_family(self) -> None:
        """Add somebody to the apartment under the cursor."""
        for apartment_id in self.under_cursor():
            self.app.push_screen(ResidentForm(self.session, apartment_id=apartment_id))

    @of_row
    @needs("visitor.write")
    def action_key(self) -> None:
        """A temporary key for the apartment under the cursor."""
        for apartment_id in self.under_cursor():
            new_key(self, apartment_id)

    @of_row
    @needs("resident.write")
    def action_login(self) -> None:
        """Enter an address, so that the login goes out."""
        for apartment_id in self.under_cursor():
            self.start(enter_address, self, apartment_id)
