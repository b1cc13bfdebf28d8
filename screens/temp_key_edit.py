"""Another time of a temporary key, and what was understood of typed times (feature VIS-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.domain.enums import Repeat
from backend.domain.errors import Invalid, SmartPlusError
from backend.domain.timewords import describe_moment
from screens.base.form_page import FormPage
from screens.base.session import Session
from widgets.form import FixedField, FormField, TextField
from widgets.form_field import UNDERSTOOD

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.records import Saved
    from backend.domain.temp_key_times import KeyTime
    from backend.domain.temp_keys import TempKeyRecord

UNTIL_HINT = "22, 2h, fr 18"
HOURS_HINT = "mo-fr 8-18"


class TempKeyEdit(FormPage):
    """Another time of a key, the one thing of it that changes (rules 7.1)."""

    MODULE = "v"
    MAKES = "temp-key"
    TITLE_TEXT = "Valid time"

    def __init__(self, session: Session, key_id: int) -> None:
        super().__init__(session)
        self._key_id = key_id
        self._record: TempKeyRecord | None = None

    def about(self) -> str:
        """Whose key it is."""
        return f"{self._record.name} · {self._record.place}" if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """The three lines that say when it holds."""
        return {
            "When": (
                TextField("until", "Until", hint=UNTIL_HINT, max_length=40),
                TextField("begin", "Start", max_length=40),
                TextField("schedule", "Hours", hint=HOURS_HINT, max_length=60),
            ),
            "Stays": (FixedField("name", "Name"), FixedField("doors", "Doors"), FixedField("uses", "Uses")),
        }

    async def load(self) -> None:
        """Begin with what holds; a key that is over has nothing to change."""
        session = self.session
        record = self._record = await session.ask(session.engine.temp_keys.get, session.context, self._key_id)
        if not record.editable:
            self.dismiss()
            word = "used up" if record.state == "used_up" else "over"
            self.say(f"The key of {record.name} is {word}", "n makes a new one", bad=True)
            return
        self.form.begin(self._values(record))
        if not record.schedule:
            hours = self.form.fields["schedule"]
            assert isinstance(hours, TextField)
            hours.lock_value("")
            hours.set_hint("repeats never")
        self.form.focus_first()
        self.plan_soon()

    def _values(self, record: TempKeyRecord) -> dict[str, Any]:
        local = self.session.formats.local
        return {
            "until": f"{local(record.ends_at):%Y-%m-%d %H:%M}" if record.ends_at else "",
            "begin": f"{local(record.begins_at):%Y-%m-%d %H:%M}" if record.begins_at else "",
            "schedule": record.schedule,
            "name": record.name,
            "doors": ", ".join(door.device for door in record.doors),
            "uses": "not counted" if record.total is None else f"{record.used} of {record.total}",
        }

    def time(self) -> KeyTime:
        """When it shall hold; a line that was not touched keeps its instant. Raises Invalid."""
        from backend.domain.temp_key_times import typed_time

        assert self._record is not None
        changes, before, session = self.form.changes(), self._record.time, self.session
        repeat = Repeat.NEVER if before.repeat is Repeat.NEVER else None
        schedule = "" if repeat else self.form.values()["schedule"]
        texts = {name: changes.get(name, "") for name in ("until", "begin")}
        found = typed_time(repeat=repeat, schedule=schedule, **texts, now=session.now(), zone=session.formats.zone)
        kept = {name: getattr(before, name) for name, field in (("ends", "until"), ("begins", "begin"))
                if field not in changes}  # fmt: skip
        if repeat is None and not schedule.strip():
            raise Invalid({"schedule": "Give its hours, as in 8-18 or mo-fr 8-18."})
        return found.model_copy(update=kept)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door what it receives and loses."""
        if self._record is None:
            return None
        session = self.session
        return await session.ask(session.engine.temp_keys.plan_edit, session.context, self._key_id, self.time())

    async def advise(self) -> Mapping[str, str]:
        """When it ends as it was understood."""
        try:
            return understood(self.time(), self.session) if self._record else {}
        except SmartPlusError:
            return {}

    async def save(self) -> Saved:
        """Change it; its visitor is mailed again."""
        assert self._record is not None
        session, version = self.session, self._record.version
        return await session.ask(session.engine.temp_keys.edit, session.act(), self._key_id, version, self.time())

    def saved_title(self) -> str:
        """Whose key it is."""
        return self._record.name if self._record else ""


def understood(time: KeyTime, session: Session) -> dict[str, str]:
    """The typed times in full."""
    from backend.domain.schedule_line import describe_schedule

    told = {"until": f"{UNDERSTOOD}{describe_moment(time.ends, session.formats)}"} if time.ends else {}
    if time.repeat is not Repeat.NEVER:
        told["schedule"] = f"{UNDERSTOOD}{describe_schedule((time.window(),), session.formats)}"
    return told
