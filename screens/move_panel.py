"""The moves of an apartment on its page: what is planned, what became of the last ones (feature RES-16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult

from backend.domain.enums import MoveState
from backend.domain.formats import Formats
from screens.move_drawing import move_lines
from widgets.panel import Lines, Panel

if TYPE_CHECKING:
    from backend.domain.moves import MoveRecord

SHOWN = 3
"""Moves that stand here, the planned one first."""
OVER = (MoveState.DONE, MoveState.FAILED)
"""States of which there is a receipt."""


class MovesPanel(Panel):
    """Not there while no family has moved."""

    def __init__(self) -> None:
        super().__init__(heading="Moves")
        self._moves: tuple[MoveRecord, ...] = ()

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        yield Lines()

    def on_mount(self) -> None:
        """Nothing is known yet."""
        super().on_mount()
        self.display = False

    @property
    def planned(self) -> MoveRecord | None:
        """The move that waits for its time."""
        return next((one for one in self._moves if one.state is MoveState.PLANNED), None)

    @property
    def done(self) -> MoveRecord | None:
        """The last move that has a receipt."""
        return next((one for one in self._moves if one.state in OVER), None)

    def show(self, moves: tuple[MoveRecord, ...], formats: Formats, width: int) -> None:
        """Draw them in so many cells."""
        self._moves = moves
        self.query_one(Lines).lines = tuple(move_lines(moves[:SHOWN], formats, width))
        self.display = bool(moves)
        offered = [*(["m Change", "C Cancel"] if self.planned else []), *(["x Receipt"] if self.done else [])]
        self.keys = " · ".join(offered)
