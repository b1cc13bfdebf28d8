"""What a person may open: every door with its hours, its next opening and why (features SYNC-05, SYNC-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import on

from backend.catalog.rights import REACH
from backend.domain.answers import NOT_SURE, NOT_YET
from backend.domain.formats import figure
from screens.ask_page import AskPage
from screens.base.needs import needs
from screens.base.session import Session
from screens.why import WhyDialog
from widgets.frame import Title
from widgets.table_messages import RowSelected

if TYPE_CHECKING:
    from backend.domain.answers import CanAnswer, DoorReach


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
                    "state": _state(one),
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

    def about(self) -> str:
        """The person."""
        return self._answer.person if self._answer else ""

    @needs("plan.read")
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


def _state(door: DoorReach) -> str:
    """Whether a door opens to the person, with what it holds otherwise."""
    if not door.allowed:
        return "later" if door.group else "held" if door.mark else "never"
    return "pending" if door.mark == NOT_YET else "unsure" if door.mark == NOT_SURE else "yes"
