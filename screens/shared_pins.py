"""Who shares a PIN with whom: what stands between a community and PIN mode (feature SET-01; edge case 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from backend.catalog.communities import COOLS
from backend.domain.enums import CredentialStatus
from backend.domain.errors import SmartPlusError
from screens.base.drawing import column, wrapped
from screens.base.session import Session
from widgets.frame import Part
from widgets.modal import Dialog
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.communities import PinCollisions, PinOwner
    from backend.domain.context import Context

WIDE = 66
"""Cells of a line in the dialog."""
PIN_WIDE = 6
READING = (("Looking for PINs that people share …", "$sp-t3"),)
NONE = (("Nobody shares a PIN any more.", "$sp-ok"),)


class SharedPins(Dialog[None]):
    """The pairs of people who share a PIN, masked; it scrolls where they are many."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Close", id="shared-pins.leave", tooltip="Close", show=False),
        Binding("down,j", "scroll(1)", "Down", id="shared-pins.down", tooltip="Further down", show=False),
        Binding("up,k", "scroll(-1)", "Up", id="shared-pins.up", tooltip="Further up", show=False),
        Binding("pagedown,space", "scroll(10)", "Page down", id="shared-pins.page", tooltip="A page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", id="shared-pins.back", tooltip="A page up", show=False),
    ]

    def __init__(self, session: Session, context: Context) -> None:
        super().__init__()
        self._session = session
        self._where = context

    def compose(self) -> ComposeResult:
        """One pane of lines."""
        with self.box("PINs that people share", "↑↓ Scroll · Esc Close"):
            lines = Lines()
            lines.lines = (READING,)
            yield lines

    def on_mount(self) -> None:
        """Ask who they are."""
        self._ask()

    @work
    async def _ask(self) -> None:
        session = self._session
        try:
            ask = session.engine.communities.pin_collisions
            lines = pair_lines(await session.ask(ask, self._where))
        except SmartPlusError as error:
            lines = wrapped(str(error), WIDE, "$sp-bad")
        self.query_one(Lines).lines = tuple(lines)

    def action_scroll(self, by: int) -> None:
        """Move over the lines."""
        self.query_one(".box").scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        """Back to the form."""
        self.dismiss()


def pair_lines(found: PinCollisions) -> list[tuple[Part, ...]]:
    """Two lines for each pair, and how many there are besides."""
    if not found.total:
        return [NONE]
    lines: list[tuple[Part, ...]] = []
    for pair in found.pairs:
        lines.append(((column(pair.masked, PIN_WIDE), "$sp-warn"), *_owner(pair.first)))
        lines.append(((column("", PIN_WIDE), "$sp-t3"), *_owner(pair.second)))
    if found.total > len(found.pairs):
        lines.append(((f"and {found.total - len(found.pairs):,} more pairs", "$sp-t3"),))
    return lines


def _owner(owner: PinOwner) -> tuple[Part, ...]:
    cools = COOLS if owner.status is CredentialStatus.COOLING else ""
    return ((owner.name, "$sp-t1"), (f"  {owner.place}" if owner.place else "", "$sp-t2"), (cools, "$sp-t3"))
