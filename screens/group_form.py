"""An access group being made or changed: hours typed or painted, doors picked, the plan beside (AG-01, AG-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from backend.catalog.groups import ACCESS_GROUP
from backend.domain.access.rules import Window
from backend.domain.enums import Repeat
from backend.domain.errors import Invalid
from backend.domain.formats import counted
from backend.domain.painted_week import windows_of_week
from backend.domain.schedule_line import parse_schedule, schedule_text
from screens.base.form_page import FormPage
from screens.base.plan_pane import PlanPane, PlanSum
from screens.base.session import Session
from screens.group_week import WeekPane, understood_lines
from screens.places import NO_DOOR
from widgets.dialog import PickRow
from widgets.form import Form, FormField, PickField, SwitchField, TextField
from widgets.panel import Lines
from widgets.week import WeekGrid

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.groups import GroupRecord
    from backend.domain.records import Saved

LINE_MOST = 400
BESIDE = 30
"""Cells beside the sentence that writes the hours out."""


class GroupForm(FormPage):
    """Makes a group, or changes the one given; `kept` are the doors of the one before in a series."""

    MODULE = "g"
    MAKES = "access-group"
    TITLE_TEXT = "New access group"

    def __init__(self, session: Session, group_id: int | None = None, *, kept: tuple[str, ...] = ()) -> None:
        super().__init__(session)
        self._group_id = group_id
        self._kept = kept
        self._record: GroupRecord | None = None
        self._before: tuple[Window, ...] = ()

    def compose_page(self) -> Iterable[Widget]:
        """The fields and their plan, and under them the week."""
        with Horizontal(id="form-body"):
            yield Form(self.sections())
            yield PlanPane(self.session.formats)
        yield Lines(id="understood")
        yield WeekPane()
        yield PlanSum()

    def sections(self) -> dict[str, Sequence[FormField]]:
        """Name, hours, doors, as they stand in a note on paper."""
        name, schedule = ACCESS_GROUP.field("name"), ACCESS_GROUP.field("schedule")
        return {
            "": (
                TextField("name", name.label, required=True, max_length=name.max_length),
                TextField("schedule", schedule.label, required=True, hint="like mo-fr 8-18", max_length=LINE_MOST),
                PickField("relay_ids", "Doors", several=True, required=True, none=NO_DOOR),
                SwitchField("keeps_holidays", "Keeps holidays", hint="closed on them"),
            )
        }

    def about(self) -> str:
        """Which group, and how many people it concerns."""
        record = self._record
        return f"{record.name} · ID {record.number} · {counted(record.people, 'person', 'people')}" if record else ""

    async def load(self) -> None:
        """Offer the doors; begin with what is there."""
        session = self.session
        doors = await session.ask(session.engine.doors.all, session.context)
        picker = self.form.fields["relay_ids"]
        assert isinstance(picker, PickField)
        picker.set_options(
            [
                PickRow(str(door.relay_id), door.name, ((f"{door.device} {door.building}".strip(), "$sp-t3"),))
                for door in doors
            ]
        )
        if self._group_id is not None:
            self.form.begin(await self.now())
            self._before = self._parsed() or ()
        elif self._kept:
            picker.begin(self._kept)
            picker.set_hint("as last time")
        self._draw_week()
        self.form.focus_first()
        self.plan_soon()

    async def now(self) -> Mapping[str, Any]:
        """The group as it stands, whose version is saved on top of."""
        session = self.session
        assert self._group_id is not None
        record = self._record = await session.ask(session.engine.groups.get, session.context, self._group_id)
        return {
            "name": record.name,
            "schedule": record.schedule,
            "relay_ids": tuple(str(door.relay_id) for door in record.doors),
            "keeps_holidays": record.keeps_holidays,
        }

    def field_changed(self, field: FormField) -> None:
        """Hours that are typed are drawn as a week and written out."""
        super().field_changed(field)
        if field.key == "schedule":
            self._draw_week()

    @on(WeekGrid.Painted)
    def _painted(self, event: WeekGrid.Painted) -> None:
        """Hours that are painted stand in the line; spans of dates keep their place behind them."""
        event.stop()
        dated = [one for one in self._parsed() or () if one.repeat is Repeat.NEVER]
        line = schedule_text([*windows_of_week(event.week), *dated], self.session.formats.zone)
        self.form.fields["schedule"].put(line)

    async def merge(self) -> None:
        """What somebody else saved meanwhile is what the week is compared with."""
        await super().merge()
        self._before = self._parsed(self.form.fields["schedule"].original) or ()
        self._draw_week()

    def _parsed(self, line: str | None = None) -> tuple[Window, ...] | None:
        """The hours in a line, that of the field where none is given; None while it is not understood."""
        if line is None:
            line = str(self.form.fields["schedule"].value)
        try:
            return parse_schedule(line, self.session.now(), self.session.formats.zone) if line.strip() else ()
        except Invalid:
            return None

    def _draw_week(self) -> None:
        windows = self._parsed()
        width = max(30, self.size.width - BESIDE)
        self.query_one("#understood", Lines).lines = understood_lines(windows, self.session.formats, width)
        if windows is not None:
            self.query_one(WeekPane).show(windows, self._before if self._group_id is not None else None)

    async def plan(self) -> Sequence[DoorPlan] | None:
        """Per door, for the people in the group; a new one has nobody yet."""
        if self._record is None:
            return ()
        session = self.session
        return await session.ask(session.engine.groups.plan_edit, session.context, self._record.id, self._patch())

    def _patch(self) -> Any:
        from backend.domain.groups import GroupPatch

        changes = self.form.changes()
        if "relay_ids" in changes:
            changes["relay_ids"] = tuple(map(int, changes["relay_ids"]))
        return GroupPatch(**changes)

    async def save(self) -> Saved:
        """Add it or change it."""
        from backend.domain.groups import GroupDraft

        session = self.session
        if self._record is not None:
            record, patch = self._record, self._patch()
            return await session.ask(session.engine.groups.edit, session.act(), record.id, record.version, patch)
        values = self.form.values()
        draft = GroupDraft(**{**values, "relay_ids": tuple(map(int, values["relay_ids"]))})
        return await session.ask(session.engine.groups.add, session.act(), draft)

    def saved_title(self) -> str:
        """Which group."""
        return str(self.form.fields["name"].value)

    def next_form(self) -> FormPage | None:
        """Another group with the same doors."""
        doors = self.form.fields["relay_ids"].value
        return GroupForm(self.session, kept=doors) if self._group_id is None else None


class GroupEdit(GroupForm):
    """Changes the group given."""

    TITLE_TEXT = "Edit access group"

    def hints(self) -> list[tuple[str, str]]:
        """There is no next one to edit."""
        return [hint for hint in super().hints() if hint[0] != "F4"]
