"""What becomes of an error that nobody foresaw: words instead of a traceback, and a file without secrets (style)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import App
from textual.worker import WorkerFailed

from backend import crashes
from screens.base.drawing import wrapped
from smartplus_tui import __version__
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from pathlib import Path

    from backend.engine import Engine

WHOLE = "Nothing is half saved: every change is written whole or not at all."
ROOM = 68
"""Cells of a line in the dialog."""
ON_ITS_WAY = "What doors were to receive is still on its way."


class FailedDialog(ConfirmDialog):
    """Says that work beside a page broke; the page stands, with all that was typed."""

    def __init__(self, error: BaseException, kept: Path | None) -> None:
        lines = [
            *wrapped(crashes.where(error), ROOM, "$sp-t2"),
            *wrapped(WHOLE, ROOM, "$sp-t2"),
            *wrapped(ON_ITS_WAY, ROOM, "$sp-t2"),
        ]
        if kept is not None:
            lines += wrapped(f"Where it happened, without codes or names: {kept}", ROOM, "$sp-t3")
        super().__init__(
            "Error",
            "Something unexpected went wrong here.",
            lines=lines,
            choices=[Choice("q", "Leave the application", "leave")],
            back="Go on",
        )
        self.add_class("-danger")


class FailingApp(App[None]):
    """An application that survives what breaks beside a page, and ends in words where a page itself broke."""

    engine: Engine

    @property
    def locked(self) -> bool:
        """Whether a screen covers everything that must not be covered by another."""
        return False

    def _handle_exception(self, error: Exception) -> None:
        """Textual's one place for errors that nobody caught; its own way prints the values of all variables."""
        if self._exception is None:  # whoever drives the application hears of it
            self._exception = error
            self._exception_event.set()
        broke = error.error if isinstance(error, WorkerFailed) else error
        kept = crashes.keep(self.engine.root, broke, __version__)
        if isinstance(error, WorkerFailed) and self.is_running and len(self.screen_stack) > 1:
            self._tell_broken(broke, kept)
            return
        self._return_code = 1
        if not self._exit_renderables:
            told = (crashes.sentence(broke, kept), f"{WHOLE} Start `smartplus` again to go on. {ON_ITS_WAY}")
            self.panic(Text("\n".join(told)))

    def _tell_broken(self, error: BaseException, kept: Path | None) -> None:
        if self.locked or isinstance(self.screen, FailedDialog):
            return
        self.push_screen(FailedDialog(error, kept), lambda answer: self.exit(return_code=1) if answer else None)
