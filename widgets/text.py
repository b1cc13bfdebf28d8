"""Text as cells: cleaning what people and devices wrote, cutting it to a width, and colouring it by tone.

Nothing here parses markup. Widths are terminal cells, in which some characters take two and some none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, split_graphemes
from textual.content import Content

Part = str | tuple[str, str]
"""A piece of a line: plain text, or text with its tone, such as `("2 red", "bad bold")`."""

_BAD = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_JOINERS = re.compile("[\u200b\u200d\u2060\ufe00-\ufe0f\ufeff]")


def clean(text: str) -> str:
    """One line of text that a terminal draws as measured.

    Tabs and line ends become spaces; other control characters, direction overrides and lone surrogates become `�`;
    joiners and variation selectors, on whose width terminals disagree, are left out.
    """
    if text.isascii() and text.isprintable():
        return text
    return _BAD.sub(lambda found: " " if found.group() in "\t\n\r\v\f\u2028\u2029" else "�", _JOINERS.sub("", text))


def fit(text: str, width: int, where: Literal["end", "middle"] = "end") -> str:
    """The text, cut with `…` at its end or in its middle so that it fills at most `width` cells."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    if where == "middle":
        tail = (width - 1) // 2
        return _head(text, width - 1 - tail) + "…" + _tail(text, tail)
    return _head(text, width - 1) + "…"


def pad(text: str, width: int, align: Literal["left", "right"] = "left") -> str:
    """The text filled with spaces to `width` cells; longer text is returned as it is."""
    space = " " * (width - cell_len(text))
    return space + text if align == "right" else text + space


def _head(text: str, width: int) -> str:
    """As many characters from the start as fit."""
    used = 0
    for start, _end, cells in split_graphemes(text)[0]:
        if used + cells > width:
            return text[:start]
        used += cells
    return text


def _tail(text: str, width: int) -> str:
    """As many characters from the end as fit."""
    used = 0
    for _start, end, cells in reversed(split_graphemes(text)[0]):
        if used + cells > width:
            return text[end:]
        used += cells
    return text


@lru_cache(64)
def tone_style(tone: str) -> str:
    """The Textual style of a tone: a token of the look, with any of `bold`, `underline` and `reverse` after it."""
    token, *attributes = tone.split()
    return " ".join([*attributes, f"$sp-{token}"])


def toned(*parts: Part) -> Content:
    """Content made of parts, each in its tone; text without one takes the colour of the widget.

    The text is cleaned, never parsed.
    """
    return Content.assemble(
        *(clean(part) if isinstance(part, str) else (clean(part[0]), tone_style(part[1])) for part in parts)
    )


def width_of(*parts: Part) -> int:
    """How many cells the parts fill on one line."""
    return sum(cell_len(clean(part if isinstance(part, str) else part[0])) for part in parts)


def spread(left: Content, right: Content, width: int) -> Content:
    """One line of `width` cells with `left` at its start and `right` at its end; `left` is cut if they collide."""
    room = width - right.cell_length
    if right.cell_length and left.cell_length >= room:
        left = left.truncate(max(0, room - 1), ellipsis=True)
    return Content.assemble(left, " " * max(0, room - left.cell_length), right)


def rule(title: Part, width: int, figure: Part = "") -> Content:
    """A sub-heading: the title, a line to the end of `width` cells, and an optional figure after it."""
    head = toned(title, " ")
    tail = toned(" ", figure) if width_of(figure) else toned()
    dashes = max(0, width - head.cell_length - tail.cell_length - 1)
    return Content.assemble(head, toned(" ", ("─" * dashes, "line")), tail)
