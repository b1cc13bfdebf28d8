"""Devices: what answers, what is in sync, trouble first; adding one says which state it was met in (DEV-01, DEV-12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.devices import DEVICE
from backend.catalog.states import Drawn, drawn
from backend.domain.formats import Formats, age, figure
from screens.base.detail_pane import Detail
from screens.base.drawing import beside, column
from screens.base.needs import needs, of_row
from screens.base.resource import ResourceScreen
from screens.device_form import DeviceForm
from screens.relay_form import RelayForm
from screens.resident_drawing import WORDS
from screens.sync_tabs import ask_release
from screens.who import ask_who
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Part
from widgets.panel import fact
from widgets.plots import gauge

if TYPE_CHECKING:
    from backend.domain.devices import DeviceRecord

_DELETE = DEVICE.verb("delete")
assert _DELETE is not None
DELETE = _DELETE
HALF = 52
"""Cells of the state beside the relays."""


class DevicesScreen(ResourceScreen):
    """The list of devices."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "equals_sign", "verb('check')", "Compare", id="devices.check", tooltip="Read devices back now", show=False
        ),
        Binding("w", "who", "Who", id="devices.who", tooltip="Who may open its doors", show=False),
        Binding("W", "release", "Write anyway", id="devices.release", tooltip="Release a mass removal", show=False),
    ]
    MODULE = "p"
    AGES = True
    RECORD = DEVICE
    TOPICS = DEVICE.topics | {"sync", "devices"}
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("State", "Relays")

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new device, by its address."""
        self.app.push_screen(DeviceForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Names and codes."""
        self.app.push_screen(RelayForm(self.session, ids[0]))

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Take a device out of the site, after one question."""
        self.start(self._ask_delete, ids[0])

    async def _ask_delete(self, device_id: int) -> None:
        session = self.session
        record = await session.ask(session.engine.devices.get, session.context, device_id)
        dialog = ConfirmDialog(
            "Delete device",
            f"Take {record.name} out of this site?",
            lines=[
                ((f"{record.model} · {record.address}", "$sp-t2"),),
                (("▲ ", "$sp-warn"), ("The device keeps what it holds now: nobody can prove it empty", "$sp-t2")),
                (("  any more. Reset it on its own page if it leaves the building.", "$sp-t2"),),
            ],
            choices=[Choice(DELETE.confirm_key, "Delete", "delete", danger=True)],
            opened_by=DELETE.key,
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._delete, record)

        self.app.push_screen(dialog, answered)

    async def _delete(self, record: DeviceRecord) -> None:
        session = self.session
        await session.ask(session.engine.devices.delete, session.act(), record.id)
        self.say(f"{record.name} taken out of this site")

    def verb_check(self, ids: tuple[int, ...]) -> None:
        """Ask the agent to read the device back, or the ticked."""
        self.start(self._check, ids)

    async def _check(self, ids: tuple[int, ...]) -> None:
        session = self.session
        for device_id in ids:
            await session.ask(session.engine.sync.check, session.act(), device_id)
        self.say("Reading back", f"{len(ids)} device{'s' if len(ids) != 1 else ''}, the list follows")

    @of_row
    @needs("plan.read")
    def action_who(self) -> None:
        """Who may open a door of the device under the cursor."""
        for device_id in self.under_cursor():
            self.start(ask_who, self, device_id)

    @of_row
    @needs("sync.write")
    def action_release(self) -> None:
        """Release a mass removal, by its typed count."""
        for device_id in self.under_cursor():
            self.start(ask_release, self, device_id)

    async def detail(self, row_id: int, page: str) -> Detail:
        """State or relays of the device under the cursor."""
        session = self.session
        record = await session.ask(session.engine.devices.get, session.context, row_id)
        figure_parts = ((f"{record.model} · {record.firmware or '–'} · {record.mac}", "$sp-t3"),)
        if page == "Relays":
            return Detail(relay_lines(record), figure_parts)
        lines = state_lines(record, session.formats, session.now())
        if self.has_class("-narrow"):
            return Detail(brief(lines))
        return Detail(beside(lines, relay_lines(record), HALF), figure_parts)


def brief(lines: list[tuple[Part, ...]]) -> list[tuple[Part, ...]]:
    """State and sync, then what troubles it, for terminals with few lines."""
    trouble = [line for line in lines[5:] if line[1][1] in ("$sp-bad", "$sp-warn")]
    return [*lines[:2], *(trouble or lines[4:])][:3]


def state_lines(record: DeviceRecord, formats: Formats, now: datetime) -> list[tuple[Part, ...]]:
    """Reachability, sync, freshness, capacity, what troubles it."""

    def old(moment: datetime | None) -> Part:
        return (age(max(timedelta(0), now - moment)) if moment else "never", "$sp-t3")

    def standing(look: Drawn, word: str, moment: datetime | None) -> tuple[Part, ...]:
        symbol, state = (f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}")
        return symbol, state, (f"  {word} ", "$sp-t3"), old(moment)

    return [
        fact("State", standing(drawn("device", record.status), "seen", record.last_seen_at)),
        fact("Sync", standing(drawn("sync", record.sync.state), "read back", record.sync.read_back_at)),
        fact(
            "Address",
            ((record.address, "$sp-t1"), (f"  {record.auth}{', pinned' if record.tls_pin else ''}", "$sp-t3")),
        ),
        fact("Events", (old(record.event_at), ("  door log ", "$sp-t3"), old(record.log_read_at))),
        fact(
            "Users",
            (
                *gauge(record.sync.users, record.sync.users_limit, 16),
                (f" {figure(record.sync.users)} of {figure(record.sync.users_limit)}", "$sp-t2"),
                (f"  {record.sync.unmanaged} not ours" if record.sync.unmanaged else "", "$sp-warn"),
            ),
        ),
        *_trouble_lines(record, formats),
    ]


def _trouble_lines(record: DeviceRecord, formats: Formats) -> list[tuple[Part, ...]]:
    """The worst trouble, whom it refused, its clock, when it changes next, what does not fit."""
    told = next((text for text in (record.sync.held_reason, record.sync.last_error, record.last_error) if text), "")
    lines = [fact("Trouble", ((told, "$sp-bad"),))] if told else []
    lines += [fact("Refused", ((text, "$sp-bad"),)) for text in record.sync.refusals[:3]]
    if record.clock_offset_ms is not None:
        wrong = record.sync.clock
        right = f"{record.clock_offset_ms / 1000:+.1f} s"
        lines.append(fact("Clock", ((wrong or right, "$sp-bad" if wrong else "$sp-t2"),)))
    if record.sync.next_change_at:
        lines.append(fact("Next change", ((formats.moment(record.sync.next_change_at), "$sp-t2"),)))
    lines += [fact("Not held", ((text, "$sp-warn"),)) for text in record.sync.unfit[:3]]
    return lines


def relay_lines(record: DeviceRecord) -> list[tuple[Part, ...]]:
    """Each relay: name, whether it stands open, DTMF, methods, whose hours hold it open."""
    lines: list[tuple[Part, ...]] = []
    for relay in record.relays:
        state = {True: ("open", "$sp-ok"), False: ("closed", "$sp-t2"), None: ("unknown", "$sp-t3")}[relay.open]
        methods = ", ".join(WORDS[method.value] for method in relay.methods)
        dtmf = f"DTMF {relay.dtmf}  " if relay.dtmf else ""
        lines.append(
            (
                (f"{relay.number}  {column(relay.name, 16)}", "$sp-t1"),
                (f"{state[0]:<10}", state[1]),
                (f"{dtmf}{methods}", "$sp-t3"),
            )
        )
        lines += [(("   held open by ", "$sp-t3"), (held, "$sp-t2")) for held in relay.held_by]
    return lines or [(("no relay", "$sp-t3"),)]
