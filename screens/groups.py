"""Access groups: the list with hours, doors and people of each (features AG-01 to AG-04)."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.groups import ACCESS_GROUP
from backend.domain.schedule_line import parse_schedule
from screens.base.detail_pane import Detail
from screens.base.history import history_lines
from screens.base.needs import needs, of_row
from screens.group_acts import delete_groups
from screens.group_drawing import door_lines, facts_lines, hours_lines
from screens.group_form import GroupEdit, GroupForm
from screens.group_people import add_somebody
from screens.group_tabs import GroupTab
from widgets.table_source import Cell
from widgets.week import COARSE, FINE, told_hours

MOST_PEOPLE = 200
"""People that a page of the pane names."""


class GroupsScreen(GroupTab):
    """The list of access groups."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "add_people", "Add people", id="groups.add-people", tooltip="Put residents in", show=False),
    ]
    RECORD = ACCESS_GROUP
    TOPICS = ACCESS_GROUP.topics
    TAB = 1
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Hours", "Doors", "People", "History")

    def hints(self) -> list[tuple[str, str]]:
        """People are added here; doors are opened elsewhere."""
        shown = [hint for hint in super().hints() if hint[0] != "o"]
        shown.insert(4, ("+", "Add people"))
        return shown

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new group."""
        self.app.push_screen(GroupForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Change one; a default group says why it stays."""
        self.start(self._edit, ids[0])

    async def _edit(self, group_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.groups.get, session.context, group_id)
        if record.fixed:
            self.say(f"{record.name} stays as it is", record.fixed, bad=True)
        else:
            self.app.push_screen(GroupEdit(session, group_id))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete one or the ticked, after who would lose what."""
        self.start(delete_groups, self, ids)

    @of_row
    @needs("access_group.write")
    def action_add_people(self) -> None:
        """Put a resident into the group under the cursor."""
        row = self.table.cursor_row
        if row is not None:
            names = dict(zip((column.name for column in self.table.columns), row.cells, strict=True))
            name = names["name"]
            add_somebody(self, row.id, name.text if isinstance(name, Cell) else name)

    async def detail(self, row_id: int, page: str) -> Detail:
        """Its week, its doors, its people, who changed it."""
        session = self.session
        record = await session.ask(session.engine.groups.get, session.context, row_id)
        figure = ((f"ID {record.number} · {told_hours(round(60 * record.hours_per_week))} a week", "$sp-t3"),)
        if page == "History":
            return Detail(await history_lines(session, "access-group", row_id), figure, record.name)
        if page == "People":
            people = await session.ask(session.engine.groups.people, session.context, row_id)
            named = [((one.name, "$sp-t1"), (f"  {one.place or one.kind.value}", "$sp-t3")) for one in people]
            return Detail(named[:MOST_PEOPLE] or [(("nobody yet; + adds somebody", "$sp-t3"),)], figure, record.name)
        if page == "Doors":
            return Detail(door_lines(record), figure, record.name)
        if self.has_class("-narrow"):
            return Detail(facts_lines(record)[1:4], figure, record.name)
        windows = parse_schedule(record.schedule, session.now(), session.formats.zone) if record.schedule else ()
        cell = FINE if self.table.size.width >= 90 else COARSE
        return Detail(hours_lines(record, windows, session.formats, cell), figure, record.name)
