"""Who may open a door, and what a person may open: now, or at a time that is typed, past ones too (SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from backend.catalog.model import Field, Record
from backend.catalog.rights import OPENER, REACH
from backend.catalog.words import CODE_KINDS, label_of
from backend.domain.errors import Forbidden, Invalid, SmartPlusError
from backend.domain.formats import age, figure
from screens.base.drawing import DrawnSource, cell_of, columns_of
from screens.base.export import ExportDialog
from screens.base.messages import OpenRecord, Refused
from screens.base.page import Page
from screens.base.rows_read import RowsRead
from screens.base.session import Session
from screens.why import FORMS, WhyDialog
from widgets.dialog import PickDialog, PickRow
from widgets.form import TextField
from widgets.frame import Part, Title
from widgets.panel import Lines
from widgets.state_pane import empty, failed, no_permission
from widgets.table import VirtualTable
from widgets.table_messages import RowSelected
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.answers import CanAnswer, WhoAnswer

HINT = "now, or su 22, 2h, 2026-11-29 22:00"
LABEL = 6
"""Cells of the label of the time."""


class AskPage(Page):
    """A list of rights at one time. A concrete page asks, and says what a row is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "when", "Time", id="ask.when", tooltip="Type another time", show=False),
        Binding("w", "why", "Why", id="ask.why", tooltip="Why it opens or not", show=False),
        Binding("x", "export", "Export", id="ask.export", tooltip="Write the list to a file", show=False),
        Binding("down", "rows", "List", id="ask.rows", tooltip="Go to the list", show=False),
    ]
    RECORD: ClassVar[Record]
    TOPICS = OPENER.topics
    HINTS = (("Enter", "Details"), ("w", "Why"), ("/", "Time"), ("x", "Export"), ("o", "Open door"), ("Esc", "Back"))

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.at: datetime | None = None
        """The time that was typed; None for now."""
        self.rows = RowsRead(())
        self._answered: datetime | None = None
        """The time of the list that stands."""
        self.waiting = True

    async def ask(self) -> Sequence[tuple[int, dict[str, Any]]]:
        """Ask the engine; the rows by their ids."""
        raise NotImplementedError(type(self).__name__)

    def rests_on(self) -> tuple[Part, ...]:
        """What the answer rests on and how old that is."""
        return ()

    def compose_page(self) -> Iterable[Widget]:
        """The time, what was understood, the list."""
        line = TextField("at", "When", hint=HINT)
        line.label_width = LABEL
        yield line
        yield Lines(id="rests-on")
        yield VirtualTable(columns=columns_of(self.RECORD))

    def on_mount(self) -> None:
        """A time can be typed at once."""
        super().on_mount()
        self.query_one(TextField).focus_value()

    async def load(self) -> None:
        """Ask anew; what cannot be answered is said in the list."""
        table = self.query_one(VirtualTable)
        try:
            self.rows = RowsRead(await self.ask())
        except Invalid as error:
            self.at = self._answered
            self.query_one(TextField).show_error(str(error))
            return
        except SmartPlusError as error:
            self.rows = RowsRead(())
            table.show_message(self._refused(error))
            table.set_source(DrawnSource(self.RECORD, self.rows, self.session.formats, self.draw))
            return
        finally:
            self.end_wait()
        self._answered = self.at
        table.show_message(empty(self.RECORD.empty).content())
        table.set_source(DrawnSource(self.RECORD, self.rows, self.session.formats, self.draw))
        self.query_one("#rests-on", Lines).lines = (self._understood(),)

    def _refused(self, error: SmartPlusError) -> Any:
        if isinstance(error, Forbidden):
            self.post_message(Refused())
            why = self.session.why_closed(error)
            return no_permission("Rights are closed to your account", why, "The other modules stay open.").content()
        tried = f"tried at {self.session.formats.time(self.session.now(), seconds=True)}"
        return failed("The question could not be answered", str(error), tried).content()

    def _understood(self) -> tuple[Part, ...]:
        from backend.domain.timewords import describe_moment

        formats = self.session.formats
        when = "Now" if self.at is None else describe_moment(self.at, formats)
        past: tuple[Part, ...] = (("  by the rules of then", "$sp-warn"),) if self._past() else ()
        return ((when, "bold $sp-t1"), *past, ("   ", ""), *self.rests_on())

    def _past(self) -> bool:
        return self.at is not None and self.at < self.session.now()

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """A difference between rules and door in its colour; everything else as the catalog says."""
        text = values.get(field.name)
        if field.name == "mark" and text:
            symbol, tone = ("×", "bad") if "still" in text else ("◐", "warn")
            return Cell(str(text), symbol, tone, tone)
        if field.name == "opens_next" and text:
            return Cell(self.session.formats.moment(text), tone="t2")
        return cell_of(field, text, self.session.formats, self.session.now(), first=first)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.start(self._ask_for, event.value, group="load", exclusive=True)

    async def _ask_for(self, text: str) -> None:
        """Another time; what is not understood stays, marked."""
        from backend.domain.timewords import parse_moment

        field, session = self.query_one(TextField), self.session
        try:
            zone = session.formats.zone
            self.at = parse_moment(text, session.now(), zone, past=True) if text.strip() else None
        except Invalid as error:
            field.show_error(str(error))
            return
        field.show_error("")
        await self.load()
        self.refresh_frame()
        if not field.error:
            self.query_one(VirtualTable).focus()

    def action_when(self) -> None:
        """Back to the time."""
        self.query_one(TextField).focus_value()

    def action_rows(self) -> None:
        """From the time to the list."""
        self.query_one(VirtualTable).focus()

    def action_back(self) -> None:
        """One level back, from the time too."""
        if isinstance(self.focused, Input) and not self.query_one(TextField).value:
            self.set_focus(None)
        super().action_back()

    def action_export(self) -> None:
        """Write the list to a file."""
        dialog = ExportDialog(self.session, self.RECORD, lambda: self.rows, self.asked())

        def written(answer: tuple[int, str] | None) -> None:
            if answer is not None:
                self.say(f"{figure(answer[0])} rows exported", answer[1])

        self.app.push_screen(dialog, written)

    def asked(self) -> str:
        """The question in words, for the name of a file."""
        when = "" if self.at is None else self.session.formats.local(self.at).strftime("%Y-%m-%d %H %M")
        return f"{self.heading().name} {when}".strip()

    def row(self) -> int | None:
        """The id of the row under the cursor."""
        row = self.query_one(VirtualTable).cursor_row
        return None if row is None else row.id


