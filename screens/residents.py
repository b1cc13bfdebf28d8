"""Residents: list with detail pane, and the acts on one or many (features RES-01 to RES-08)."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from backend.catalog.model import Field
from backend.catalog.residents import RESIDENT
from backend.domain.enums import AppStatus
from screens.base.detail_pane import Detail
from screens.base.drawing import beside, state_cell
from screens.base.history import history_lines
from screens.base.needs import needs, of_row
from screens.base.resource import ResourceScreen
from screens.can import CanPage
from screens.group_acts import change_groups
from screens.person_acts import show_codes
from screens.resident_acts import delete_residents, reset_password
from screens.resident_drawing import access_lines, brief_lines, door_lines
from screens.resident_form import ResidentEdit, ResidentForm
from screens.temp_key_acts import key_of_resident
from widgets.table_source import Cell

FACTS_WIDE = 48
"""Cells of the facts beside the doors."""


class ResidentsScreen(ResourceScreen):
    """The list of residents."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("C", "verb('reveal')", "Show codes", id="residents.codes", tooltip="Show PIN and cards", show=False),
        Binding(
            "p",
            "verb('reset_password')",
            "New app password",
            id="residents.password",
            tooltip="Send a new app password",
            show=False,
        ),
        Binding("w", "why", "Why", id="residents.why", tooltip="What opens to this person, and why", show=False),
        Binding("i", "import", "Import", id="residents.import", tooltip="Templates, imports, reports", show=False),
        Binding("t", "key", "Temporary key", id="residents.key", tooltip="A temporary key for the APT", show=False),
        Binding("f", "family", "Family", id="residents.family", tooltip="Add a family member", show=False),
        Binding("plus", "to_group", "To group", id="residents.to-group", tooltip="Put them into a group", show=False),
        Binding("minus", "from_group", "Out of group", id="residents.from-group", tooltip="Take them out", show=False),
    ]
    MODULE = "r"
    RECORD = RESIDENT
    TOPICS = RESIDENT.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Access", "Doors", "History")

    HINTS = (
        ("n", "New"),
        ("e", "Edit"),
        ("d", "Delete"),
        ("/", "Filter"),
        ("i", "Import"),
        ("p", "App password"),
        ("f", "Family"),
        ("+", "Add to group"),
        ("space", "Tick"),
        ("C", "Show codes"),
        ("x", "Export"),
        ("u", "Undo"),
    )

    def hints(self) -> tuple[tuple[str, str], ...]:
        """What a manager does all day stands first."""
        return self.HINTS

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """While an app is not registered, its cell says what became of the login."""
        if field.name == "app_status" and values[field.name] == AppStatus.UNREGISTERED and values["login"]:
            return state_cell("app", values["login"])
        return super().draw(field, values, first)

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new resident."""
        self.app.push_screen(ResidentForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Change one."""
        self.app.push_screen(ResidentEdit(self.session, ids[0]))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete one or the ticked."""
        self.start(delete_residents, self, ids)

    def verb_reveal(self, ids: tuple[int, ...]) -> None:
        """Show PIN and cards for a minute."""
        self.start(show_codes, self, self.session.engine.residents, ids[0])

    def verb_reset_password(self, ids: tuple[int, ...]) -> None:
        """A new app password for one."""
        self.start(reset_password, self, ids[0])

    @of_row
    @needs("plan.read")
    def action_why(self) -> None:
        """What opens to the person under the cursor, and why."""
        for resident_id in self.under_cursor():
            self.app.push_screen(CanPage(self.session, resident_id))

    @needs("resident.write")
    def action_import(self) -> None:
        """Templates, imports, batch edit, reports."""
        from screens.import_menu import open_import_menu

        open_import_menu(self)

    def on_paste(self, event: events.Paste) -> None:
        """Several pasted lines are a list of people; a paste never presses keys."""
        from screens.import_menu import take_lines

        event.stop()
        take_lines(self, event.text)

    @of_row
    @needs("visitor.write")
    def action_key(self) -> None:
        """A temporary key for the apartment of the person under the cursor."""
        for resident_id in self.under_cursor():
            self.start(key_of_resident, self, resident_id)

    @of_row
    @needs("resident.write")
    def action_family(self) -> None:
        """Add a member to the family under the cursor."""
        for resident_id in self.under_cursor():
            self.start(self._add_family, resident_id)

    @of_row
    @needs("access_group.write")
    def action_to_group(self) -> None:
        """Put the ticked, or the one under the cursor, into a group."""
        change_groups(self, self.meant, add=True)

    @of_row
    @needs("access_group.write")
    def action_from_group(self) -> None:
        """Take the ticked, or the one under the cursor, out of a group."""
        change_groups(self, self.meant, add=False)

    async def _add_family(self, resident_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.residents.get, session.context, resident_id)
        self.app.push_screen(ResidentForm(session, apartment_id=record.apartment_id))

    async def detail(self, row_id: int, page: str) -> Detail:
        """Access, doors or history of the person under the cursor."""
        session = self.session
        if page == "History":
            return Detail(await history_lines(session, "resident", row_id))
        record = await session.ask(session.engine.residents.get, session.context, row_id)
        place = f"{record.building} {record.apartment} · {record.role.value.capitalize()} · UID {record.uid}"
        figure = ((place, "$sp-t3"),)
        doors = door_lines(record, session.now())
        if page == "Doors":
            return Detail(doors, figure)
        if self.has_class("-narrow"):
            return Detail(brief_lines(record, session.formats), figure)
        return Detail(beside(access_lines(record, session.formats), doors, FACTS_WIDE), figure)
