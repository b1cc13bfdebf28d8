"""Staff: the property's own people, their list, their page and the import of their cards (features VIS-06, VIS-07)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from backend.catalog.staff import STAFF
from screens.base.needs import needs
from screens.person_acts import show_photo
from screens.person_page import person_keys
from screens.personnel import PersonnelPage, PersonnelTab
from screens.staff_form import StaffEdit, StaffForm


class StaffTab(PersonnelTab):
    """The list of staff."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "import", "Import", id="staff.import", tooltip="RF card template of staff", show=False),
    ]
    RECORD = STAFF
    TOPICS = STAFF.topics
    TAB = 3
    ADD, EDIT = StaffForm, StaffEdit

    def hints(self) -> Iterable[tuple[str, str]]:
        """The import stands with the verbs."""
        for key, word in super().hints():
            if key == "/":
                yield "i", "Import"
            yield key, word

    @needs("visitor.write")
    def action_import(self) -> None:
        """The RF card template, an import, the reports."""
        from screens.staff_import import open_staff_import

        open_staff_import(self)

    def on_paste(self, event: events.Paste) -> None:
        """Several pasted lines are a list of staff; a paste never presses keys."""
        from screens.staff_import import take_staff_lines

        event.stop()
        take_staff_lines(self, event.text)


class StaffPage(PersonnelPage):
    """One member of staff."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *person_keys("personnel"),
        Binding("v", "photo", "Photo", id="personnel.photo", tooltip="Show the face photo", show=False),
    ]
    KIND = "staff"
    TITLE_TEXT = "Staff member"
    RECORD = STAFF
    EDIT = StaffEdit

    @needs("visitor.read")
    def action_photo(self) -> None:
        """Draw the face photo."""
        self.start(show_photo, self, self.people, self.record_id)