async def ask_who(page: Page, device_id: int, relay_id: int | None = None) -> None:
    """Show who may open a relay; of a device with several it is picked first."""
    session = page.session
    if relay_id is None:
        device = await session.ask(session.engine.devices.get, session.context, device_id)
        if len(device.relays) > 1:
            rows = [PickRow(str(relay.id), relay.name) for relay in device.relays]

            def picked(answer: str | None) -> None:
                if answer is not None:
                    page.app.push_screen(WhoPage(session, int(answer)))

            page.app.push_screen(PickDialog("Who may open which door?", rows), picked)
            return
        relay_id = next((relay.id for relay in device.relays), None)
    if relay_id is None:
        page.say("This device has no door.", bad=True)
    else:
        page.app.push_screen(WhoPage(session, relay_id))


class WhoPage(AskPage):
    """Who may open one door."""

    MODULE = "p"
    RECORD = OPENER

    def __init__(self, session: Session, relay_id: int) -> None:
        super().__init__(session)
        self._relay_id = relay_id
        self._answer: WhoAnswer | None = None

    def heading(self) -> Title:
        """The door, and how many may open it."""
        answer = self._answer
        if answer is None:
            return Title("Who may open")
        able = sum(1 for one in answer.openers if one.group)
        right = ((figure(able), "$sp-t1"), (" person" if able == 1 else " people", "$sp-t3"))
        device = answer.device if answer.device != answer.door else ""
        return Title(f"Who may open {answer.door}", ((device, "$sp-t2"),), right)

    async def ask(self) -> Sequence[tuple[int, dict[str, Any]]]:
        """Everybody at the door."""
        session = self.session
        self._answer = await session.ask(session.engine.access.who, session.context, self._relay_id, self.at)
        return [
            (
                one.holder_id,
                {
                    "name": one.name,
                    "kind": one.kind.value,
                    "place": one.place,
                    "group": one.group or "none",
                    "kinds": ", ".join(label_of(CODE_KINDS, kind.value) for kind in one.kinds),
                    "mark": one.mark,
                },
            )
            for one in self._answer.openers
        ]

    def rests_on(self) -> tuple[Part, ...]:
        """When the door was last read, and what on it is not ours."""
        answer = self._answer
        if answer is None or not answer.known:
            return (("the door was never read: not known what it holds", "$sp-warn"),)
        read = answer.read_at
        told = (
            "not read back yet"
            if read is None
            else f"door read {age(max(timedelta(0), self.session.now() - read))} ago"
        )
        parts: list[Part] = [(told, "$sp-t3")]
        if answer.strangers:
            users = "1 user" if answer.strangers == 1 else f"{figure(answer.strangers)} users"
            parts.append((f" · {users} on it not ours", "$sp-warn"))
        return tuple(parts)

    def action_why(self) -> None:
        """Why the person under the cursor may open it."""
        if (holder_id := self.row()) is not None:
            self.app.push_screen(WhyDialog(self.session, holder_id=holder_id, relay_id=self._relay_id, at=self.at))

    @on(RowSelected)
    def _chosen(self, event: RowSelected) -> None:
        event.stop()
        answer = self._answer
        found = [one for one in answer.openers if one.holder_id == event.row.id] if answer else []
        for one in found:
            self.post_message(OpenRecord(FORMS[one.kind.value], one.holder_id))

    def subject(self) -> tuple[str, int] | None:
        """The door."""
        return "door", self._relay_id


