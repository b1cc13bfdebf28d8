"""A reservation being moved to another slot: its key moves with it (feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.booking_slot import advise_day, slot_fields, typed_slot
from widgets.form import FixedField, FormField

if TYPE_CHECKING:
    from backend.domain.bookings import BookingRecord
    from backend.domain.records import Saved


class BookingMove(PlainForm):
    """Another slot of a reservation; its key moves with it."""

    MODULE = "b"
    MAKES = "booking"
    TITLE_TEXT = "Move reservation"

    def __init__(self, session: Session, booking_id: int) -> None:
        super().__init__(session)
        self._booking_id = booking_id
        self._record: BookingRecord | None = None

    def about(self) -> str:
        """Whose it is."""
        return f"{self._record.amenity} · {self._record.resident}" if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """The slot; the rest stays."""
        return {
            "When": slot_fields(),
            "Stays": (
                FixedField("amenity", "Amenity"),
                FixedField("resident", "Resident"),
                FixedField("key", "Key", hint="valid in the new slot, not sent again"),
            ),
        }

    async def load(self) -> None:
        """Begin with the present slot; one that is over has none to move."""
        values = await self.now()
        record = self._record
        assert record is not None
        if not record.live:
            self.dismiss()
            self.say(f"This reservation is {record.status.value}", "n makes a new one", bad=True)
            return
        self.form.begin(values)
        self.form.fields["start"].focus_value()
        self.plan_soon()

    async def now(self) -> Mapping[str, Any]:
        """The reservation as it stands."""
        session = self.session
        record = self._record = await session.ask(session.engine.bookings.get, session.context, self._booking_id)
        first, last = session.formats.local(record.starts_at), session.formats.local(record.ends_at)
        midnight = last.date() != first.date() and f"{last:%H:%M}" == "00:00"
        return {
            "day": f"{first.date()}",
            "start": f"{first:%H:%M}",
            "end": "24" if midnight else f"{last:%H:%M}",
            "amenity": record.amenity,
            "resident": f"{record.resident} · {record.apartment}",
            "key": record.masked,
        }

    async def advise(self) -> Mapping[str, str]:
        """The day as it was understood, and what else is taken on it."""
        record = self._record
        return await advise_day(self, record.amenity_id if record else None, self._booking_id)

    async def save(self) -> Saved:
        """Move it; a field that was not touched keeps its instant."""
        from backend.domain.amenities import Slot
        from backend.domain.bookings import parse_end

        record, session = self._record, self.session
        assert record is not None
        changes = self.form.changes()
        slot = record.slot
        if not changes.keys() & {"day", "start"} and "end" in changes:
            slot = Slot(record.starts_at, parse_end(changes["end"], record.starts_at, session.formats.zone))
        elif changes:
            slot = typed_slot(session, self.form.values())
        return await session.ask(session.engine.bookings.move, session.act(), record.id, record.version, slot)

    def saved_title(self) -> str:
        """Whose it is."""
        return self.about()
