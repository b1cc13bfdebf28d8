"""Which doors do not hold the last change yet, and why (feature SYNC-01)."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from backend.domain.errors import SmartPlusError
from backend.domain.formats import counted
from screens.base.drawing import column
from screens.base.session import Session
from widgets.dialog import Dialog
from widgets.frame import Part
from widgets.panel import Lines


class ProgressDialog(Dialog[None]):
    """The doors of the last save: how many hold it, which are missing, and the reason of each. Fills in by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Back", id="progress.leave", tooltip="Back", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        watched = self._session.watched
        with self.box(watched.title if watched else "Doors", "Esc Back"):
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
        try:
            progress = await session.ask(session.engine.sync.progress, session.context, watched.saved)
        except SmartPlusError as error:
            self.query_one(Lines).lines = (((str(error), "$sp-bad"),),)
            return
        tone = "ok" if progress.done == progress.total else "warn"
        lines: list[tuple[Part, ...]] = [
            (
                (f"{progress.done} of {counted(progress.total, 'door')}", f"bold $sp-{tone}"),
                (" hold this change" if progress.total != 1 else " holds this change", "$sp-t2"),
            )
        ]
        lines += [
            (("◐ ", "$sp-warn"), (column(waiting.device, 20), "$sp-t1"), (waiting.reason, "$sp-t2"))
            for waiting in progress.waiting
        ]
        lines += [(("", ""),), (("It goes on by itself, also when this is closed.", "$sp-t3"),)]
        self.query_one(Lines).lines = tuple(lines)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss()
