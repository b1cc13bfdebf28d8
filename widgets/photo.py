"""A picture of coloured dots in half blocks: the upper dot is the colour of the letter, the lower one its ground."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from widgets.modal import Dialog
from widgets.text import clean

Dots = tuple[tuple[tuple[int, int, int], ...], ...]
"""Rows of dots, red green blue from 0 to 255; an even number of rows."""

HALF = "▀"


class Photo(Widget):
    """A picture, as wide as its dots and half as high."""

    DEFAULT_CSS = """
    Photo { width: auto; height: auto; }
    """

    def __init__(self, dots: Dots, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._dots = dots

    def get_content_width(self, _container: object, _viewport: object) -> int:
        """A dot is a cell wide."""
        return len(self._dots[0]) if self._dots else 0

    def get_content_height(self, _container: object, _viewport: object, _width: int) -> int:
        """Two dots are a cell high."""
        return len(self._dots) // 2

    def render_line(self, y: int) -> Strip:
        """Two rows of dots."""
        if not 0 <= 2 * y < len(self._dots) - 1:
            return Strip.blank(self.size.width)
        upper, lower = self._dots[2 * y], self._dots[2 * y + 1]
        return Strip(
            [
                Segment(HALF, Style(color=_hex(above), bgcolor=_hex(below)))
                for above, below in zip(upper, lower, strict=True)
            ]
        )


class PhotoDialog(Dialog[None]):
    """A picture over the page, with its name and a line about it; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,v", "dismiss", "Close", id="photo.close", tooltip="Close the picture", show=False),
    ]
    DEFAULT_CSS = """
    PhotoDialog {
        & > .box { width: auto; }
        & Photo { margin-bottom: 1; }
        & .about { width: auto; height: 1; color: $sp-t2; }
    }
    """

    def __init__(self, heading: str, about: str, dots: Dots) -> None:
        super().__init__()
        self._heading = heading
        self._about = about
        self._dots = dots

    def compose(self) -> ComposeResult:
        """The picture, then the line."""
        with self.box(self._heading, "Esc Close"):
            yield Photo(self._dots)
            yield Static(clean(self._about), classes="about", markup=False)


def _hex(dot: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*dot)
