"""The signs of the interface, and their stand-ins for terminals that cannot draw them.

Each sign fills one cell, and so does its stand-in, so a screen keeps its columns. The tick is the one exception of
the look: `[x]` where the cell before and after it are free, as in the gutter of a table, else `x`.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

BAR = "▌"
TICK = "■"
UNTICKED = "□"

_ASCII = str.maketrans(
    {
        "●": "*",
        "○": "o",
        "◐": "~",
        "✓": "+",
        "×": "x",
        "≠": "#",
        "▲": "!",
        "■": "x",
        "□": ".",
        "▌": ">",
        "▍": "|",
        "↘": "<",
        "↗": ">",
        "▾": "v",
        "▸": ">",
        "◇": "*",
        "↑": "^",
        "↓": "v",
        "⇄": "=",
        "→": ">",
        "…": "~",
        "·": ".",
        "–": "-",
        "─": "-",
        "━": "=",
        "╸": "-",
        "│": "|",
        **dict.fromkeys("╭╮╰╯┌┐└┘", "+"),
        **dict.fromkeys("▁▂▃", "_"),
        **dict.fromkeys("▄▅▆▇█", "#"),
    }
)


def ascii_symbols(text: str) -> str:
    """The text with every sign of the interface replaced by ASCII of the same width in cells."""
    return text.replace(" ■ ", "[x]").translate(_ASCII)


class AsciiSymbols(LineFilter):
    """A Textual line filter that draws the whole application with `ascii_symbols` (setting `symbols = ascii`).

    Add it in `App.get_line_filters`; it needs no help from any widget.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace the signs in a line of segments; styles and widths stay."""
        return [
            segment if segment.text.isascii() else Segment(ascii_symbols(segment.text), segment.style)
            for segment in segments
        ]
