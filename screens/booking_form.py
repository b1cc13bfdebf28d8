"""A reservation being made (feature BOOK-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.domain.errors import Invalid
from screens.base.form_page import FormPage
from screens.base.messages import OpenRecord
from screens.base.session import Session
from screens.booking_slot import advise_day, slot_fields, typed_slot
from widgets.dialog import PickRow
from widgets.form import FormField, PickField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.bookings import BookingDraft
    from backend.domain.records import Saved

MOST = 5_000


class BookingForm(FormPage):
    """A new reservation; `kept` are values of the one before in a series."""

    MODULE = "b"
    MAKES = "booking"
    TITLE_TEXT = "New reservation"

    def __init__(self, session: Session, kept: Mapping[str, Any] | None = None) -> None:
        super().__init__(session)
        self._kept = dict(kept or {})
        self._saved_id: int | None = None

    def sections(self) -> dict[str, Sequence[FormField]]:
        """In the order of a note."""
        return {
            "What and who": (
                PickField("amenity_id", "Amenity", required=True),
                PickField("resident_id", "Resident", required=True, hint="1203, anna"),
            ),
            "When": slot_fields(),
        }

    async def load(self) -> None:
        """Offer amenities and residents; the only amenity is there already."""
        session, form = self.session, self.form
        for name, rows in (("amenity_id", _amenities), ("resident_id", _residents)):
            offered = await session.ask(rows, session)
            picker = form.offer(name, offered)
            if name == "amenity_id" and len(offered) == 1:
                picker.begin(offered[0].answer)
                picker.set_hint("the only one")
        for name, value in self._kept.items():
            form.fields[name].begin(value)
            form.fields[name].set_hint("as last time")
        form.fields["resident_id" if form.fields["amenity_id"].value else "amenity_id"].focus_value()
        self.plan_soon()

    def draft(self) -> BookingDraft:
        """The reservation in the fields; raises Invalid."""
        from backend.domain.bookings import BookingDraft

        values, bad = self.form.values(), dict[str, str]()
        for name, word in (("amenity_id", "an amenity"), ("resident_id", "a resident")):
            if not values[name]:
                bad[name] = f"Choose {word}."
        try:
            slot = typed_slot(self.session, values)
        except Invalid as error:
            raise Invalid({**bad, **error.fields}) from None
        if bad:
            raise Invalid(bad)
        return BookingDraft(
            amenity_id=int(values["amenity_id"]),
            resident_id=int(values["resident_id"]),
            starts_at=slot.start,
            ends_at=slot.end,
        )

    async def plan(self) -> Sequence[DoorPlan] | None:
        """The door that receives the key."""
        session, draft = self.session, self.draft()
        return await session.ask(session.engine.bookings.plan_add, session.context, draft)

    async def advise(self) -> Mapping[str, str]:
        """The day as it was understood, and what is taken on it."""
        return await advise_day(self, self.form.values().get("amenity_id"))

    async def save(self) -> Saved:
        """Reserve it."""
        session, draft = self.session, self.draft()
        saved = await session.ask(session.engine.bookings.add, session.act(), draft)
        self._saved_id = saved.id
        return saved

    async def _save_now(self, then: FormPage | None) -> None:
        """The page with the key follows, unless the next one is made at once."""
        await super()._save_now(then)
        if then is None and self._saved_id is not None:
            self.app.post_message(OpenRecord("booking", self._saved_id))

    def saved_title(self) -> str:
        """Whose reservation it is."""
        picker = self.form.fields["resident_id"]
        assert isinstance(picker, PickField)
        return picker.told(picker.value).partition(" · ")[0]

    def next_form(self) -> BookingForm:
        """Another one of the same amenity on the same day."""
        fields = self.form.fields
        return BookingForm(self.session, {name: fields[name].value for name in ("amenity_id", "day")})


def _amenities(session: Session) -> list[PickRow]:
    from backend.domain.paging import ListQuery

    rows = session.engine.list("amenity", session.context, ListQuery()).first(MOST)
    return [PickRow(str(row.id), str(row.values["name"]), ((f"{row.values['hours']}", "$sp-t3"),)) for row in rows]


def _residents(session: Session) -> list[PickRow]:
    from backend.domain.paging import ListQuery

    rows = session.engine.list("resident", session.context, ListQuery()).first(MOST)
    return [
        PickRow(str(row.id), f"{row.values['name']} · {row.values['building']} {row.values['apartment']}")
        for row in rows
    ]
