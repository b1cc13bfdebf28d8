"""One text of the Outbox whole, as a page (features AGT-07, AGT-09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from backend.domain.outgoing import letter
from screens.base.drawing import wrapped
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.outbox_acts import hand_over, print_text, send_again
from widgets.frame import Part, Title
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.outgoing import OutgoingText

READ = "credential.reveal"
"""A text may hold a password."""


class TextPage(Page):
    """One text whole. It may hold a password: opening the page is an operation, so nothing reads it again by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "resend", "Send again", id="text.resend", tooltip="Send it now", show=False),
        Binding("H", "handed", "Handed over", id="text.handed", tooltip="Given by hand: done", show=False),
        Binding("p", "print", "Print", id="text.print", tooltip="Write it to a text file", show=False),
    ]
    MODULE = "o"
    HINTS = (("Esc", "Back"), ("m", "Send again"), ("H", "Handed over"), ("p", "Print"))

    def __init__(self, session: Session, text_id: int) -> None:
        super().__init__(session)
        self._text_id = text_id
        self._text: OutgoingText | None = None

    def compose_page(self) -> Iterable[Widget]:
        """The sheet, scrolled where it is longer than the screen."""
        yield VerticalScroll(Lines(), id="sheet")

    def on_mount(self) -> None:
        """The arrows scroll."""
        super().on_mount()
        self.query_one("#sheet").focus()

    def on_resize(self, event: events.Resize) -> None:
        """Lines are broken anew."""
        super().on_resize(event)
        self.call_after_refresh(self._draw)

    def heading(self) -> Title:
        """What it is."""
        return Title("Text", ((self._text.record.purpose, "$sp-t2"),) if self._text else ())

    async def load(self) -> None:
        """Read it once."""
        session = self.session
        if self._text is None:
            self._text = await session.ask(session.engine.outbox.read, session.act(), self._text_id)
        self._draw()

    def _draw(self) -> None:
        if self._text is None or not self.query("#sheet"):
            return
        sheet = self.query_one("#sheet")
        width = min(76, max(20, sheet.content_size.width - 2))
        lines: list[tuple[Part, ...]] = []
        for line in letter(self._text, self.session.formats):
            lines += wrapped(line, width, "$sp-t1") if line else [(("", ""),)]
        sheet.query_one(Lines).lines = tuple(lines)

    @needs("outbox.write")
    def action_resend(self) -> None:
        """Send it now."""
        send_again(self, (self._text_id,))

    @needs("outbox.write")
    def action_handed(self) -> None:
        """It was given by hand."""
        hand_over(self, (self._text_id,))

    @needs(READ)
    def action_print(self) -> None:
        """Write it to a file."""
        print_text(self, self._text_id)
