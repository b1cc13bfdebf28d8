"""What the lists and the pages of staff and deliveries share (features VIS-05, VIS-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.model import Record
from backend.domain.enums import HolderKind
from backend.domain.formats import Formats, counted
from screens.base.detail_pane import Detail
from screens.base.drawing import beside, wrapped
from screens.base.history import history_lines
from screens.base.needs import needs, of_row
from screens.base.page import Page
from screens.can import CanPage
from screens.person_acts import ask_delete, show_codes
from screens.person_page import PersonPage
from screens.resident_drawing import brief_lines, codes_of, door_lines, enrolled, seen_lines, told
from screens.staff_form import PersonnelForm, service_of
from screens.visitor_tabs import VisitorTab
from widgets.frame import Part
from widgets.panel import fact

if TYPE_CHECKING:
    from backend.domain.records import Saved
    from backend.domain.staff import StaffRecord
    from backend.served import Personnel

FACTS_WIDE = 48
"""Cells of the facts beside the doors."""
UNSENT_WIDE = 44


class PersonnelTab(VisitorTab):
    """One of the two lists; a concrete one names its record and its forms."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "C", "verb('reveal')", "Show codes", id="personnel.show-codes", tooltip="Show PIN and cards", show=False
        ),
        Binding("w", "why", "Why", id="personnel.why", tooltip="What opens to this person, and why", show=False),
    ]
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Access", "Doors", "History")
    ADD: ClassVar[type[PersonnelForm]]
    EDIT: ClassVar[type[PersonnelForm]]

    @property
    def service(self) -> Personnel:
        """The service of the people listed."""
        return service_of(self.session, self.RECORD)

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new one."""
        self.app.push_screen(self.ADD(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Change one."""
        self.app.push_screen(self.EDIT(self.session, ids[0]))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete one or the ticked."""
        self.start(delete_personnel, self, self.RECORD, ids)

    def verb_reveal(self, ids: tuple[int, ...]) -> None:
        """Show PIN and cards for a minute."""
        self.start(show_codes, self, self.service, ids[0])

    @of_row
    @needs("plan.read")
    def action_why(self) -> None:
        """What opens to the person under the cursor, and why."""
        for person_id in self.under_cursor():
            self.app.push_screen(CanPage(self.session, person_id))

    async def detail(self, row_id: int, page: str) -> Detail:
        """Access, doors or history of the person under the cursor."""
        session = self.session
        if page == "History":
            return Detail(await history_lines(session, self.RECORD.name, row_id))
        record = await session.ask(self.service.get, session.context, row_id)
        doors = door_lines(record, session.now())
        if page == "Doors":
            return Detail(doors)
        if self.has_class("-narrow"):
            return Detail(brief_lines(record, session.formats))
        return Detail(beside(access_lines(record, session.formats), doors, FACTS_WIDE))


class PersonnelPage(PersonPage["StaffRecord"]):
    """One member of staff, or one delivery."""

    MODULE = "v"
    TOPICS = frozenset({"personnel", "groups", "sync", "door_logs"})
    HINTS = (
        ("E", "Edit person"),
        ("e", "Replace code"),
        ("d", "Delete code"),
        ("h", "History"),
        ("l", "Logs"),
        ("w", "Why"),
        ("o", "Open door"),
        ("Esc", "Back"),
    )
    RECORD: ClassVar[Record]
    EDIT: ClassVar[type[PersonnelForm]]

    @property
    def people(self) -> Personnel:
        """The service of the person."""
        return service_of(self.session, self.RECORD)

    async def read(self) -> StaffRecord:
        """The person as they stand."""
        return await self.session.ask(self.people.get, self.session.context, self.record_id)

    def facts(self, record: StaffRecord) -> list[tuple[Part, ...]]:
        """What the pane of the list says."""
        return access_lines(record, self.session.formats)

    def place(self, record: StaffRecord) -> str:
        """What somebody is."""
        del record
        return self.RECORD.singular.capitalize()

    @needs("visitor.write")
    def action_edit(self) -> None:
        """Edit."""
        self.app.push_screen(self.EDIT(self.session, self.record_id))

    @needs("visitor.write")
    def action_replace_code(self) -> None:
        """Replace the code under the cursor."""
        self.replace_code()

    @needs("visitor.write")
    def action_remove_code(self) -> None:
        """Take the code under the cursor away."""
        self.ask_remove_code()

    async def take_away(self, credential_id: int, record: StaffRecord) -> Saved:
        """Take one code away."""
        from backend.domain.staff import StaffPatch

        patch = StaffPatch(credentials_remove=(credential_id,))
        return await self.session.ask(self.people.edit, self.session.act(), self.record_id, record.version, patch)

    @needs("library.delete")
    def action_delete(self) -> None:
        """Delete the person."""
        self.start(delete_personnel, self, self.RECORD, (self.record_id,))


async def delete_personnel(page: Page, record: Record, ids: Sequence[int]) -> None:
    """Say what deleting takes away, ask, delete."""
    from backend.domain.staff import NOUNS

    session, service = page.session, service_of(page.session, record)
    found = await session.ask(service.deletion, session.context, tuple(ids))
    ask_delete(page, service, found, NOUNS[HolderKind(record.name)])


def access_lines(record: StaffRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """Codes, groups, floors, face, what no door takes, last seen."""
    codes = [(f"{told(one)}   ", "$sp-t1") for one in codes_of(record)]
    faces = [one for one in codes_of(record) if one.kind.value == "face"]
    unsent = wrapped(record.unsent, UNSENT_WIDE, "$sp-t2") if record.unsent else []
    return [
        fact("Codes", tuple(codes) or (("none", "$sp-t3"),)),
        *(fact("Face", ((enrolled(one, formats), "$sp-t2"),)) for one in faces),
        fact("Groups", ((", ".join(name for _, name in record.groups) or "none", "$sp-t1"),)),
        fact("Floors", ((", ".join(record.floors) or "–", "$sp-t1"),)),
        fact("Opens", ((counted(sum(1 for door in record.doors if door.opens), "door"), "$sp-t1"),)),
        *seen_lines(record, formats),
        *((("  " if at else "▲ ", "$sp-warn"), *line) for at, line in enumerate(unsent)),
    ]
