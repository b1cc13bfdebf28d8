"""Reservations: the list with the day of the amenity under it, and the acts on one or many (feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.bookings import BOOKING
from backend.catalog.model import Field
from screens.base.detail_pane import Detail
from screens.base.history import history_lines
from screens.base.messages import OpenRecord
from screens.booking_acts import cancel_bookings, mail_key
from screens.booking_drawing import booking_lines, day_title, legend, mail_lines, strip_lines, taken_lines
from screens.booking_form import BookingForm
from screens.booking_move import BookingMove
from screens.booking_tabs import BookingTab
from widgets.table_source import Cell

NARROW_TAKEN, WIDE_TAKEN = 1, 4


class BookingsScreen(BookingTab):
    """The reservations of the community."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "verb('mail')", "Mail key", id="bookings.mail", tooltip="Mail the key once more", show=False),
    ]
    TAB = 1
    RECORD = BOOKING
    TOPICS = BOOKING.topics
    CLOSES = frozenset({"add", "edit"})
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Day", "Key", "History")

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """Moments without their seconds; what is over is quiet."""
        if field.name in ("starts_at", "ends_at"):
            live = values["status"] in ("upcoming", "in_progress")
            return Cell(self.session.formats.moment(values[field.name]), tone="t1" if live else "t3")
        return super().draw(field, values, first)

    async def detail(self, row_id: int, page: str) -> Detail:
        """The day at the amenity, the key, or who changed it."""
        session, formats = self.session, self.session.formats
        record = await session.ask(session.engine.bookings.get, session.context, row_id)
        heading = f"{record.amenity} · {record.resident}"
        width = max(40, self.content_size.width - 30)
        if page == "Key":
            facts = booking_lines(record, formats, session.now())
            return Detail([*facts[3:], *mail_lines(record, width)], heading=heading)
        if page == "History":
            return Detail(await history_lines(session, "booking", row_id), heading=heading)
        local = formats.local(record.starts_at).date()
        day = await session.ask(session.engine.bookings.day, session.context, record.amenity_id, local)
        most = NARROW_TAKEN if self.has_class("-narrow") else WIDE_TAKEN
        lines = [*strip_lines(day, formats, width), *taken_lines(day, formats, most)]
        return Detail(lines, legend(day.capacity), f"{record.amenity} · {day_title(day, formats)}")

    def open_row(self, row_id: int) -> None:
        """Enter: its page with the key."""
        self.post_message(OpenRecord("booking", row_id))

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new reservation."""
        self.app.push_screen(BookingForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Another slot."""
        self.app.push_screen(BookingMove(self.session, ids[0]))

    def verb_mail(self, ids: tuple[int, ...]) -> None:
        """Mail its key."""
        self.start(mail_key, self, ids[0])

    def verb_delete(self, ids: Sequence[int]) -> None:
        """Cancel one or the ticked."""
        self.start(cancel_bookings, self, ids)
