"""A reservation's own page: its key with QR code, the slot, delivery, the day at the amenity (feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.states import drawn
from screens.base.history import history_lines
from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.booking_acts import cancel_bookings, mail_key
from screens.booking_drawing import booking_lines, day_title, legend, mail_lines, status_parts, strip_lines, taken_lines
from screens.booking_move import BookingMove
from screens.key_page import KeyPage
from screens.resident_drawing import revoked_figure, revoked_lines
from screens.temp_key_drawing import whole_lines
from widgets.frame import Part, Title
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.bookings import BookingRecord


class BookingPage(KeyPage["BookingRecord"]):
    """One reservation; its key is whole here alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Move", id="booking.edit", tooltip="Give it another slot", show=False),
        Binding("m", "mail", "Mail key", id="booking.mail", tooltip="Mail the key once more", show=False),
        Binding("y", "copy", "Copy key", id="booking.copy", tooltip="Copy the digits", show=False),
        Binding("r", "resident", "Resident", id="booking.resident", tooltip="Go to the resident", show=False),
        Binding("h", "history", "History", id="booking.history", tooltip="Who changed it", show=False),
        Binding("d", "cancel", "Cancel", id="booking.cancel", tooltip="Cancel this reservation", show=False),
    ]
    KIND = "booking"
    BELOW = "Day"
    MODULE = "b"
    TOPICS = frozenset({"bookings", "amenities", "outbox", "sync"})

    def heading(self) -> Title:
        """Which amenity, whose, and how far it is."""
        record = self.record
        if record is None:
            return Title("Reservation")
        about = f"{record.amenity} · {record.resident}"
        return Title("Reservation", ((about, "$sp-t2"),), status_parts(record, self.session.now()))

    def hints(self) -> Iterable[tuple[str, str]]:
        """What still can be done with it."""
        record = self.record
        if record is not None and record.live:
            yield from (("e", "Move"), ("d", "Cancel"), ("m", "Mail key"))
            if record.digits:
                yield ("y", "Copy key")
        yield from (("r", "Resident"), ("h", "History"), ("u", "Undo"), ("Esc", "Back"))

    async def load(self) -> None:
        """Read it."""
        session, formats = self.session, self.session.formats
        record = self.record = await session.ask(session.engine.bookings.get, session.context, self.record_id)
        await self.draw_code(record.digits, _digit_lines(record))
        facts = [*booking_lines(record, formats, session.now()), *mail_lines(record, self.width_of_facts)]
        self.query_one("#key-lines", Lines).lines = tuple(facts)
        await self._load_below(record)

    async def _load_below(self, record: BookingRecord) -> None:
        """The day at the amenity; its history where that was asked for; the proof once its key is gone."""
        session, formats = self.session, self.session.formats
        proof = () if record.live else await session.ask(session.engine.sync.revoked, session.context, record.id)
        if self.with_history:
            self.draw_below("History", (), await history_lines(session, self.KIND, record.id))
        elif proof:
            self.draw_below("Gone from its doors", revoked_figure(proof), revoked_lines(proof, formats))
        else:
            local = formats.local(record.starts_at).date()
            day = await session.ask(session.engine.bookings.day, session.context, record.amenity_id, local)
            width = max(40, self.query_one("#main").size.width - 6)
            lines = (*strip_lines(day, formats, width), *taken_lines(day, formats, 4))
            self.draw_below(day_title(day, formats), legend(day.capacity), lines)

    @needs("booking.write")
    def action_edit(self) -> None:
        """Another slot."""
        if self.record is not None and self.record.live:
            self.app.push_screen(BookingMove(self.session, self.record_id))

    @needs("booking.write")
    def action_mail(self) -> None:
        """Mail its key."""
        if self.record is not None and self.record.live:
            self.start(mail_key, self, self.record_id)

    @needs("booking.write")
    def action_cancel(self) -> None:
        """Cancel it."""
        if self.record is not None and self.record.live:
            self.start(cancel_bookings, self, (self.record_id,))

    @needs("resident.read")
    def action_resident(self) -> None:
        """The page of the resident."""
        if self.record is not None:
            self.app.post_message(OpenRecord("resident", self.record.resident_id))


def _digit_lines(record: BookingRecord) -> tuple[tuple[Part, ...], ...]:
    """The digits, spaced; a word instead where they open nothing any more or may not be seen."""
    if not record.live:
        return (
            ((drawn("booking", record.status.value).word, "bold $sp-t1"),),
            (("Its key opens nothing any more.", "$sp-t3"),),
        )
    if not record.digits:
        seen = "Your account may not see codes." if record.masked else "Its key is used up."
        return (((record.masked or "–", "bold $sp-t1"),), ((seen, "$sp-t3"),))
    return whole_lines(record.digits)
