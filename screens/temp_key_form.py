"""A temporary key being made: what must be typed comes first (features VIS-01, VIS-04; task 20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.catalog.temp_keys import REPEATS
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid, SmartPlusError
from backend.domain.formats import age
from screens.base.form_page import FormPage
from screens.base.messages import OpenRecord
from screens.base.session import Session
from screens.places import NO_DOOR, apartments_of
from screens.temp_key_edit import HOURS_HINT, UNTIL_HINT, understood
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import Saved
    from backend.domain.temp_key_times import KeyTime
    from backend.domain.temp_keys import TempKeyDefaults, TempKeyDraft


class TempKeyForm(FormPage):
    """A new key; `kept` are values of the one before in a series."""

    MODULE = "v"
    MAKES = "temp-key"
    TITLE_TEXT = "New temporary key"

    def __init__(
        self, session: Session, *, apartment_id: int | None = None, kept: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(session)
        self._apartment_id = apartment_id
        self._kept = dict(kept or {})
        self._known: TempKeyDefaults | None = None
        self._saved_id: int | None = None

    def sections(self) -> dict[str, Sequence[FormField]]:
        """In the order of a note; what is known by itself follows."""
        who = (
            PickField("apartment_id", "APT", hint="empty: office"),
            TextField("name", "Name", required=True, max_length=64),
            TextField("until", "Until", hint=UNTIL_HINT, max_length=40),
            TextField("email", "E-mail", hint="the key goes there", max_length=254),
        )
        more: tuple[FormField, ...] = (
            TextField("id_number", "ID number", max_length=64),
            PickField("repeat", "Repeats", options=[PickRow(one.value, one.label) for one in REPEATS]),
            TextField("schedule", "Hours", hint=HOURS_HINT, max_length=60),
            TextField("begin", "Start", hint="empty: now", max_length=40),
            TextField("each_count", "Uses per door", hint="Never only", max_length=3),
            PickField("relay_ids", "Doors", several=True, required=True, none=NO_DOOR),
        )
        if self.session.community.id_access:
            more += (TextField("run", "RUN", max_length=16), TextField("serial", "Serial", max_length=16))
        return {"For whom": who, "How": more}

    async def load(self) -> None:
        """Offer apartments and doors; fill in what is known."""
        form, session = self.form, self.session
        apartments = form.offer("apartment_id", await session.ask(apartments_of, session))
        form.offer("relay_ids", await session.ask(_doors, session))
        form.begin({"repeat": Repeat.NEVER.value, "each_count": "1"})
        if self._apartment_id is not None:
            apartments.begin(str(self._apartment_id))
        await self._fill(self._apartment_id)
        for name, value in self._kept.items():
            form.fields[name].begin(value)
            form.fields[name].set_hint("as last time")
        if self._apartment_id is None:
            form.focus_first()
        else:
            form.fields["name"].focus_value()  # for whom it is is known
        self.plan_soon()

    async def _fill(self, apartment_id: int | None) -> None:
        """What the apartment and the visitor setting tell; what was typed stays."""
        session, form = self.session, self.form
        known = self._known = await session.ask(session.engine.temp_keys.defaults, session.context, apartment_id)
        doors, until = form.fields["relay_ids"], form.fields["until"]
        if not doors.changed and "relay_ids" not in self._kept:
            doors.begin(tuple(str(one) for one in known.relay_ids))
            doors.set_hint(known.sources.get("relay_ids", ""))
        until.set_hint(f"22, 2h; empty: {age(known.rules.span)}")
        self.plan_soon()

    def field_changed(self, field: FormField) -> None:
        """An apartment fills in its doors; a key that repeats is not counted (edge case 19)."""
        super().field_changed(field)
        if field.key == "apartment_id":
            self.start(self._fill, int(field.value) if field.value else None, group="fill", exclusive=True)
        elif field.key in ("repeat", "schedule"):
            count, repeats = self.form.fields["each_count"], self._repeats()
            if repeats is bool(count.value):
                count.begin("" if repeats else "1")
                count.set_hint("not counted" if repeats else "Never only")

    def _repeats(self) -> bool:
        """Whether the key repeats: it says so, or it has hours."""
        values = self.form.values()
        return values["repeat"] not in (None, Repeat.NEVER.value) or bool(values["schedule"].strip())

    def time(self) -> KeyTime:
        """When the key holds, as typed; raises Invalid."""
        from backend.domain.temp_key_times import typed_time, usual_time

        values, session = self.form.values(), self.session
        chosen = Repeat(values["repeat"] or Repeat.NEVER.value)
        repeat = None if chosen is Repeat.NEVER and values["schedule"].strip() else chosen
        texts = {name: values[name] for name in ("until", "begin", "schedule")}
        found = typed_time(repeat=repeat, **texts, now=session.now(), zone=session.formats.zone)
        if found.repeat is Repeat.NEVER and found.ends is None and self._known is not None:
            return found.model_copy(update={"ends": usual_time(self._known.rules, found.begins or session.now()).ends})
        return found

    def draft(self) -> TempKeyDraft:
        """The key in the fields; raises Invalid."""
        from backend.domain.temp_keys import TempKeyDraft

        values, bad = self.form.values(), {}
        count = values["each_count"].strip()
        if count and not count.isdecimal():
            bad["each_count"] = "A whole number from 1 on."
        try:
            time = self.time()
        except Invalid as error:
            raise Invalid({**error.fields, **bad}) from None
        if bad:
            raise Invalid(bad)
        return TempKeyDraft(
            apartment_id=int(values["apartment_id"]) if values["apartment_id"] else None,
            time=time,
            each_count=int(count) if count else None,
            relay_ids=tuple(map(int, values["relay_ids"])),
            **{name: values[name] for name in ("name", "email", "id_number", "run", "serial") if name in values},
        )

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door what it receives once the key holds."""
        session, draft = self.session, self.draft()
        return await session.ask(session.engine.temp_keys.plan_add, session.context, draft)

    async def advise(self) -> Mapping[str, str]:
        """When it ends as it was understood, and doors that read no QR code."""
        session, told = self.session, {}
        try:
            told = understood(self.time(), session)
            told |= await session.ask(session.engine.temp_keys.advise_add, session.context, self.draft())
        except SmartPlusError:
            pass  # what is not understood is told when it is saved
        return told

    async def save(self) -> Saved:
        """Make it."""
        session = self.session
        saved = await session.ask(session.engine.temp_keys.add, session.act(), self.draft())
        self._saved_id = saved.id
        return saved

    async def _save_now(self, then: FormPage | None) -> None:
        """The key's own page follows, with its QR code, unless the next one is made at once."""
        await super()._save_now(then)
        if then is None and self._saved_id is not None:
            self.app.post_message(OpenRecord("temp-key", self._saved_id))

    def saved_title(self) -> str:
        """Whose key it is."""
        return str(self.form.values()["name"]).strip()

    def next_form(self) -> FormPage | None:
        """Another one for the same apartment, with the same doors."""
        fields = self.form.fields
        chosen = fields["apartment_id"].value
        kept = {"relay_ids": fields["relay_ids"].value} if fields["relay_ids"].changed else {}
        return TempKeyForm(self.session, apartment_id=int(chosen) if chosen else None, kept=kept)


def _doors(session: Session) -> list[PickRow]:
    """Every door with its device."""
    return [
        PickRow(str(door.relay_id), door.name, ((door.device, "$sp-t3"),), door.device)
        for door in session.engine.doors.all(session.context)
    ]
