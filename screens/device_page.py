"""A device's own page: state, relays, and what can be done about it (features DEV-01, DEV-12, SYNC-01)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from backend.domain.errors import Forbidden
from screens.base.drawing import folded, wrapped
from screens.base.history import HistoryPanel
from screens.base.needs import needs
from screens.base.plan_pane import plan_lines, summary_parts
from screens.base.record_page import RecordPage
from screens.base.session import Session
from screens.devices import relay_lines, state_lines
from screens.hold_form import ask_hold
from screens.relay_form import RelayForm
from screens.sync_drawing import drift_panel_lines
from screens.who import ask_who
from widgets.frame import Title
from widgets.panel import Lines, Panel

if TYPE_CHECKING:
    from backend.domain.devices import DeviceRecord


DRIFTS = 4
"""Differences that the page of a device tells; all of them stand in Sync."""


class DevicePage(RecordPage):
    """One device."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", id="device.edit", tooltip="Names and codes", show=False),
        Binding("O", "hold", "Hold open", id="device.hold", tooltip="Keep a door open by hours", show=False),
        Binding("equals_sign", "check", "Compare", id="device.check", tooltip="Read the device back now", show=False),
        Binding("h", "history", "History", id="device.history", tooltip="Who changed this device", show=False),
        Binding("w", "who", "Who", id="device.who", tooltip="Who may open its doors", show=False),
        Binding("l", "logs", "Logs", id="device.logs", tooltip="This device in the door logs", show=False),
    ]
    KIND = "device"
    MODULE = "p"
    AGES = True
    TOPICS = frozenset({"devices", "sync", "doors"})
    HINTS = (
        ("o", "Open door"),
        ("w", "Who"),
        ("e", "Edit"),
        ("O", "Hold open"),
        ("=", "Compare"),
        ("h", "History"),
        ("l", "Logs"),
        ("Esc", "Back"),
    )

    record: DeviceRecord | None = None

    def __init__(self, session: Session, device_id: int, *, relay_id: int | None = None) -> None:
        super().__init__(session, device_id)
        self._relay_id = relay_id

    def compose_page(self) -> Iterable[Widget]:
        """State, relays, what would be written, history."""
        yield Panel(Lines(id="state-lines"), heading="State")
        yield Panel(Lines(id="relay-lines"), heading="Relays", keys="o Open a relay  O Hold open")
        yield Panel(Lines(id="plan-lines"), heading="To be written", id="plan")
        yield Panel(Lines(id="drift-lines"), heading="Drift", id="drift")
        yield HistoryPanel()

    def on_mount(self) -> None:
        """Drift is there where there is some."""
        super().on_mount()
        self.query_one("#drift").display = False

    def heading(self) -> Title:
        """Name, model, firmware."""
        record = self.record
        if record is None:
            return Title("Device")
        return Title(record.name, ((f"{record.model} · {record.firmware or '–'} · {record.mac}", "$sp-t2"),))

    async def load(self) -> None:
        """Read the device and what would be written to it now."""
        session = self.session
        record = self.record = await session.ask(session.engine.devices.get, session.context, self.record_id)
        state = self.query_one("#state-lines", Lines)
        width = state.content_size.width or 70
        facts = state_lines(record, session.formats, session.now())
        state.lines = tuple(line for one in facts for line in folded(one, width))
        self.query_one("#relay-lines", Lines).lines = tuple(relay_lines(record))
        await self._load_plan()
        await self._load_drift()
        await self.load_history()

    async def _load_plan(self) -> None:
        """What would be written now, for those who may see plans."""
        session = self.session
        pane, lines = self.query_one("#plan", Panel), self.query_one("#plan-lines", Lines)
        width = lines.content_size.width or 70
        try:
            plans = await session.ask(session.engine.access.plan_device, session.context, self.record_id)
        except Forbidden as error:
            pane.figure, lines.lines = (), tuple(wrapped(str(error), width, "$sp-t3"))
            return
        pane.figure = summary_parts(plans) if plans else (("✓ ", "$sp-ok"), ("in sync", "$sp-t2"))
        nothing = ((("The device holds what it should.", "$sp-t2"),),)
        lines.lines = tuple(plan_lines(plans, session.formats, width)) if plans else nothing

    async def _load_drift(self) -> None:
        """What it was found to hold otherwise, a few lines of it."""
        session = self.session
        if not session.may("sync.read"):
            return
        found = await session.ask(session.engine.drift.of_device, session.context, self.record_id, DRIFTS)
        pane = self.query_one("#drift", Panel)
        pane.display = bool(found)
        standing = self.record.sync.drift if self.record else 0
        pane.figure = ((f"≠ {standing}", "$sp-warn"), (" open", "$sp-t2")) if standing else ()
        self.query_one("#drift-lines", Lines).lines = tuple(drift_panel_lines(found, session.now()))

    @needs("device.edit")
    def action_edit(self) -> None:
        """Names and codes."""
        number = None
        if self.record is not None and self._relay_id is not None:
            number = next((relay.number for relay in self.record.relays if relay.id == self._relay_id), None)
        self.app.push_screen(RelayForm(self.session, self.record_id, relay_number=number))

    @needs("device.edit")
    def action_hold(self) -> None:
        """The hours in which a door stays open."""
        if self.record is not None:
            ask_hold(self, self.record, self._relay_id)

    @needs("device.edit")
    def action_check(self) -> None:
        """Read back now."""
        self.start(self._check)

    async def _check(self) -> None:
        session = self.session
        await session.ask(session.engine.sync.check, session.act(), self.record_id)
        self.say("Reading back", "the figures here follow")

    @needs("plan.read")
    def action_who(self) -> None:
        """Who may open the door it was found by, else one that is picked."""
        self.start(ask_who, self, self.record_id, self._relay_id)

    @needs("door_log.read")
    def action_logs(self) -> None:
        """This device's lines in the door logs."""
        if self.record is not None:
            self.show_logs(f'device:"{self.record.name}"')

    def subject(self) -> tuple[str, int] | None:
        """The door it was found by, else the device."""
        return ("door", self._relay_id) if self._relay_id is not None else super().subject()


class DoorPage(DevicePage):
    """A door is shown on the page of its device."""

    def __init__(self, session: Session, relay_id: int) -> None:
        super().__init__(session, 0, relay_id=relay_id)

    async def load(self) -> None:
        """Find the device of the door first."""
        session = self.session
        if not self.record_id:
            doors = await session.ask(session.engine.doors.all, session.context)
            self.record_id = next(door.device_id for door in doors if door.relay_id == self._relay_id)
        await super().load()
