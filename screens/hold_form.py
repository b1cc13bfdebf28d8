"""The Relay Schedule of a door: the access groups whose hours keep it open (rules 13.1; feature DEV-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.base.page import Page
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from widgets.dialog import PickDialog, PickRow
from widgets.form import FixedField, FormField, PickField, SwitchField

if TYPE_CHECKING:
    from backend.domain.devices import DeviceRecord
    from backend.domain.records import Saved
    from backend.domain.relay_holds import HoldOpen


class HoldForm(PlainForm):
    """A door that hours keep open: the switch, and whose hours."""

    MODULE = "p"
    TITLE_TEXT = "Hold open"

    def __init__(self, session: Session, relay_id: int) -> None:
        super().__init__(session)
        self._relay_id = relay_id
        self._record: HoldOpen | None = None

    def sections(self) -> dict[str, Sequence[FormField]]:
        """The switch, the groups, and what that means."""
        return {
            "Relay schedule": (
                SwitchField("on", "Hold open", hint="open to everybody meanwhile", words=("No", "In these hours")),
                PickField("groups", "Access groups", several=True, hint="hours count, people do not"),
                FixedField("told", "At the door"),
            )
        }

    def about(self) -> str:
        """Which door."""
        record = self._record
        return f"{record.door} · {record.device}" if record else ""

    async def load(self) -> None:
        """Offer the groups with their hours; begin with what is there."""
        session = self.session
        groups = await session.ask(session.engine.groups.list_all, session.context)
        picker = self.form.fields["groups"]
        assert isinstance(picker, PickField)
        picker.set_options([PickRow(str(group_id), name, ((hours, "$sp-t3"),)) for group_id, name, hours, _ in groups])
        self.form.begin(await self.now())
        self.form.focus_first()

    async def now(self) -> Mapping[str, Any]:
        """The Relay Schedule as it stands, whose version is saved on top of."""
        session = self.session
        record = self._record = await session.ask(session.engine.relay_holds.get, session.context, self._relay_id)
        told = "keeps it open in its hours" if record.told else "opens by a code only"
        if record.refusal:
            told = "this model has no relay schedules"
        groups = tuple(str(group_id) for group_id in record.group_ids)
        return {"on": record.on, "groups": groups, "told": told}

    async def save(self) -> Saved:
        """Write switch and groups."""
        session, record, values = self.session, self._record, self.form.values()
        assert record is not None
        group_ids = [int(answer) for answer in values["groups"]]
        return await session.ask(
            session.engine.relay_holds.set,
            session.act(),
            self._relay_id,
            record.version,
            on=values["on"],
            group_ids=group_ids,
        )

    def saved_title(self) -> str:
        """Name of the door."""
        return self._record.door if self._record else ""


def ask_hold(page: Page, record: DeviceRecord, relay_id: int | None) -> None:
    """Open the form of the door it is about; of a device with several doors one is picked first."""
    relays = record.relays
    chosen = relay_id if relay_id is not None or len(relays) != 1 else relays[0].id
    if chosen is not None:
        page.app.push_screen(HoldForm(page.session, chosen))
        return
    rows = [PickRow(str(relay.id), relay.name, ((f"relay {relay.number}", "$sp-t3"),)) for relay in relays]

    def picked(answer: str | None) -> None:
        if answer is not None:
            page.app.push_screen(HoldForm(page.session, int(answer)))

    page.app.push_screen(PickDialog("Hold which door open", rows), picked)
