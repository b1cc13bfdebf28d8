"""What stands over everything while the terminal is smaller than the screens need."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(80, 24)


def fits(size: Size) -> bool:
    """Whether the screens can be drawn on a terminal of this size."""
    return size.width >= LEAST.width and size.height >= LEAST.height


class TooSmall(ModalScreen[None]):
    """Says which size is needed; no key acts until the terminal has it."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    TooSmall { background: $sp-base; color: $sp-t1; }
    """

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(id="sentence", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """The size there is, the size that is needed."""
        sentence = f"This needs {LEAST.width}x{LEAST.height}, the terminal has {event.size.width}x{event.size.height}."
        self.query_one("#sentence", Static).update(f"{sentence} Make it larger. Nothing is lost.")
