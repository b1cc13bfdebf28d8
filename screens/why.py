"""Why somebody may or may not enter: verdict, one plain sentence, the chain of checks (feature SYNC-05)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from backend.domain.errors import SmartPlusError
from screens.base.session import Session
from widgets.dialog import PickDialog, PickRow
from widgets.frame import Part
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.records import Answer


class WhyDialog(ModalScreen[None]):
    """Answers for a log line, or for a person at a door, which is picked when it is not given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Back", id="why.leave", tooltip="Back", show=False),
    ]
    DEFAULT_CSS = """
    WhyDialog { align: center middle; background: $sp-veil; }
    WhyDialog > Vertical {
        width: 84; max-width: 96%; height: auto; max-height: 90%; background: $sp-panel; padding: 1 2;
        border: round $sp-line; border-title-color: $sp-t1; border-title-style: bold;
    }
    """

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
        self._log_id = log_id
        self._holder_id = holder_id
        self._relay_id = relay_id
        self._at = at

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        with Vertical() as box:
            box.border_title = Content(" Why ")
            yield Lines()

    def on_mount(self) -> None:
        """Ask, after the door was picked."""
        if self._log_id is None and self._relay_id is None:
            self._pick()
        else:
            self._ask()

    @work
    async def _pick(self) -> None:
        session = self._session
        doors = await session.ask(session.engine.doors.all, session.context)
        rows = [PickRow(str(door.relay_id), door.name, ((door.device, "$sp-t3"),), door.building) for door in doors]

        def picked(answer: str | None) -> None:
            if answer is None:
                self.dismiss()
            else:
                self._relay_id = int(answer)
                self._ask()

        self.app.push_screen(PickDialog("Which door?", rows), picked)

    @work
    async def _ask(self) -> None:
        session = self._session
        try:
            answer = await session.ask(
                session.engine.access.why,
                session.context,
                log_id=self._log_id,
                holder_id=self._holder_id,
                relay_id=self._relay_id,
                at=self._at,
            )
        except SmartPlusError as error:
            self.query_one(Lines).lines = (((str(error), "$sp-bad"),),)
            return
        self.query_one(Lines).lines = tuple(answer_lines(session, answer))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss()


def answer_lines(session: Session, answer: Answer) -> list[tuple[Part, ...]]:
    """Verdict, sentence, checks with the first failing one in colour, what the door held, when it opens next."""
    tone, word = ("ok", "● may enter") if answer.allowed else ("bad", "× may not enter")
    formats = session.formats
    lines: list[tuple[Part, ...]] = [
        ((answer.person or "Unknown", "bold $sp-t1"), ("  at  ", "$sp-t3"), (answer.door, "bold $sp-t1")),
        ((formats.moment(answer.at, seconds=True), "$sp-t3"),),
        (("", ""),),
        ((word, f"bold $sp-{tone}"),),
        ((answer.sentence, "$sp-t1"),),
        (("", ""),),
    ]
    failed = False
    for label, found, ok in answer.checks:
        mark, style = ("✓", "$sp-ok") if ok else ("×", "$sp-bad")
        lines.append(
            ((f"{mark} ", style), (f"{label:<14}", "$sp-t3"), (found, "$sp-t2" if ok or failed else "$sp-bad"))
        )
        failed = failed or not ok
    if answer.opens_next is not None:
        lines.append((("  opens next    ", "$sp-t3"), (formats.moment(answer.opens_next), "$sp-t2")))
    if answer.held:
        lines += [(("", ""),), ((answer.held, "$sp-t2"),)]
    return lines
