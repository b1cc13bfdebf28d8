"""A reservation's own page: its key with QR code, the slot, delivery, the day at the amenity (feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget

from backend.catalog.states import drawn
from backend.domain.visitor_letters import spaced
from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.booking_acts import cancel_bookings, mail_key
from screens.booking_drawing import booking_lines, day_title, legend, mail_lines, status_parts, strip_lines, taken_lines
from screens.booking_move import BookingMove
from screens.resident_drawing import history_lines, revoked_figure, revoked_lines
from widgets.frame import Part, Title
from widgets.panel import Lines, Panel
from widgets.qr import QrCode

if TYPE_CHECKING:
    from backend.domain.bookings import BookingRecord


class BookingPage(Page):
    """One reservation; its key is whole here alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Move", id="booking.edit", tooltip="Give it another slot", show=False),
        Binding("m", "mail", "Mail key", id="booking.mail", tooltip="Mail the key once more", show=False),
        Binding("y", "copy", "Copy key", id="booking.copy", tooltip="Copy the digits", show=False),
        Binding("r", "resident", "Resident", id="booking.resident", tooltip="Go to the resident", show=False),
        Binding("h", "history", "History", id="booking.history", tooltip="Who changed it", show=False),
        Binding("d", "cancel", "Cancel", id="booking.cancel", tooltip="Cancel this reservation", show=False),
    ]
    MODULE = "b"
    TOPICS = frozenset({"bookings", "amenities", "outbox", "sync"})

    def __init__(self, session: Session, booking_id: int) -> None:
        super().__init__(session)
        self._booking_id = booking_id
        self._record: BookingRecord | None = None
        self._history = False

    def compose_page(self) -> Iterable[Widget]:
        """The code at the left, facts at the right, the day below."""
        with Horizontal(id="key-body"):
            with Vertical(id="key-code"):
                yield QrCode()
                yield Lines(id="key-digits")
            with VerticalScroll(id="key-facts"):
                yield Lines(id="key-lines")
        yield Panel(Lines(id="day-lines"), heading="Day", id="booking-below")

    def on_mount(self) -> None:
        """The facts can be scrolled."""
        super().on_mount()
        self.query_one("#key-facts").focus()

    def heading(self) -> Title:
        """Which amenity, whose, and how far it is."""
        record = self._record
        if record is None:
            return Title("Reservation")
        about = f"{record.amenity} · {record.resident}"
        return Title("Reservation", ((about, "$sp-t2"),), status_parts(record, self.session.now()))

    def hints(self) -> Iterable[tuple[str, str]]:
        """What still can be done with it."""
        record = self._record
        if record is not None and record.live:
            yield from (("e", "Move"), ("d", "Cancel"), ("m", "Mail key"))
            if record.digits:
                yield ("y", "Copy key")
        yield from (("r", "Resident"), ("h", "History"), ("u", "Undo"), ("Esc", "Back"))

    async def load(self) -> None:
        """Read it."""
        session, formats = self.session, self.session.formats
        record = self._record = await session.ask(session.engine.bookings.get, session.context, self._booking_id)
        code = self.query_one(QrCode)
        code.modules = await session.ask(session.engine.files.draw_qr, record.digits) if record.digits else ()
        self.query_one("#key-digits", Lines).lines = _digit_lines(record)
        width = max(36, self.query_one("#key-facts").size.width - 2)
        facts = [*booking_lines(record, formats, session.now()), *mail_lines(record, width)]
        self.query_one("#key-lines", Lines).lines = tuple(facts)
        await self._load_below(record)

    async def _load_below(self, record: BookingRecord) -> None:
        """The day at the amenity; its history where that was asked for; the proof once its key is gone."""
        session, formats = self.session, self.session.formats
        panel, lines = self.query_one("#booking-below", Panel), self.query_one("#day-lines", Lines)
        proof = () if record.live else await session.ask(session.engine.sync.revoked, session.context, record.id)
        if self._history:
            panel.heading, panel.figure = "History", ()
            lines.lines = tuple(await history_lines(session, "booking", record.id))
        elif proof:
            panel.heading, panel.figure = "Gone from its doors", revoked_figure(proof)
            lines.lines = tuple(revoked_lines(proof, formats))
        else:
            local = formats.local(record.starts_at).date()
            day = await session.ask(session.engine.bookings.day, session.context, record.amenity_id, local)
            width = max(40, self.query_one("#main").size.width - 6)
            panel.heading, panel.figure = day_title(day, formats), legend(day.capacity)
            lines.lines = (*strip_lines(day, formats, width), *taken_lines(day, formats, 4))

    @needs("booking.write")
    def action_edit(self) -> None:
        """Another slot."""
        if self._record is not None and self._record.live:
            self.app.push_screen(BookingMove(self.session, self._booking_id))

    @needs("booking.write")
    def action_mail(self) -> None:
        """Mail its key."""
        if self._record is not None and self._record.live:
            self.start(mail_key, self, self._booking_id)

    @needs("booking.write")
    def action_cancel(self) -> None:
        """Cancel it."""
        if self._record is not None and self._record.live:
            self.start(cancel_bookings, self, (self._booking_id,))

    @needs("credential.reveal")
    def action_copy(self) -> None:
        """Copy the digits."""
        if self._record is not None and self._record.digits:
            self.app.copy_to_clipboard(self._record.digits)
            self.say("Copied")

    @needs("resident.read")
    def action_resident(self) -> None:
        """The page of the resident."""
        if self._record is not None:
            self.app.post_message(OpenRecord("resident", self._record.resident_id))

    @needs("operation.read")
    def action_history(self) -> None:
        """Who changed it, in place of the day."""
        self._history = not self._history
        self.reload()

    def subject(self) -> tuple[str, int] | None:
        """This reservation."""
        return "booking", self._booking_id


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
    digits = "  ".join(" ".join(half) for half in spaced(record.digits).split())
    return (((f"   {digits}", "bold $sp-t1"),), (("for doors without QR reader", "$sp-t3"),))
