"""Staff and deliveries being added or changed: what must be typed comes first (VIS-05, VIS-06; tasks 21, 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from backend.catalog.model import Kind, Record
from backend.catalog.staff import DELIVERY, STAFF
from backend.domain.errors import SmartPlusError
from backend.domain.floors import split_floors
from screens.base.form_page import FormPage
from screens.base.session import Session
from screens.group_inline import GroupsFormPage
from screens.resident_form import LONGEST_PATH
from screens.resident_hints import hint_codes
from screens.resident_values import ID_ACCESS, at_fields, renamed, rights_changes, split_cards
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import Saved
    from backend.domain.staff import StaffDraft, StaffPatch, StaffRecord
    from backend.served import Personnel

KEPT = ("group_ids", "floors")
"""Fields that a series keeps."""


def service_of(session: Session, record: Record) -> Personnel:
    """The service that keeps the people of a record type."""
    return session.engine.deliveries if record is DELIVERY else session.engine.staff


class PersonnelForm(GroupsFormPage):
    """Adds one, or changes the one given; `kept` are values of the one before in a series."""

    MODULE = "v"
    RECORD: ClassVar[Record]

    def __init__(self, session: Session, person_id: int | None = None, kept: Mapping[str, Any] | None = None) -> None:
        super().__init__(session)
        self._person_id = person_id
        self._kept = dict(kept or {})
        self._record: StaffRecord | None = None

    @property
    def _service(self) -> Personnel:
        return service_of(self.session, self.RECORD)

    @property
    def makes(self) -> str:
        """Deliveries or staff."""
        return self.RECORD.name

    def about(self) -> str:
        """Who it is, once somebody is there."""
        return self._record.name if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Made from the catalog, without ID access where the community has none."""
        absent = () if self.session.community.id_access else ID_ACCESS
        made: dict[str, list[FormField]] = {}
        for field in self.RECORD.formed():
            if field.name not in absent:
                made.setdefault(field.section, []).append(self._field(field.name))
        return {word: tuple(fields) for word, fields in made.items()}

    def _field(self, name: str) -> FormField:
        field = self.RECORD.field(name)
        if field.kind is Kind.REFERENCES:
            return PickField(name, field.label, several=True)
        most = field.max_length + 2 if name == "pin" else LONGEST_PATH if field.kind is Kind.PHOTO else field.max_length
        return TextField(name, field.label, required=field.required, hint=field.hint, max_length=most)

    async def load(self) -> None:
        """Offer groups; fill in what is known."""
        await self.offer_groups()
        if self._person_id is None:
            await self._begin_new()
        else:
            self.form.begin(await self.now())
        self.form.focus_first()
        self.plan_soon()

    async def _begin_new(self) -> None:
        known = await self.session.ask(self._service.defaults, self.session.context)
        fields = self.form.fields
        begun = {"group_ids": [str(group_id) for group_id in known.group_ids], "floors": "; ".join(known.floors)}
        for name, value in {**begun, **self._kept}.items():
            source = "as last time" if name in self._kept else known.sources.get(name, "")
            fields[name].begin(value)
            if source:
                fields[name].set_hint(source)
        if known.free_pin:
            fields["pin"].set_hint(f"free: {known.free_pin}")

    async def now(self) -> Mapping[str, Any]:
        """The record as it stands; codes are never shown, and a face only as the day of its enrolment."""
        assert self._person_id is not None, "somebody is changed"
        record = self._record = await self.session.ask(self._service.get, self.session.context, self._person_id)
        hint_codes(self.form, record, self.session.formats)
        return {
            "name": record.name,
            "group_ids": tuple(str(group_id) for group_id, _ in record.groups),
            "floors": "; ".join(record.floors),
        }

    def _draft(self, face: bytes | None = None) -> StaffDraft:
        from backend.domain.staff import StaffDraft

        values = self.form.values()
        return StaffDraft(
            name=values["name"],
            pin=values["pin"].strip(),
            cards=split_cards(values["cards"]),
            group_ids=tuple(map(int, values["group_ids"])),
            floors=split_floors(values["floors"]),
            face=face,
            **{name: values[name] for name in ID_ACCESS if name in values},
        )

    def _patch(self, face: bytes | None = None) -> StaffPatch:
        from backend.domain.staff import StaffPatch

        changes = self.form.changes()
        named = {"name": changes["name"]} if "name" in changes else {}
        return StaffPatch(**named, **rights_changes(changes), face=face)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door, from what stands in the fields."""
        session = self.session
        if self._person_id is None:
            return await session.ask(self._service.plan_add, session.context, self._draft())
        return await session.ask(self._service.plan_edit, session.context, self._person_id, self._patch())

    async def advise(self) -> Mapping[str, str]:
        """About PINs and cards, from what stands in the fields."""
        session, service = self.session, self._service
        if self._person_id is None:
            return renamed(await session.ask(service.advise_add, session.context, self._draft()))
        return renamed(await session.ask(service.advise_edit, session.context, self._person_id, self._patch()))

    def failed(self, error: SmartPlusError) -> None:
        """Sentences about codes that come stand at the fields they were typed in."""
        super().failed(at_fields(error))

    async def save(self) -> Saved:
        """Add or change, with the photo in the file that is named; without one a face stays (edge case 14)."""
        session = self.session
        path = self.form.fields["face"].value.strip() if "face" in self.form.fields else ""
        face = await session.ask(session.engine.files.read_photo, Path(path)) if path else None
        if self._person_id is None:
            return await session.ask(self._service.add, session.act(), self._draft(face))
        assert self._record is not None, "it was read"
        edit, patch = self._service.edit, self._patch(face)
        return await session.ask(edit, session.act(), self._person_id, self._record.version, patch)

    def saved_title(self) -> str:
        """The name."""
        return str(self.form.values()["name"]).strip()

    def next_form(self) -> FormPage | None:
        """Another one with the same groups and floors."""
        if self._person_id is not None:
            return None
        fields = self.form.fields
        return type(self)(self.session, kept={name: fields[name].value for name in KEPT if fields[name].changed})

    def hints(self) -> list[tuple[str, str]]:
        """There is no next one to edit."""
        return [hint for hint in super().hints() if self._person_id is None or hint[0] != "F4"]


class StaffForm(PersonnelForm):
    """A new member of staff."""

    TITLE_TEXT = "New staff member"
    RECORD = STAFF


class StaffEdit(StaffForm):
    """Changes a member of staff."""

    TITLE_TEXT = "Edit staff member"


class DeliveryForm(PersonnelForm):
    """A new delivery."""

    TITLE_TEXT = "New delivery"
    RECORD = DELIVERY


class DeliveryEdit(DeliveryForm):
    """Changes a delivery."""

    TITLE_TEXT = "Edit delivery"
