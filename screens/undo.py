"""What can be undone, each with what the doors would receive; nothing happens by itself (feature SYNC-07)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from screens.base.drawing import wrapped
from screens.base.page import Page
from screens.base.plan_pane import plan_lines, summary_parts
from screens.base.session import Session
from screens.import_drawing import progress_line
from widgets.dialog import Choice, ConfirmDialog
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import empty
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved, RowSelected
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.operations import OperationRecord
    from backend.domain.progress import Progress

SHOWN = 200
DRAWN_EVERY = 0.1
COLUMNS = (
    Column("at", "When", width=16, importance=4),
    Column("action", "What", width=0, importance=7),
    Column("state", "Undo", width=19, importance=6),
    Column("actor", "By", width=11, importance=3),
    Column("id", "No.", width=6, align="right", importance=2),
)


class UndoScreen(Page):
    """The acts of this community, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("U", "undo_this", "Undo this", id="undo.this", tooltip="Undo the act under the cursor", show=False),
    ]
    TITLE_TEXT = "Undo"
    TOPICS = frozenset({"operations"})
    HINTS = (("Enter", "Undo this"), ("r", "Refresh"), ("Esc", "Back"))

    def __init__(self, session: Session, wanted: int | None = None) -> None:
        """The list; `wanted` is the act that the cursor goes to, and that is asked about where it is not listed."""
        super().__init__(session)
        self._asked = wanted
        self._acts: dict[int, OperationRecord] = {}
        self._undoing = False
        self._progress: Progress | None = None
        self._stop = threading.Event()

    def hints(self) -> Iterable[tuple[str, str]]:
        """While an undo runs, only how to stop it."""
        return self.HINTS if not self._undoing else (("Esc", "Stop"),)

    def compose_page(self) -> Iterable[Widget]:
        """The acts, and the plan of the one under the cursor."""
        yield VirtualTable(columns=COLUMNS)
        yield Panel(Lines(), heading="If you undo it", id="detail")

    def on_mount(self) -> None:
        """Cursor on the newest."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def heading(self) -> Title:
        """How many can be."""
        count = sum(1 for act in self._acts.values() if not act.blocked)
        return Title("Undo", right=((f"{count} can be undone", "$sp-t3"),))

    async def load(self) -> None:
        """Read the acts."""
        session = self.session
        acts = await session.ask(session.engine.undo.candidates, session.context, SHOWN)
        self._acts = {act.id: act for act in acts}
        table = self.query_one(VirtualTable)
        table.show_message(empty("Nothing has been done yet").content())
        table.set_source(ListSource([self._row(at, act) for at, act in enumerate(acts)]))
        self.start(self._plan, group="plan", exclusive=True)  # the act under the cursor may be undone by now
        wanted, self._asked = self._asked, None
        if wanted in self._acts:
            table.stand_on(wanted)
        elif wanted is not None:
            await session.ask(session.engine.undo.plan, session.context, wanted)  # which says why not

    def _row(self, at: int, act: OperationRecord) -> Row:
        word = Cell("half undone", "◐", "warn", "warn") if act.half_undone else Cell("can be undone", "●", "t2", "ok")
        state = Cell(act.blocked, "–", "t3", "t3") if act.blocked else word
        what = Cell(title_of(act), tone="t3" if act.blocked else "t1")
        return Row(act.id, (at, act.id), (self.session.formats.moment(act.at), what, state, act.actor, str(act.id)))

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        event.stop()
        self.start(self._plan, group="plan", exclusive=True)

    async def _plan(self) -> None:
        if self._undoing:
            return
        row = self.query_one(VirtualTable).cursor_row
        panel = self.query_one("#detail", Panel)
        panel.heading = "If you undo it"
        act = self._acts.get(row.id) if row else None
        if act is None or act.blocked:
            panel.figure = ()
            why = wrapped(act.blocked, max(20, panel.content_size.width), "$sp-t2") if act else ()
            panel.query_one(Lines).lines = tuple(why)
            return
        session = self.session
        plans = await session.ask(session.engine.undo.plan, session.context, act.id)
        panel.figure = summary_parts(plans) if plans else ()
        panel.query_one(Lines).lines = (
            tuple(plan_lines(plans, session.formats, panel.content_size.width))
            if plans
            else ((("No door is concerned.", "$sp-t2"),),)
        )

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.action_undo_this()

    def action_undo_this(self) -> None:
        """Ask once, then undo."""
        row = self.query_one(VirtualTable).cursor_row
        act = self._acts.get(row.id) if row else None
        if act is None or self._undoing:
            return
        if act.blocked:
            self.say(f"Number {act.id} cannot be undone", act.blocked, bad=True)
            return
        dialog = ConfirmDialog(
            "Undo",
            f"Undo number {act.id}?",
            lines=[
                ((title_of(act), "$sp-t1"),),
                ((f"by {act.actor}, {self.session.formats.moment(act.at)}", "$sp-t3"),),
            ],
            choices=[Choice("y", "Undo", "undo")],
        )

        def answered(answer: str | None) -> None:
            if answer:
                self.start(self._undo, act)

        self.app.push_screen(dialog, answered)

    async def _undo(self, act: OperationRecord) -> None:
        session = self.session
        self._stop.clear()
        self._undoing = True
        timer = self.set_interval(DRAWN_EVERY, self._draw_progress)
        try:
            saved = await session.ask(
                session.engine.undo.undo, session.act(), act.id, tell=self._heard, stopped=self._stop.is_set
            )
        finally:
            timer.stop()
            self._undoing, self._progress = False, None
            self.refresh_frame()
        self.watch_save(f"Undone: {title_of(act)}", saved)
        if saved.skipped:
            self.say(f"Number {act.id} is half undone", " ".join(saved.skipped.values()), bad=True)
        else:
            self.say("Undone", title_of(act))

    def _heard(self, progress: Progress) -> None:
        """Called in a thread, between slices."""
        self._progress = progress

    def _draw_progress(self) -> None:
        """How far a long undo is, in place of the plan."""
        panel, progress = self.query_one("#detail", Panel), self._progress
        panel.heading, panel.figure = "Undoing", ()
        lines = panel.query_one(Lines)
        if progress is None:
            lines.lines = ((("First it is looked whether everything can come back.", "$sp-t2"),),)
        else:
            lines.lines = (progress_line(progress, lines.size.width),)
        self.refresh_frame()

    def action_back(self) -> None:
        """Stop a long undo after the rows under way; else one level back."""
        if self._undoing:
            self._stop.set()
            self.say("Stopping", "What is taken back stays so; undoing it again goes on.")
        else:
            super().action_back()

    def action_undo(self) -> None:
        """Already here."""


def title_of(act: OperationRecord) -> str:
    """What was done, and to whom."""
    return f"{act.action}: {act.entity_name}" if act.entity_name else act.action
