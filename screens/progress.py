"""Which doors do not hold the last change yet, and why (feature SYNC-01)."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from screens.base.session import Session
from widgets.frame import Part
from widgets.panel import Lines


class ProgressDialog(ModalScreen[None]):
    """The doors of the last save: how many hold it, which are missing, and the reason of each. Fills in by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Back", id="progress.leave", tooltip="Back", show=False),
    ]
    DEFAULT_CSS = """
    ProgressDialog { align: center middle; background: $sp-veil; }
    ProgressDialog > Vertical {
        width: 76; max-width: 96%; height: auto; max-height: 90%; background: $sp-panel; padding: 1 2;
        border: round $sp-line; border-title-color: $sp-t1; border-title-style: bold;
    }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        with Vertical() as box:
            watched = self._session.watched
            box.border_title = Content(f" {watched.title if watched else 'Doors'} ")
            yield Lines()

    def on_mount(self) -> None:
        """Read, and again as doors follow."""
        self._read()
        self.set_interval(0.5, self._read)

    @work(exclusive=True)
    async def _read(self) -> None:
        session, watched = self._session, self._session.watched
        if watched is None:
            return
        progress = await session.ask(session.engine.sync.progress, session.context, watched.saved)
        tone = "ok" if progress.done == progress.total else "warn"
        lines: list[tuple[Part, ...]] = [
            ((f"{progress.done} of {progress.total} doors", f"bold $sp-{tone}"), (" hold this change", "$sp-t2"))
        ]
        lines += [
            (("◐ ", "$sp-warn"), (f"{waiting.device:<20}", "$sp-t1"), (waiting.reason, "$sp-t2"))
            for waiting in progress.waiting
        ]
        lines.append((("Esc", "bold $sp-acc"), (" goes back; it goes on by itself", "$sp-t3")))
        self.query_one(Lines).lines = tuple(lines)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss()
