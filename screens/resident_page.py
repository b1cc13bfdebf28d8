"""A resident's own page: facts, codes, doors, and what can be done about each (feature RES-06)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.group_acts import change_groups
from screens.person_acts import People, show_photo
from screens.person_page import PersonPage, person_keys
from screens.resident_acts import delete_residents, reset_password
from screens.resident_bookings import ReservationsPanel
from screens.resident_drawing import page_lines
from screens.resident_form import ResidentEdit, ResidentForm
from screens.temp_key_acts import new_key
from widgets.frame import Part
from widgets.table_messages import RowSelected

if TYPE_CHECKING:
    from backend.domain.records import Saved
    from backend.domain.residents import ResidentRecord


class ResidentPage(PersonPage["ResidentRecord"]):
    """One resident."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *person_keys("resident"),
        Binding("f", "family", "Family", id="resident.family", tooltip="Add a family member", show=False),
        Binding("t", "key", "Temporary key", id="resident.key", tooltip="A temporary key for the APT", show=False),
        Binding("p", "password", "New password", id="resident.password", tooltip="Send a new app password", show=False),
        Binding("v", "photo", "Photo", id="resident.photo", tooltip="Show the face photo", show=False),
        Binding("plus", "to_group", "Add to group", id="resident.to-group", tooltip="Put into a group", show=False),
        Binding("minus", "from_group", "Out of group", id="resident.from-group", tooltip="Take out of one", show=False),
    ]
    MODULE = "r"
    KIND = "resident"
    TITLE_TEXT = "Resident"
    TOPICS = frozenset({"residents", "sync", "door_logs", "outbox", "bookings"})
    HINTS = (
        ("E", "Edit person"),
        ("e", "Replace code"),
        ("d", "Delete code"),
        ("h", "History"),
        ("l", "Logs"),
        ("w", "Why"),
        ("f", "Family"),
        ("+", "Add to group"),
        ("t", "Temporary key"),
        ("p", "New password"),
        ("o", "Open door"),
        ("Esc", "Back"),
    )

    def compose_page(self) -> Iterable[Widget]:
        """With what the person has reserved below the codes."""
        for part in super().compose_page():
            yield part
            if part.id == "codes":
                yield ReservationsPanel()

    async def load(self) -> None:
        """Read the person and the reservations."""
        await super().load()
        await self.query_one(ReservationsPanel).read(self.session, self.record_id)

    @on(RowSelected, "#reservation-rows")
    def _reservation_chosen(self, event: RowSelected) -> None:
        event.stop()
        self.app.post_message(OpenRecord("booking", event.row.id))

    @property
    def people(self) -> People:
        """The residents."""
        return self.session.engine.residents

    async def read(self) -> ResidentRecord:
        """The resident as they stand."""
        return await self.session.ask(self.session.engine.residents.get, self.session.context, self.record_id)

    def facts(self, record: ResidentRecord) -> list[tuple[Part, ...]]:
        """What the pane of the list says, with login, face, floors, locks and fees among it."""
        return page_lines(record, self.session.formats)

    def place(self, record: ResidentRecord) -> str:
        """Apartment, type, UID."""
        return f"{record.building} {record.apartment} · {record.role.value.capitalize()} · UID {record.uid}"

    def words(self, record: ResidentRecord) -> str:
        """The last name, as logs have both."""
        return f'"{record.last}"' if record.last else record.first

    @needs("resident.write")
    def action_edit(self) -> None:
        """Edit."""
        self.app.push_screen(ResidentEdit(self.session, self.record_id))

    @needs("resident.write")
    def action_replace_code(self) -> None:
        """Replace the code under the cursor."""
        self.replace_code()

    @needs("resident.write")
    def action_remove_code(self) -> None:
        """Take the code under the cursor away."""
        self.ask_remove_code()

    async def take_away(self, credential_id: int, record: ResidentRecord) -> Saved:
        """Take one code away."""
        from backend.domain.residents import ResidentPatch

        session, patch = self.session, ResidentPatch(credentials_remove=(credential_id,))
        edit = session.engine.residents.edit
        return await session.ask(edit, session.act(), self.record_id, record.version, patch)

    @needs("resident.write")
    def action_family(self) -> None:
        """Add a member of this family."""
        if self.record is not None:
            self.app.push_screen(ResidentForm(self.session, apartment_id=self.record.apartment_id))

    @needs("access_group.write")
    def action_to_group(self) -> None:
        """Put this person into a group."""
        change_groups(self, self._whom, add=True)

    @needs("access_group.write")
    def action_from_group(self) -> None:
        """Take this person out of a group."""
        change_groups(self, self._whom, add=False)

    def _whom(self) -> tuple[int, ...]:
        return () if self.record is None else (self.record.id,)

    @needs("visitor.write")
    def action_key(self) -> None:
        """A temporary key for this person's apartment."""
        if self.record is not None:
            new_key(self, self.record.apartment_id)

    @needs("resident.delete")
    def action_delete(self) -> None:
        """Delete the person."""
        self.start(delete_residents, self, (self.record_id,))

    @needs("resident.write")
    def action_password(self) -> None:
        """Send a new app password, after one question."""
        self.start(reset_password, self, self.record_id)

    @needs("resident.read")
    def action_photo(self) -> None:
        """Draw the face photo."""
        self.start(show_photo, self, self.people, self.record_id)
