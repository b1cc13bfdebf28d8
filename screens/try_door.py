"""Try a door: stand at a virtual door of the demo, type a PIN, present a card, show a face (feature AGT-08)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from screens.base.page import Page
from screens.base.session import Session
from screens.trying import people, photo, told
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField
from widgets.frame import Part
from widgets.panel import Lines, Panel

if TYPE_CHECKING:
    from backend.domain.doors import DoorRecord


class TryDoorScreen(Page):
    """The door decides by what it holds, not by what stands in the database."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2,ctrl+s", "try_code", "Try", id="try.code", tooltip="Type it at the door", priority=True, show=False
        ),
    ]
    MODULE = "k"
    TITLE_TEXT = "Try a door"
    HINTS = (
        ("Enter", "Try the code"),
        ("Tab", "Next field"),
        ("Esc", "Leave the field"),
        ("g", "Go to"),
        ("o", "Open door"),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._doors: dict[str, DoorRecord] = {}
        self._tries: list[tuple[Part, ...]] = []
        self._away = True
        self.waiting = True

    def on_screen_suspend(self) -> None:
        """A dialog over the page leaves the cursor as it is; another page does not."""
        self._away = not isinstance(self.app.screen, ModalScreen)

    def on_screen_resume(self) -> None:
        """Type at once."""
        super().on_screen_resume()
        if self._away:
            self.arrived()

    def arrived(self) -> None:
        """The door first, the code when the door is known."""
        self._field("pin" if self._field("door").value else "door").focus_value()

    def compose_page(self) -> Iterable[Widget]:
        """Door, PIN, card or face, and what happened."""
        with Vertical(id="try-form"):
            yield Static(
                "As one standing at the door: the virtual door phone decides by what it holds.",
                markup=False,
                classes="lead",
            )
            yield PickField("door", "Door", required=True)
            yield TextField("pin", "PIN", hint="Enter types it")
            yield TextField("card", "RF card", hint="Enter presents it")
            yield PickField("face", "Face of", hint="F2 shows it")
        yield Panel(Lines(), heading="What happened", id="tries")

    async def load(self) -> None:
        """Read the doors; the door that was chosen stays."""
        session = self.session
        doors = await session.ask(session.engine.doors.all, session.context)
        self._doors = {str(door.relay_id): door for door in doors}
        picker = self._field("door")
        assert isinstance(picker, PickField)
        picker.set_options(
            [PickRow(str(door.relay_id), door.name, ((door.device, "$sp-t3"),), door.building) for door in doors]
        )
        faces = self._field("face")
        assert isinstance(faces, PickField)
        faces.set_options(await session.ask(people, session))
        self.end_wait()

    def _field(self, key: str) -> FormField:
        return self.query_one(f"#field-{key}", FormField)

    @on(FormField.Changed)
    def _door_taken(self, event: FormField.Changed) -> None:
        if event.field.key == "door" and event.field.value:
            self._field("pin").focus_value()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_try_code()

    def action_try_code(self) -> None:
        """Type the PIN, present the card, or show the face, at the chosen door."""
        door = self._doors.get(str(self._field("door").value))
        pin, card = str(self._field("pin").value).strip(), str(self._field("card").value).strip()
        face = self._field("face").value
        if door is None:
            self._field("door").show_error("Pick a door first.")
        elif not pin and not card and not face:
            self._field("pin").show_error("Type a PIN or a card number, or pick a face.")
        elif pin or card:
            self.start(self._try, door, "PIN" if pin else "card", pin or card.upper())
        else:
            self.start(self._show, door, str(face))

    async def _show(self, door: DoorRecord, who: str) -> None:
        """Look into the camera as on the photo that is kept here."""
        jpeg = await self.session.ask(photo, self.session, who)
        if jpeg is None:
            self._field("face").show_error("There is no photo of this person.")
        else:
            await self._try(door, "face", jpeg)

    async def _try(self, door: DoorRecord, what: str, shown: str | bytes) -> None:
        session = self.session
        doors = session.doors
        assert doors is not None, "only the demo has doors to try"
        name = door.device.replace(" ", "-")
        if isinstance(shown, bytes):
            opened, reason = await session.ask(doors.show_face, name, shown)
        elif what == "PIN":
            opened, reason = await session.ask(doors.type_pin, name, shown)
        else:
            opened, reason = await session.ask(doors.present_card, name, shown)
        when = session.formats.time(session.now(), seconds=True)
        self._tries.insert(0, told(when, door.name, what, opened, reason))
        del self._tries[20:]
        self.query_one("#tries", Panel).query_one(Lines).lines = tuple(self._tries)
        self._field("pin").begin("")
        self._field("card").begin("")
        self._field("face").begin(None)
        self._field({"PIN": "pin", "card": "card", "face": "face"}[what]).focus_value()