class CanPage(AskPage):
    """What one person may open: the doors of their groups first, then the others."""

    MODULE = "r"
    RECORD = REACH

    def __init__(self, session: Session, holder_id: int) -> None:
        super().__init__(session)
        self._holder_id = holder_id
        self._answer: CanAnswer | None = None

    def heading(self) -> Title:
        """The person, and how many doors they may open."""
        answer = self._answer
        if answer is None:
            return Title("What opens")
        able = sum(1 for one in answer.doors if one.allowed)
        right = (("opens ", "$sp-t3"), (figure(able), "$sp-t1"), (" door" if able == 1 else " doors", "$sp-t3"))
        return Title(f"What opens to {answer.person}", (), right)

    async def ask(self) -> Sequence[tuple[int, dict[str, Any]]]:
        """Every door: those that open, those that will, those that hold them, the others by name."""
        session = self.session
        self._answer = answer = await session.ask(
            session.engine.access.can, session.context, self._holder_id, at=self.at
        )
        rows = [
            (
                one.relay_id,
                {
                    "door": one.door,
                    "device": one.device,
                    "state": "yes" if one.allowed else "later" if one.group else "held",
                    "group": one.group,
                    "hours": one.hours,
                    "opens_next": one.opens_next,
                    "mark": one.mark,
                },
            )
            for one in answer.doors
        ]
        listed = {relay_id for relay_id, _ in rows}
        doors = await session.ask(session.engine.doors.all, session.context)
        others = sorted((one for one in doors if one.relay_id not in listed), key=lambda one: one.name.casefold())
        return rows + [(one.relay_id, {"door": one.name, "device": one.device, "state": "never"}) for one in others]

    def action_why(self) -> None:
        """Why the door under the cursor opens to this person or not."""
        if (relay_id := self.row()) is not None:
            self.app.push_screen(WhyDialog(self.session, holder_id=self._holder_id, relay_id=relay_id, at=self.at))

    @on(RowSelected)
    def _chosen(self, event: RowSelected) -> None:
        event.stop()
        self.action_why()

    def subject(self) -> tuple[str, int] | None:
        """The door under the cursor."""
        relay_id = self.row()
        return None if relay_id is None else ("door", relay_id)
