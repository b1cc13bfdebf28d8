"""Amenities: the list, one amenity's own page with its day, and deleting one (features BOOK-01, BOOK-03)."""

from __future__ import annotations

from typing import Any, ClassVar

from backend.catalog.amenities import AMENITY
from backend.catalog.model import Field
from screens.amenity_acts import delete_amenity
from screens.amenity_form import AmenityForm
from screens.base.detail_pane import Detail
from screens.base.history import history_lines
from screens.base.messages import OpenRecord
from screens.booking_drawing import amenity_lines, day_title, legend, strip_lines, taken_lines
from screens.booking_tabs import BookingTab
from widgets.table_source import Cell


class AmenitiesTab(BookingTab):
    """The amenities of the community."""

    TAB = 2
    RECORD = AMENITY
    TOPICS = AMENITY.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Rules", "Today", "History")

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """Hours of every day without saying so."""
        if field.name == "hours":
            return Cell(str(values["hours"]).replace("daily ", ""), tone="t2")
        return super().draw(field, values, first)

    async def detail(self, row_id: int, page: str) -> Detail:
        """What it is, its day, or who changed it."""
        session, formats = self.session, self.session.formats
        record = await session.ask(session.engine.amenities.get, session.context, row_id)
        if page == "History":
            return Detail(await history_lines(session, "amenity", row_id), heading=record.name)
        if page == "Rules":
            lines = amenity_lines(record)
            return Detail(lines[1:4] if self.has_class("-narrow") else lines, heading=record.name)
        today = formats.local(session.now()).date()
        day = await session.ask(session.engine.bookings.day, session.context, row_id, today)
        lines = [*strip_lines(day, formats, max(40, self.content_size.width - 30)), *taken_lines(day, formats, 4)]
        return Detail(lines, legend(day.capacity), f"{record.name} · {day_title(day, formats)}")

    def open_row(self, row_id: int) -> None:
        """Enter: its page."""
        self.post_message(OpenRecord("amenity", row_id))

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new amenity."""
        self.app.push_screen(AmenityForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Change one."""
        self.app.push_screen(AmenityForm(self.session, ids[0]))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete one, after one question."""
        self.start(delete_amenity, self, ids[0])
