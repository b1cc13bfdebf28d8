"""Bookings: two lists behind one letter, and what they say without the premium plan (guide: Bookings; rules 6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from screens.base.drawing import wrapped
from screens.base.session import Session
from screens.base.tabs import TabbedScreen, tab_keys
from widgets.frame import Part
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.amenities import Closed

TABS = {
    "Reservations": "booking.read",
    "Amenities": "booking.read",
}
"""In the order of their digits, each with what one must be allowed to go there."""
OPEN_STILL = "Existing reservations run out and can be cancelled; amenities can be changed and deleted."


class BookingTab(TabbedScreen):
    """One list of Bookings."""

    BINDINGS: ClassVar[list[BindingType]] = tab_keys("booking", TABS)
    MODULE = "b"
    TITLE_TEXT = "Bookings"
    TABS = TABS
    CLOSES: ClassVar[frozenset[str]] = frozenset({"add"})
    """Verbs that need the premium plan."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.closed: Closed | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Why nothing can be reserved, over the list."""
        yield Lines(id="closed")
        yield from super().compose_page()

    async def load(self) -> None:
        """Read whether the premium plan runs, then the list."""
        session = self.session
        self.closed = await session.ask(session.engine.amenities.closed, session.context)
        lines = self.query_one("#closed", Lines)
        lines.lines = self._closed_lines()
        lines.display = bool(lines.lines)
        await super().load()

    def _closed_lines(self) -> tuple[tuple[Part, ...], ...]:
        closed = self.closed
        if closed is None or not closed.reason:
            return ()
        count = closed.upcoming
        still = f"{count} reservation{'s' if count != 1 else ''} still run{'s' if count == 1 else ''}." if count else ""
        width = max(40, self.query_one("#main").size.width - 4)
        why = wrapped(closed.reason, width, "$sp-t1", ("  ", ""))
        return (
            (("▲ ", "$sp-warn"), *why[0][1:]),
            *why[1:],
            *wrapped(f"{still} {OPEN_STILL}".strip(), width, "$sp-t2", ("  ", "")),
        )

    @property
    def is_closed(self) -> bool:
        """Whether the premium plan does not run."""
        return self.closed is not None and bool(self.closed.reason)

    def offers(self, verb: str) -> bool:
        """What needs the plan is not offered without it."""
        return super().offers(verb) and not (self.is_closed and verb in self.CLOSES)
