"""The scrollbar of a virtual table: one cell wide, a thumb in whole cells, no arrows.

Textual's own draws every line anew whenever it moves, which costs as much as the rows of the table; this one puts
three ready strips together.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget


class SlimScrollBar(ScrollBar):
    """A vertical scrollbar whose parts answer to the mouse like those of Textual."""

    def thumb(self, lines: int) -> range:
        """The lines the thumb covers; empty when everything is in view."""
        hidden = self.window_virtual_size - self.window_size
        if hidden <= 0 or not self.window_size:
            return range(0)
        size = max(1, lines * self.window_size // self.window_virtual_size)
        start = round(min(1.0, self.position / hidden) * (lines - size))
        return range(start, start + size)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Thumb and track, in the scrollbar colours of the table."""
        assert isinstance(self.parent, Widget)
        styles = self.parent.styles
        ground = self.parent.background_colors[1] + styles.scrollbar_background
        thumb, above, below = _strips(styles.scrollbar_color.rich_color, ground.rich_color)
        for line_filter in self.get_line_filters():
            thumb, above, below = (part.apply_filter(line_filter, ground) for part in (thumb, above, below))
        covered = self.thumb(self.size.height)
        return [thumb if y in covered else above if y < covered.start else below for y in crop.line_range]


@lru_cache(16)
def _strips(thumb: Color, ground: Color) -> tuple[Strip, Strip, Strip]:
    """A cell of the thumb, of the track above it and of the track below it."""
    grab = Style(color=thumb, bgcolor=ground, reverse=True, meta={"@mouse.down": "grab"})
    up = Style(bgcolor=ground, meta={"@mouse.down": "scroll_up"})
    down = Style(bgcolor=ground, meta={"@mouse.down": "scroll_down"})
    return _cell(grab), _cell(up), _cell(down)


def _cell(style: Style) -> Strip:
    """One blank cell."""
    return Strip([Segment(" ", style)], 1)
