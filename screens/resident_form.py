"""A resident being added or changed: fields in the order of a note on paper (features RES-01, 02, 05, 08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backend.catalog.residents import RESIDENT
from screens.base.form_page import FormPage
from screens.base.session import Session
from widgets.dialog import PickRow
from widgets.form import FixedField, FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import ResidentDraft, ResidentPatch, ResidentRecord, Saved

TEXTS = ("first", "last", "email", "calling_code", "mobile", "phone1", "phone2", "phone3", "remark")


class ResidentForm(FormPage):
    """Adds a resident, or changes the one given."""

    MODULE = "r"
    TITLE_TEXT = "New resident"

    def __init__(self, session: Session, resident_id: int | None = None, *, apartment_id: int | None = None) -> None:
        super().__init__(session)
        self._resident_id = resident_id
        self._apartment_id = apartment_id
        self._record: ResidentRecord | None = None
        self._filled: int | None = None

    def about(self) -> str:
        """Who it is, once somebody lives there."""
        record = self._record
        return (
            f"{record.name} · {record.building} {record.apartment} · {record.role.value.capitalize()}" if record else ""
        )

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Made from the catalog; the apartment is fixed once somebody lives there."""
        made: dict[str, list[FormField]] = {}
        for field in RESIDENT.formed():
            made.setdefault(field.section, []).append(self._field(field.name))
        return {word: tuple(fields) for word, fields in made.items()}

    def _field(self, name: str) -> FormField:
        field = RESIDENT.field(name)
        label, hint = field.label, field.hint
        fixed = name in ("apartment_id", "role") and self._resident_id is not None
        if fixed:
            return FixedField(name, label, hint="set when added")
        if name == "apartment_id":
            return PickField(name, label, required=True, hint="1203, B 1203")
        if name == "role":
            return PickField(name, label, options=[PickRow(one.value, one.label) for one in field.choices])
        if name == "group_ids":
            return PickField(name, label, several=True)
        return TextField(name, label, required=field.required, hint=hint, max_length=field.max_length)

    async def load(self) -> None:
        """Offer apartments and groups; fill in what is known."""
        session = self.session
        form = self.form
        groups = await session.ask(session.engine.groups.list_all, session.context)
        rows = [
            PickRow(str(group_id), name, ((f"{hours}  {doors} doors", "$sp-t3"),))
            for group_id, name, hours, doors in groups
        ]
        picker = form.fields["group_ids"]
        assert isinstance(picker, PickField)
        picker.set_options(rows)
        if self._resident_id is None:
            await self._begin_new()
        else:
            await self._begin_edit(self._resident_id)
        form.focus_first()

    async def _begin_new(self) -> None:
        apartments = await self.session.ask(self._apartments)
        picker = self.form.fields["apartment_id"]
        assert isinstance(picker, PickField)
        picker.set_options(apartments)
        if self._apartment_id is not None:
            picker.begin(str(self._apartment_id))
            await self._fill(self._apartment_id)

    def _apartments(self) -> list[PickRow]:
        from backend.domain.paging import ListQuery

        handle = self.session.engine.list("apartment", self.session.context, ListQuery())
        rows = handle.first(2000)
        return [
            PickRow(
                str(row.id),
                f"{row.values['building']} {row.values['number']}",
                (),
                f"{row.values['number']} {row.values['name']}",
            )
            for row in rows
        ]

    async def _begin_edit(self, resident_id: int) -> None:
        session = self.session
        record = self._record = await session.ask(session.engine.residents.get, session.context, resident_id)
        values: dict[str, Any] = {name: getattr(record, name) for name in TEXTS}
        values["group_ids"] = [str(group_id) for group_id, _ in record.groups]
        values["apartment_id"] = f"{record.building} {record.apartment}"
        values["role"] = record.role.value.capitalize()
        self.form.begin(values)
        pins = [one.masked for one in record.credentials if one.kind == "pin"]
        self.form.fields["pin"].set_hint(f"{pins[0]}, typed replaces" if pins else "none yet")
        cards = [one.masked for one in record.credentials if one.kind == "card"]
        self.form.fields["cards"].set_hint(f"{' '.join(cards)}, typed adds" if cards else "none yet")
        self.plan_soon()

    async def _fill(self, apartment_id: int) -> None:
        """What the apartment tells: type, family name, groups, calling code; typed text stays."""
        if self._filled == apartment_id:
            return
        self._filled = apartment_id
        session = self.session
        known = await session.ask(session.engine.residents.defaults, session.context, apartment_id)
        fields = self.form.fields
        for name, value in (("role", known.role.value), ("last", known.last), ("calling_code", known.calling_code)):
            if value and not fields[name].changed:
                fields[name].begin(value)
                if name in known.sources:
                    fields[name].set_hint(known.sources[name])
        if not fields["group_ids"].changed:
            fields["group_ids"].begin([str(group_id) for group_id in known.group_ids])
        if known.free_pin:
            fields["pin"].set_hint(f"free: {known.free_pin}")

    def field_changed(self, field: FormField) -> None:
        """An apartment that was taken fills in what it tells."""
        super().field_changed(field)
        if field.key == "apartment_id" and self._resident_id is None and field.value:
            self.start(self._fill, int(field.value), group="fill", exclusive=True)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door, from what stands in the fields."""
        session = self.session
        if self._resident_id is not None:
            if self._record is None:
                return None
            return await session.ask(
                session.engine.residents.plan_edit, session.context, self._resident_id, self._patch()
            )
        if self.form.fields["apartment_id"].value is None:
            return None
        return await session.ask(session.engine.residents.plan_add, session.context, self._draft())

    async def save(self) -> Saved:
        """Add or change."""
        session = self.session
        if self._resident_id is None:
            return await session.ask(session.engine.residents.add, session.act(), self._draft())
        assert self._record is not None
        version = self._record.version
        return await session.ask(
            session.engine.residents.edit, session.act(), self._resident_id, version, self._patch()
        )

    def saved_title(self) -> str:
        """The person's name."""
        values = self.form.values()
        return f"{values['first']} {values['last']}".strip()

    def next_form(self) -> FormPage | None:
        """Another one in the same apartment."""
        chosen = self.form.fields["apartment_id"].value
        return ResidentForm(self.session, apartment_id=int(chosen)) if self._resident_id is None and chosen else None

    def _draft(self) -> ResidentDraft:
        from backend.domain.enums import ResidentRole
        from backend.domain.records import ResidentDraft

        values = self.form.values()
        changed = self.form.fields["group_ids"].changed
        return ResidentDraft(
            apartment_id=int(values["apartment_id"]) if values["apartment_id"] else None,
            role=ResidentRole(values["role"]) if values["role"] else None,
            pin=values["pin"].strip(),
            cards=split(values["cards"]),
            group_ids=tuple(map(int, values["group_ids"])) if changed or values["group_ids"] else None,
            **{name: values[name] for name in TEXTS},
        )

    def _patch(self) -> ResidentPatch:
        from backend.domain.records import ResidentPatch

        changes = self.form.changes()
        patch: dict[str, Any] = {name: changes[name] for name in TEXTS if name in changes}
        if changes.get("pin", "").strip():
            patch["pin"] = changes["pin"].strip()
        if "cards" in changes:
            patch["cards_add"] = split(changes["cards"])
        if "group_ids" in changes:
            patch["group_ids"] = tuple(map(int, changes["group_ids"]))
        return ResidentPatch(**patch)


def split(text: str) -> tuple[str, ...]:
    """The cards of a field; the service checks them."""
    return tuple(part.strip() for part in text.replace(",", ";").split(";") if part.strip())


class ResidentEdit(ResidentForm):
    """Changes the resident given."""

    TITLE_TEXT = "Edit resident"

    def __init__(self, session: Session, resident_id: int) -> None:
        super().__init__(session, resident_id)

    def hints(self) -> list[tuple[str, str]]:
        """There is no next one to edit."""
        return [hint for hint in self.HINTS if hint[0] != "F4"]
