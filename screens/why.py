"""Why somebody may or may not enter: verdict, one plain sentence, the chain of checks (feature SYNC-05)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from backend.domain.errors import SmartPlusError
from backend.domain.formats import age
from screens.base.drawing import column, wrapped
from screens.base.session import Session
from widgets.dialog import Dialog, PickDialog, PickRow
from widgets.frame import Part
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.answers import Answer

WIDE = 68
"""Cells of a line in the dialog."""
LABEL = 22


class WhyDialog(Dialog[None]):
    """Answers for a log line, or for a person at a door, which is picked when it is not given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Back", id="why.leave", tooltip="Back", show=False),
        Binding("y", "copy", "Copy", id="why.copy", tooltip="Copy the answer", show=False),
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

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        with self.box("Why", "y Copy · Esc Close"):
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
            self.query_one(Lines).lines = tuple(wrapped(str(error), WIDE, "$sp-bad"))
            return
        self._answer = answer
        self.query_one(Lines).lines = tuple(answer_lines(session, answer))

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


def answer_lines(session: Session, answer: Answer) -> list[tuple[Part, ...]]:
    """Verdict, sentence, checks with the first failing one in colour, what the door held, when it opens next."""
    tone, word = ("ok", "● May enter") if answer.allowed else ("bad", "× May not enter")
    formats = session.formats
    lines: list[tuple[Part, ...]] = [
        ((word, f"bold $sp-{tone}"), (f"  {answer.door}, {formats.moment(answer.at, seconds=True)}", "bold $sp-t1")),
        ((answer.person or "Unknown", "$sp-t2"),),
        (("", ""),),
        *wrapped(answer.sentence, WIDE, "$sp-t1"),
        (("", ""),),
        (("Step by step", "bold $sp-t1"), *_read(session, answer)),
    ]
    failed = False
    for label, found, ok in answer.checks:
        mark, style = ("✓", "$sp-ok") if ok else ("–", "$sp-t3") if failed else ("×", "$sp-bad")
        shown = "$sp-t2" if ok else "$sp-t3" if failed else "$sp-bad"
        first, *more = wrapped(found, WIDE - LABEL, shown) or [(("", ""),)]
        lines.append(((f"{mark} ", style), (column(label, LABEL - 2), "$sp-t1"), *first))
        lines += [((" " * LABEL, ""), *line) for line in more]
        failed = failed or not ok
    if answer.opens_next is not None:
        lines.append(
            (("  ", ""), (column("Opens next", LABEL - 2), "$sp-t1"), (formats.moment(answer.opens_next), "$sp-t2"))
        )
    if answer.held:
        lines += [(("", ""),), *wrapped(answer.held, WIDE, "$sp-t2")]
    return lines


def _read(session: Session, answer: Answer) -> tuple[Part, ...]:
    """How old the reading of the door is that the answer rests on."""
    if answer.read_at is None:
        return (("   the door has not been read: not known what it holds", "$sp-warn"),)
    return ((f"   door read {age(max(timedelta(0), session.now() - answer.read_at))} ago", "$sp-t3"),)
