"""An amenity being added or changed, with what its device takes from the default groups beside (BOOK-01, BOOK-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from backend.catalog.amenities import AMENITY
from backend.catalog.model import Kind
from backend.domain.amenities import LIMITS, NEW_DURATION
from backend.domain.errors import Conflict, Invalid
from screens.amenity_values import draft_of, offer_devices
from screens.base.catalog_form import form_field
from screens.base.form_page import FormPage
from screens.base.session import Session
from screens.places import buildings_of
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.amenities import AmenityDraft, AmenityRecord
    from backend.domain.records import Saved

LONGEST_PATH = 400
KEEPS = "another; - none"
BEGINS = {"everywhere": True, "hours": "8-22", "duration": str(NEW_DURATION), "lead_days": "7", "capacity": "1",
          "uses": "0"}  # fmt: skip


class AmenityForm(FormPage):
    """Adds an amenity, or changes the one given."""

    MODULE = "b"
    MAKES = "amenity"
    TITLE_TEXT = "Amenity"

    def __init__(self, session: Session, amenity_id: int | None = None) -> None:
        super().__init__(session)
        self._amenity_id = amenity_id
        self._record: AmenityRecord | None = None

    def about(self) -> str:
        """Which one."""
        return self._record.name if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """The guide's two pages, one after the other."""
        made: dict[str, list[FormField]] = {}
        for field in AMENITY.formed():
            one = form_field(field)
            if field.kind is Kind.REFERENCES:
                one = PickField(field.name, field.label, several=True, hint=field.hint)
            elif field.kind is Kind.PHOTO:
                one = TextField(field.name, field.label, hint=field.hint, max_length=LONGEST_PATH)
            made.setdefault(field.section, []).append(one)
        return {word: tuple(fields) for word, fields in made.items()}

    async def load(self) -> None:
        """Offer buildings and devices, begin with what is set."""
        session, form = self.session, self.form
        for name, rows in (("building_ids", buildings_of), ("device_id", offer_devices)):
            form.offer(name, await session.ask(rows, session))
        if self._amenity_id is None:
            form.begin(BEGINS)
        else:
            form.begin(await self.now())
            if self._record is not None and self._record.picture:
                form.fields["picture"].set_hint(KEEPS)
        form.focus_first()
        self.plan_soon()

    async def now(self) -> Mapping[str, Any]:
        """The amenity as it stands."""
        session = self.session
        assert self._amenity_id is not None
        record = self._record = await session.ask(session.engine.amenities.get, session.context, self._amenity_id)
        plain = ("name", "description", "everywhere", "out_of_group")
        return {
            **{name: getattr(record, name) for name in plain},
            "hours": record.hours.replace("daily ", ""),
            **{name: str(getattr(record, name)) for name in LIMITS},
            "building_ids": tuple(str(one) for one, _ in record.buildings),
            "device_id": str(record.device_id) if record.device_id else None,
            "picture": "",
        }

    def _changed(self) -> dict[str, Any]:
        """The fields that a save is about: all of a new amenity, else those that differ."""
        return dict(self.form.values() if self._amenity_id is None else self.form.changes())

    async def draft(self) -> AmenityDraft:
        """The amenity in the fields; raises Invalid."""
        return await draft_of(self.session, self._changed())

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Who loses or gets the door by it."""
        from backend.domain.amenities import AmenityDraft

        session, values = self.session, self.form.values()
        if not values["device_id"]:
            return None
        draft = AmenityDraft(device_id=int(values["device_id"]), out_of_group=values["out_of_group"])
        return await session.ask(session.engine.amenities.plan, session.context, self._amenity_id, draft)

    async def advise(self) -> Mapping[str, str]:
        """The hours as they were understood, and who passes without a reservation."""
        from backend.domain.amenities import parse_hours
        from backend.domain.schedule_line import describe_schedule

        values, told = self.form.values(), dict[str, str]()
        if values["hours"].strip():
            with suppress(Invalid):  # a save says it under the field
                told["hours"] = describe_schedule(parse_hours(values["hours"]), self.session.formats)
        if values["device_id"] and not values["out_of_group"]:
            told["out_of_group"] = "Residents of the default groups pass this door without a reservation."
        return told

    def loss_question(self, losing: Sequence[DoorPlan]) -> str:
        """The door is taken from everybody without a reservation."""
        names = ", ".join(plan.device_name for plan in losing)
        return f"{names} leaves the default groups: who has no reservation stays out. Save?"

    async def save(self) -> Saved:
        """Add or change it."""
        session, draft = self.session, await self.draft()
        if self._amenity_id is None:
            return await session.ask(session.engine.amenities.add, session.act(), draft)
        if self._record is None:
            raise Conflict("", "Nothing is known of it yet. Try again.")
        version = self._record.version
        return await session.ask(session.engine.amenities.edit, session.act(), self._amenity_id, version, draft)

    def saved_title(self) -> str:
        """Its name."""
        return str(self.form.values()["name"]).strip()
