"""What stands over everything while the terminal is smaller than the screens need."""

from __future__ import annotations

from typing import ClassVar

from textual.app import RenderResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen

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

    def render(self) -> RenderResult:
        """The size there is, the size that is needed."""
        now = self.app.size
        sentence = f"This needs {LEAST.width}x{LEAST.height}, the terminal has {now.width}x{now.height}."
        return Content(f"{sentence}\nMake it larger, or the letters smaller. Nothing is lost.")
