"""An amenity's own page: its rules, and one day after the other with what is taken (feature BOOK-01)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.amenity_acts import delete_amenity, show_picture
from screens.amenity_form import AmenityForm
from screens.base.drawing import wrapped
from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.base.record_page import RecordPage
from screens.base.session import Session
from screens.booking_drawing import amenity_lines, day_title, legend, strip_lines
from screens.booking_form import BookingForm
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import RowSelected
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.amenities import AmenityRecord


COLUMNS = (Column("when", "When", width=16), Column("resident", "Resident", width=0))


class AmenityPage(RecordPage):
    """One amenity."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "reserve", "Reserve", id="amenity.reserve", tooltip="Reserve it for a resident", show=False),
        Binding("e", "edit", "Edit", id="amenity.edit", tooltip="Change its rules", show=False),
        Binding("v", "picture", "Picture", id="amenity.picture", tooltip="Show its picture", show=False),
        Binding("d", "delete", "Delete", id="amenity.delete", tooltip="Delete it", show=False),
        Binding("right_square_bracket", "day(1)", "Next day", id="amenity.next", tooltip="The day after", show=False),
        Binding("left_square_bracket", "day(-1)", "Day back", id="amenity.back", tooltip="The day before", show=False),
        Binding("0", "day(0)", "Today", id="amenity.today", tooltip="Back to today", show=False),
    ]
    KIND = "amenity"
    MODULE = "b"
    TOPICS = frozenset({"amenities", "bookings", "devices", "buildings"})
    HINTS = (
        ("n", "Reserve"),
        ("] [", "Day"),
        ("0", "Today"),
        ("e", "Edit"),
        ("v", "Picture"),
        ("d", "Delete"),
        ("u", "Undo"),
        ("Esc", "Back"),
    )

    record: AmenityRecord | None = None

    def __init__(self, session: Session, amenity_id: int) -> None:
        super().__init__(session, amenity_id)
        self._day: date = session.formats.local(session.now()).date()

    def compose_page(self) -> Iterable[Widget]:
        """The rules, the strip of a day, the slots that are taken."""
        yield Panel(Lines(id="amenity-lines"), heading="Rules", keys="e Edit", id="amenity-rules")
        yield Panel(Lines(id="strip-lines"), heading="Day", keys="] next day · [ day back", id="amenity-day")
        yield VirtualTable(columns=COLUMNS)

    def on_mount(self) -> None:
        """Cursor on the first slot."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """Its name, and how many reservations are to come."""
        record = self.record
        if record is None:
            return Title("Amenity")
        count = record.upcoming
        return Title(record.name, ((record.place, "$sp-t2"),), ((f"{count} reserved", "$sp-t2"),) if count else ())

    async def load(self) -> None:
        """Read the amenity and the day."""
        session, formats = self.session, self.session.formats
        record = self.record = await session.ask(session.engine.amenities.get, session.context, self.record_id)
        width = max(40, self.query_one("#main").size.width - 6)
        about = wrapped(record.description, width, "$sp-t2") if record.description else []
        rules = amenity_lines(record)
        self.query_one("#amenity-lines", Lines).lines = tuple(rules if self.has_class("-narrow") else [*about, *rules])
        day = await session.ask(session.engine.bookings.day, session.context, self.record_id, self._day)
        panel = self.query_one("#amenity-day", Panel)
        panel.heading, panel.figure = day_title(day, formats), legend(day.capacity)
        self.query_one("#strip-lines", Lines).lines = tuple(strip_lines(day, formats, width))
        table = self.query_one(VirtualTable)
        table.show_message(empty("Nothing is reserved on this day", "n", "Reserve it").content())
        rows = [
            Row(
                one.id,
                (at, one.id),
                (Cell(f"{formats.time(one.starts_at)} - {formats.time(one.ends_at)}", tone="t2"), Cell(one.resident)),
            )
            for at, one in enumerate(day.taken)
        ]
        table.set_source(ListSource(rows))

    @needs("booking.read")
    def action_day(self, step: int) -> None:
        """The day after, the day before, or today."""
        today = self.session.formats.local(self.session.now()).date()
        self._day = self._day + timedelta(days=step) if step else today
        self.reload()

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        """Enter: the reservation."""
        event.stop()
        self.post_message(OpenRecord("booking", event.row.id))

    @needs("booking.write")
    def action_reserve(self) -> None:
        """Reserve it on this day."""
        kept = {"amenity_id": str(self.record_id), "day": self._day.isoformat()}
        self.app.push_screen(BookingForm(self.session, kept))

    @needs("booking.write")
    def action_edit(self) -> None:
        """Change its rules."""
        self.app.push_screen(AmenityForm(self.session, self.record_id))

    @needs("booking.read")
    def action_picture(self) -> None:
        """Draw its picture."""
        self.start(show_picture, self, self.record_id)

    @needs("booking.write")
    def action_delete(self) -> None:
        """Delete it."""
        self.start(delete_amenity, self, self.record_id)
