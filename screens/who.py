"""Who may open a door: everybody with the group that gives the right, and where the door differs (SYNC-06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from textual import on

from backend.catalog.rights import OPENER
from backend.catalog.words import CODE_KINDS, label_of
from backend.domain.formats import age, figure
from screens.ask_page import AskPage
from screens.base.messages import OpenRecord
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.why import FORMS, WhyDialog
from widgets.dialog import PickDialog, PickRow
from widgets.frame import Part, Title
from widgets.table_messages import RowSelected

if TYPE_CHECKING:
    from backend.domain.answers import WhoAnswer


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

    def about(self) -> str:
        """The door."""
        return self._answer.door if self._answer else ""

    @needs("plan.read")
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
