"""Why somebody may or may not enter, and what would change it: numbers choose, the plan comes first (SYNC-05)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from backend.domain.errors import SmartPlusError
from backend.domain.formats import Formats
from screens.base.drawing import wrapped
from screens.base.messages import OpenRecord, Watch
from screens.base.plan_pane import plan_lines
from screens.base.session import Session
from screens.base.waits import Waits
from screens.why_drawing import WIDE, answer_lines, names, offers_opening
from widgets.dialog import Choice, ConfirmDialog, Dialog
from widgets.frame import Part
from widgets.panel import Lines, key_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.domain.access.results import DoorPlan
    from backend.domain.answers import Answer, Offer

MOST_NAMES = 12
KEYS = "y Copy · Esc Close"
FORMS = {"resident": "resident", "staff": "staff", "delivery": "delivery", "visitor": "temp-key", "booking": "booking"}
"""Kind of holder -> the record whose page changes them."""


class WhyDialog(Waits, Dialog[None]):
    """Answers for a log line, or for a person at a door at an instant (now, when None)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Back", id="why.leave", tooltip="Back", show=False),
        Binding("y", "copy", "Copy", id="why.copy", tooltip="Copy the answer", show=False),
        Binding("1", "choose(1)", "First", id="why.first", tooltip="The first change", show=False),
        Binding("2", "choose(2)", "Second", id="why.second", tooltip="The second change", show=False),
        Binding("3", "choose(3)", "Third", id="why.third", tooltip="The third change", show=False),
        Binding("up,pageup", "scroll_box(-1)", "Up", id="why.up", tooltip="Show what is above", show=False),
        Binding("down,pagedown", "scroll_box(1)", "Down", id="why.down", tooltip="Show what is below", show=False),
    ]

    def __init__(
        self,
        session: Session,
        *,
        log_id: int | None = None,
        holder_id: int | None = None,
        relay_id: int | None = None,
        at: datetime | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._answer: Answer | None = None
        self._log_id = log_id
        self._holder_id = holder_id
        self._relay_id = relay_id
        self._at = at
        self.waiting = True

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        heading = "Why" if self._log_id is None else f"Why · event {self._log_id:,}"
        with self.box(heading, KEYS):
            yield Lines()

    def on_mount(self) -> None:
        """Ask."""
        self._ask()

    @work
    async def _ask(self) -> None:
        session = self._session
        try:
            self._answer = await session.ask(
                session.engine.access.why,
                session.context,
                log_id=self._log_id,
                holder_id=self._holder_id,
                relay_id=self._relay_id,
                at=self._at,
            )
        except SmartPlusError as error:
            self._say(str(error))
        else:
            self.query_one(Lines).lines = tuple(answer_lines(session, self._answer))
            ways = self._ways(self._answer)
            choose = "" if not ways else "1 Choose · " if ways == 1 else f"1-{ways} Choose · "
            self.query_one(".box").border_subtitle = key_line(f"{choose}{KEYS}")
        self.end_wait()

    def _ways(self, answer: Answer) -> int:
        """How many ways out there are to choose from."""
        if answer.allowed or answer.holder_id is None:
            return 0
        return len(answer.offers) + offers_opening(self._session, answer)

    def _say(self, text: str) -> None:
        self.query_one(Lines).lines = tuple(wrapped(text, WIDE, "$sp-bad"))

    def action_choose(self, number: int) -> None:
        """Show the plan of a change, open the form that makes it, or open the door once."""
        answer = self._answer
        if answer is None or number > self._ways(answer):
            return
        if number <= len(answer.offers):
            self._take(answer, answer.offers[number - 1])
        else:
            self._open_door(answer)

    @work
    async def _take(self, answer: Answer, offer: Offer) -> None:
        session = self._session
        assert answer.holder_id is not None, "only a person is offered a change"
        if offer.remedy.way in ("code", "credential"):
            self._go_to_form(answer)
            return
        try:
            remedies = session.engine.remedies
            plans = await session.ask(remedies.plan, session.context, answer.holder_id, offer.remedy)
        except SmartPlusError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        dialog = ConfirmDialog(
            "What would open it",
            f"{offer.title}?",
            lines=[*_about(answer, offer), *_planned(plans, session.formats)],
            choices=[Choice("y", "Do it", "do")],
        )

        def answered(chosen: str | None) -> None:
            if chosen:
                self._do(answer, offer)

        self.app.push_screen(dialog, answered)

    def _go_to_form(self, answer: Answer) -> None:
        """A code is given where the others of the person are."""
        holder_id, kind = answer.holder_id, answer.kind
        if holder_id is None or kind is None:
            return
        app = self.app
        self.dismiss()
        if kind.value == "resident" and self._session.may("resident.write"):
            from screens.resident_form import ResidentEdit

            app.push_screen(ResidentEdit(self._session, holder_id))
        else:
            app.post_message(OpenRecord(FORMS[kind.value], holder_id))

    @work
    async def _do(self, answer: Answer, offer: Offer) -> None:
        """Make the change; the status line counts its way to the doors."""
        session = self._session
        assert answer.holder_id is not None, "only a person is offered a change"
        try:
            saved = await session.ask(session.engine.remedies.apply, session.act(), answer.holder_id, offer.remedy)
        except SmartPlusError as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        self.app.post_message(Watch(offer.title, saved))
        self.dismiss()

    @work
    async def _open_door(self, answer: Answer) -> None:
        from screens.open_door import confirm_opening

        session = self._session
        doors = await session.ask(session.engine.doors.all, session.context)
        door = next((one for one in doors if one.relay_id == answer.relay_id), None)
        if door is not None:
            confirm_opening(self.app, session, door)

    def action_scroll_box(self, step: int) -> None:
        """Show the rest of an answer that is higher than the screen."""
        box = self.query_one(".box", VerticalScroll)
        (box.scroll_down if step > 0 else box.scroll_up)(animate=False)

    def action_copy(self) -> None:
        """Copy the sentence with person, door and time."""
        answer = self._answer
        if answer is not None:
            when = self._session.formats.moment(answer.at, seconds=True)
            self.app.copy_to_clipboard(f"{answer.person} at {answer.door}, {when}: {answer.sentence}")
            self.app.notify("✓ Copied", timeout=4, markup=False)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss()


def _about(answer: Answer, offer: Offer) -> list[tuple[Part, ...]]:
    """For whom it is, and everybody else whom it lets in."""
    lines = wrapped(f"for {answer.person}: {offer.effect}", WIDE, "$sp-t2")
    if offer.others:
        told = names(offer.others, MOST_NAMES)
        lines += [(("▲ ", "$sp-warn"), ("also gets in then:", "$sp-t1")), *wrapped(told, WIDE, "$sp-t2")]
    return [*lines, (("", ""),)]


def _planned(plans: Sequence[DoorPlan], formats: Formats) -> list[tuple[Part, ...]]:
    """What each door receives."""
    return (
        plan_lines(plans, formats, WIDE)
        if plans
        else [(("No door is written: it only waits for its time.", "$sp-t2"),)]
    )
