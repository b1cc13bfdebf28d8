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

from screens.base.drawing import column
from screens.base.page import Page
from screens.base.session import Session
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField
from widgets.frame import Part
from widgets.panel import Lines, Panel

if TYPE_CHECKING:
    from backend.domain.doors import DoorRecord

REASONS = {
    "opened": "the relay is open",
    "unknown": "the door does not know this",
    "schedule": "the door knows it, but not for now or for this relay",
    "off": "the device is off",
}


PEOPLE_MOST = 2_000
"""People offered to show their faces."""


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
        """A dialog over the page leaves the cursor as it is; another module does not."""
        self._away = not isinstance(self.app.screen, ModalScreen)

    def on_screen_resume(self) -> None:
        """Type at once: the door first, the code when the door is known."""
        super().on_screen_resume()
        if self._away:
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
        faces.set_options(await session.ask(self._people))
        self.end_wait()

    def _people(self) -> list[PickRow]:
        """Everybody who may have a face."""
        from backend.domain.paging import ListQuery

        return [
            PickRow(f"{kind}:{row.id}", str(row.values["name"]), ((kind, "$sp-t3"),))
            for kind in ("resident", "staff")
            for row in self.session.engine.list(kind, self.session.context, ListQuery()).first(PEOPLE_MOST)
        ]

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
        session, (kind, _, number) = self.session, who.partition(":")
        people = session.engine.residents if kind == "resident" else session.engine.staff
        photo = await session.ask(people.photo, session.context, int(number))
        if photo is None:
            self._field("face").show_error("There is no photo of this person.")
        else:
            await self._try(door, "face", photo)

    async def _try(self, door: DoorRecord, what: str, shown: str | bytes) -> None:
        session = self.session
        doors = session.doors
        assert doors is not None, "only the demo has doors to try"
        act = {"PIN": doors.type_pin, "card": doors.present_card, "face": doors.show_face}[what]
        opened, reason = await session.ask(act, door.device.replace(" ", "-"), shown)
        when = session.formats.time(session.now(), seconds=True)
        verdict: Part = ("● opened ", "bold $sp-ok") if opened else ("× refused ", "bold $sp-bad")
        self._tries.insert(
            0,
            (
                (f"{when}  ", "$sp-t3"),
                (column(door.name, 16), "$sp-t1"),
                (column(what, 6), "$sp-t2"),
                verdict,
                (REASONS.get(reason, reason), "$sp-t2"),
            ),
        )
        del self._tries[20:]
        self.query_one("#tries", Panel).query_one(Lines).lines = tuple(self._tries)
        self._field("pin").begin("")
        self._field("card").begin("")
        self._field("face").begin(None)
        self._field({"PIN": "pin", "card": "card", "face": "face"}[what]).focus_value()
