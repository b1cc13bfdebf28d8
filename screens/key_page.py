"""The page of a key: QR code and digits, facts beside them, more below (features VIS-01, BOOK-02)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, Protocol, TypeVar

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget

from screens.base.needs import needs
from screens.base.record_page import RecordPage
from screens.base.session import Session
from widgets.frame import Part
from widgets.panel import Lines, Panel
from widgets.qr import QrCode


class Digits(Protocol):
    """A record with a key."""

    @property
    def digits(self) -> str:
        """The whole key, "" where it may not be seen or opens nothing any more."""


RecordType = TypeVar("RecordType", bound=Digits)


class KeyPage(RecordPage, Generic[RecordType]):
    """One key, whole here alone; a concrete page says what stands below, and draws it while no history is asked for."""

    AGES = True
    BELOW: ClassVar[str]
    """What stands below."""
    BELOW_KEYS: ClassVar[str] = ""

    def __init__(self, session: Session, record_id: int) -> None:
        super().__init__(session, record_id)
        self.record: RecordType | None = None
        self.with_history = False

    def compose_page(self) -> Iterable[Widget]:
        """The code at the left, facts at the right, more below."""
        with Horizontal(id="key-body"):
            with Vertical(id="key-code"):
                yield QrCode()
                yield Lines(id="key-digits")
            with VerticalScroll(id="key-facts"):
                yield Lines(id="key-lines")
        yield Panel(Lines(id="below-lines"), heading=self.BELOW, keys=self.BELOW_KEYS, id="key-below")

    def on_mount(self) -> None:
        """The facts can be scrolled."""
        super().on_mount()
        self.query_one("#key-facts").focus()

    async def draw_code(self, digits: str, lines: Sequence[tuple[Part, ...]]) -> None:
        """The QR code, none of "", and the lines under it."""
        session = self.session
        self.query_one(QrCode).modules = await session.ask(session.engine.files.draw_qr, digits) if digits else ()
        self.query_one("#key-digits", Lines).lines = tuple(lines)

    def draw_below(self, heading: str, figure: tuple[Part, ...], lines: Sequence[tuple[Part, ...]]) -> None:
        """What stands below."""
        panel = self.query_one("#key-below", Panel)
        panel.heading, panel.figure = heading, figure
        self.query_one("#below-lines", Lines).lines = tuple(lines)

    @property
    def width_of_facts(self) -> int:
        """Cells of a line of facts."""
        return max(36, self.query_one("#key-facts").size.width - 2)

    @needs("credential.reveal")
    def action_copy(self) -> None:
        """Copy the digits."""
        if self.record is not None and self.record.digits:
            self.app.copy_to_clipboard(self.record.digits)
            self.say("Copied")

    @needs("operation.read")
    def action_history(self) -> None:
        """Who changed it, in place of what stands below."""
        self.with_history = not self.with_history
        self.reload()
