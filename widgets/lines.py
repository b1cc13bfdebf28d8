"""Lines put together from styled pieces, for widgets that draw themselves line by line."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

Piece = tuple[str, Style]
"""Some text in one style."""


def strip_of(pieces: Iterable[Piece], width: int, ground: Style, tail: tuple[int, Style] | None = None) -> Strip:
    """Pieces as one line: neighbours of one style joined, cut at `width`, filled up in `ground`.

    `tail` are cells after that in a style of their own. The text must be clean; few segments draw fast.
    """
    segments: list[Segment] = []
    room = width
    for whole, style in pieces:
        text = whole if cell_len(whole) <= room else set_cell_size(whole, room)
        room -= cell_len(text)
        if segments and segments[-1].style is style:
            segments[-1] = Segment(segments[-1].text + text, style)
        elif text:
            segments.append(Segment(text, style))
    if room:
        segments.append(Segment(" " * room, ground))
    if tail is not None and tail[0]:
        segments.append(Segment(" " * tail[0], tail[1]))
    return Strip(segments, width + (tail[0] if tail else 0))
