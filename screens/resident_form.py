"""A resident being added or changed: fields in the order of a note on paper (features RES-01 to 05, 08, 13, 14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend.catalog.model import Kind
from backend.catalog.residents import RESIDENT
from backend.domain.errors import SmartPlusError
from screens.base.form_page import FormPage
from screens.base.session import Session
from screens.group_inline import GroupsFormPage
from screens.places import NO_APARTMENT, apartments_of
from screens.resident_hints import fill, fill_calling_code, hint_codes, offer_own, take_person
from screens.resident_values import ID_ACCESS, LOCKED, at_fields, draft_of, patch_of, renamed, values_of
from widgets.dialog import PickRow
from widgets.field_input import FieldInput
from widgets.form import FixedField, FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import Saved
    from backend.domain.residents import ResidentRecord

PHONES = ("phone1", "phone2", "phone3")
LONGEST_PATH = 400


class ResidentForm(GroupsFormPage):
    """Adds a resident, or changes the one given; `kept` are values of the one before in a series."""

    MODULE = "r"
    MAKES = "resident"
    TITLE_TEXT = "New resident"

    def __init__(
        self,
        session: Session,
        resident_id: int | None = None,
        *,
        apartment_id: int | None = None,
        kept: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(session)
        self._resident_id = resident_id
        self._apartment_id = apartment_id
        self._kept = dict(kept or {})
        self._record: ResidentRecord | None = None
        self._filled: int | None = None

    def about(self) -> str:
        """Who it is, once somebody lives there."""
        record = self._record
        return (
            f"{record.name} · {record.building} {record.apartment} · {record.role.value.capitalize()}" if record else ""
        )

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Made from the catalog, without what this community has not; the apartment is fixed where somebody lives."""
        community = self.session.community
        absent = {*(() if community.id_access else ID_ACCESS), *(() if community.landline else PHONES)}
        made: dict[str, list[FormField]] = {}
        for field in RESIDENT.formed():
            if field.name not in absent:
                made.setdefault(field.section, []).append(self._field(field.name))
        return {word: tuple(fields) for word, fields in made.items()}

    def _field(self, name: str) -> FormField:
        field = RESIDENT.field(name)
        label, hint = field.label, field.hint
        fixed = name in ("apartment_id", "role") and self._resident_id is not None
        if fixed:
            return FixedField(name, label, hint="set when added")
        if name == "apartment_id":
            return PickField(name, label, required=True, hint="1203, B 1203", none=NO_APARTMENT)
        if name == "role":
            return PickField(name, label, options=[PickRow(one.value, one.label) for one in field.choices])
        if name in ("group_ids", "own_relay_ids"):
            return PickField(name, label, several=True, hint=hint)
        most = field.max_length + 2 if name == "pin" else LONGEST_PATH if field.kind is Kind.PHOTO else field.max_length
        made = TextField(name, label, required=field.required, hint=hint, max_length=most)
        if name in ("first", "last", "email") and self._resident_id is None:
            made.on_paste_into(lambda text: take_person(self.form, text))
        return made

    def _pasted(self, offer: Callable[[str], bool] | None, text: str) -> bool:
        """Several lines pasted anywhere in the form are a list of people."""
        from screens.import_menu import take_lines

        return take_lines(self, text) or (offer is not None and offer(text))

    async def load(self) -> None:
        """Offer apartments and groups; fill in what is known."""
        session = self.session
        form = self.form
        await self.offer_groups()
        if session.community.only_public_area and not session.granted("community.write"):
            self.groups.set_hint("set by the installer")
        if self._resident_id is None:
            for line in self.query(FieldInput):
                line.offer = partial(self._pasted, line.offer)
            await self._begin_new()
        else:
            await self._begin_edit()
        if self._apartment_id is None:
            form.focus_first()
        else:
            form.fields["first"].focus_value()  # where somebody moves in is known

    async def _begin_new(self) -> None:
        offer_own(self.form, ())
        picker = self.form.offer("apartment_id", await self.session.ask(apartments_of, self.session))
        if self._apartment_id is not None:
            picker.begin(str(self._apartment_id))
            await self._fill(self._apartment_id)
        for name, value in self._kept.items():
            self.form.fields[name].begin(value)
            self.form.fields[name].set_hint("as last time")

    async def _begin_edit(self) -> None:
        record = await self._read()
        offer_own(self.form, record.private_doors)
        self.form.begin(values_of(record))
        hint_codes(self.form, record, self.session.formats)
        if record.linked:
            for name in LOCKED:
                field = self.form.fields[name]
                assert isinstance(field, TextField)
                field.set_hint("locked: linked user")
                field.lock_value(f"Linked user: {record.linked}" if name == LOCKED[0] else "")
        self.plan_soon()

    async def _read(self) -> ResidentRecord:
        """The record as it stands, whose version is saved on top of."""
        assert self._resident_id is not None
        session = self.session
        self._record = await session.ask(session.engine.residents.get, session.context, self._resident_id)
        return self._record

    async def _fill(self, apartment_id: int) -> None:
        """What the apartment tells: type, family name, groups, calling code; typed text stays."""
        if self._filled == apartment_id:
            return
        self._filled = apartment_id
        session = self.session
        known = await session.ask(session.engine.residents.defaults, session.context, apartment_id)
        fill(self.form, known)

    def field_changed(self, field: FormField) -> None:
        """An apartment that was taken fills in what it tells, a country its calling code."""
        super().field_changed(field)
        if field.key == "apartment_id" and self._resident_id is None and field.value:
            self.start(self._fill, int(field.value), group="fill", exclusive=True)
        elif field.key == "country":
            fill_calling_code(self.form, field.value)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door, from what stands in the fields."""
        session = self.session
        residents, form = session.engine.residents, self.form
        if self._resident_id is not None:
            if self._record is None:
                return None
            return await session.ask(residents.plan_edit, session.context, self._resident_id, patch_of(form))
        if form.fields["apartment_id"].value is None:
            return None
        return await session.ask(residents.plan_add, session.context, draft_of(form))

    async def advise(self) -> Mapping[str, str]:
        """About PINs, cards and numbers, from what stands in the fields."""
        session = self.session
        residents, form = session.engine.residents, self.form
        if self._resident_id is None:
            told = await session.ask(residents.advise_add, session.context, draft_of(form))
        else:
            told = await session.ask(residents.advise_edit, session.context, self._resident_id, patch_of(form))
        return renamed(told)

    async def now(self) -> Mapping[str, Any]:
        """What the record has become under the hands of whoever types."""
        record = await self._read()
        hint_codes(self.form, record, self.session.formats)
        return {name: value for name, value in values_of(record).items() if name in self.form.fields}

    def failed(self, error: SmartPlusError) -> None:
        """Sentences about codes that come stand at the fields they were typed in."""
        super().failed(at_fields(error))

    async def save(self) -> Saved:
        """Add or change, with the photo in the file that is named."""
        session = self.session
        path = self.form.fields["face"].value.strip()
        face = await session.ask(session.engine.files.read_photo, Path(path)) if path else None
        if self._resident_id is None:
            return await session.ask(session.engine.residents.add, session.act(), draft_of(self.form, face))
        assert self._record is not None
        version, patch = self._record.version, patch_of(self.form, face)
        return await session.ask(session.engine.residents.edit, session.act(), self._resident_id, version, patch)

    def saved_title(self) -> str:
        """The person's name."""
        values = self.form.values()
        return f"{values['first']} {values['last']}".strip()

    def next_form(self) -> FormPage | None:
        """Another one in the same apartment, with the same groups and floors."""
        fields = self.form.fields
        chosen = fields["apartment_id"].value
        if self._resident_id is not None or not chosen:
            return None
        kept = {name: fields[name].value for name in ("group_ids", "floors") if fields[name].changed}
        return ResidentForm(self.session, apartment_id=int(chosen), kept=kept)


class ResidentEdit(ResidentForm):
    """Changes the resident given."""

    TITLE_TEXT = "Edit resident"

    def __init__(self, session: Session, resident_id: int) -> None:
        super().__init__(session, resident_id)

    def hints(self) -> list[tuple[str, str]]:
        """There is no next one to edit."""
        return [hint for hint in super().hints() if hint[0] != "F4"]
