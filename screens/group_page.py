"""An access group's own page: its week, its doors, its people (features AG-03, AG-04; look: picture 05)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from backend.domain.enums import HolderKind
from backend.domain.errors import NotFound
from backend.domain.schedule_line import parse_schedule
from screens.base.history import HistoryPanel
from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.base.record_page import RecordPage
from screens.group_acts import delete_groups, move_people
from screens.group_drawing import door_lines, fixed_lines, hours_lines
from screens.group_form import GroupEdit
from screens.group_people import add_somebody
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import RowSelected
from widgets.table_source import Cell, Column, ListSource, Row
from widgets.week import minutes_of_cell, told_hours

if TYPE_CHECKING:
    from backend.domain.groups import GroupRecord


COLUMNS = (
    Column("name", "Name", width=0, importance=5),
    Column("place", "Where", width=16, importance=4),
    Column("kind", "Kind", width=10, importance=3),
)
MARGIN = 6


class GroupPage(RecordPage):
    """One access group."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", id="group.edit", tooltip="Hours and doors", show=False),
        Binding("plus", "add_people", "Add people", id="group.add", tooltip="Put a resident in", show=False),
        Binding("minus", "remove_people", "Take out", id="group.remove", tooltip="Take the ticked out", show=False),
        Binding("d", "delete", "Delete", id="group.delete", tooltip="Delete this group", show=False),
        Binding("h", "history", "History", id="group.history", tooltip="Who changed this group", show=False),
    ]
    KIND = "access-group"
    MODULE = "g"
    TOPICS = frozenset({"groups", "residents", "devices", "personnel", "sync"})
    HINTS = (
        ("e", "Edit"),
        ("+", "Add people"),
        ("-", "Take out"),
        ("Enter", "Person"),
        ("space", "Tick"),
        ("d", "Delete"),
        ("h", "History"),
        ("Esc", "Back"),
    )

    record: GroupRecord | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Why it is fixed, the week, the doors, the people, history."""
        yield Lines(id="fixed")
        yield Panel(Lines(id="hours-lines"), heading="Week", keys="e Edit", id="group-week")
        yield Panel(Lines(id="doors-lines"), heading="Doors", id="group-doors")
        yield VirtualTable(columns=COLUMNS)
        yield HistoryPanel()

    def on_mount(self) -> None:
        """Cursor on the first person."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def on_resize(self, event: events.Resize) -> None:
        """A cell of the week stands for more minutes where there is little room."""
        super().on_resize(event)
        if self.record is not None:
            self.reload()

    def heading(self) -> Title:
        """Name, ID, type, how many people."""
        record = self.record
        if record is None:
            return Title("Access group")
        people = "1 person" if record.people == 1 else f"{record.people:,} people"
        return Title(record.name, ((f"ID {record.number} · {record.type.capitalize()} · {people}", "$sp-t2"),))

    def hints(self) -> Iterable[tuple[str, str]]:
        """A default group is neither changed nor deleted."""
        fixed = self.record is not None and self.record.fixed
        return [hint for hint in self.HINTS if not (fixed and hint[0] in ("e", "d"))]

    async def load(self) -> None:
        """Read it; a group that is gone takes its page along."""
        session = self.session
        try:
            record = await session.ask(session.engine.groups.get, session.context, self.record_id)
        except NotFound:
            self.dismiss()
            return
        self.record = record
        people = await session.ask(session.engine.groups.people, session.context, self.record_id)
        width = self.query_one("#main").size.width - MARGIN
        fixed = self.query_one("#fixed", Lines)
        fixed.lines = tuple(fixed_lines(record, max(30, width)))
        fixed.display = bool(record.fixed)
        windows = parse_schedule(record.schedule, session.now(), session.formats.zone) if record.schedule else ()
        lines = hours_lines(record, windows, session.formats, minutes_of_cell(width))
        self.query_one("#hours-lines", Lines).lines = tuple(lines)
        self.query_one("#group-week", Panel).figure = (
            (f"{told_hours(round(60 * record.hours_per_week))} a week", "$sp-t2"),
        )
        self.query_one("#group-week", Panel).keys = "" if record.fixed else "e Edit"
        self.query_one("#group-doors", Panel).figure = ((f"{len(record.doors)}", "$sp-t2"),)
        self.query_one("#doors-lines", Lines).lines = tuple(door_lines(record))
        table = self.query_one(VirtualTable)
        table.show_message(empty("Nobody is in this group", "+", "Add somebody").content())
        rows = [
            Row(one.id, (at, one.id), (Cell(one.name, tone="t1"), one.place or "–", one.kind.value.capitalize()))
            for at, one in enumerate(people)
        ]
        self._kinds = {one.id: one.kind for one in people}
        table.set_source(ListSource(rows))
        await self.load_history()

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.post_message(OpenRecord(self._kinds[event.row.id].value, event.row.id))

    @needs("access_group.write")
    def action_edit(self) -> None:
        """Change it; a default group says why it stays."""
        record = self.record
        if record is not None and record.fixed:
            self.say(f"{record.name} stays as it is", record.fixed, bad=True)
        elif record is not None:
            self.app.push_screen(GroupEdit(self.session, self.record_id))

    @needs("access_group.write")
    def action_add_people(self) -> None:
        """Put a resident in."""
        if self.record is not None:
            add_somebody(self, self.record_id, self.record.name)

    @needs("access_group.write")
    def action_remove_people(self) -> None:
        """Take the ticked residents out, or the one under the cursor."""
        table = self.query_one(VirtualTable)
        row = table.cursor_row
        residents = {one for one, kind in self._kinds.items() if kind is HolderKind.RESIDENT}
        meant = {one for one in residents if table.ticks.holds(one)} if table.ticks else set()
        if not meant and row is not None:
            meant = {row.id} & residents
        if meant:
            move_people(self, self.record_id, sorted(meant), add=False)
        elif row is not None:
            self.say("Staff and deliveries get their groups on their own form", bad=True)

    @needs("access_group.write")
    def action_delete(self) -> None:
        """Delete it, after who would lose what."""
        self.start(delete_groups, self, (self.record_id,))
