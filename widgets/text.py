"""Text as cells: cleaning what people and devices wrote, cutting it to a width, and colouring it by tone.

Nothing here parses markup. Widths are terminal cells, in which some characters take two and some none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from rich.cells import cell_len, split_graphemes
from textual.content import Content

Part = tuple[str, str]
"""A text and its style, in variables of the theme: `("2 red", "bold $sp-bad")`."""

NARROW = 100
"""Below so many cells the column folds to letters and words fold to figures."""

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


def width_of(text: str) -> int:
    """How many cells a text fills once it is cleaned."""
    return cell_len(clean(text))


def assemble(parts: Iterable[Part]) -> Content:
    """Content of parts; the text is cleaned, never parsed."""
    return Content.assemble(*((clean(text), style) for text, style in parts))


def spread(left: Iterable[Part], right: Iterable[Part], width: int) -> Content:
    """One line of `width` cells, `left` at its start and `right` at its end; the right side wins where they meet."""
    head, tail = assemble(left), assemble(right)
    room = max(0, width - tail.cell_length - bool(tail.cell_length))
    if head.cell_length > room:
        head = head.truncate(room, ellipsis=True)
    return Content.assemble(head, " " * max(0, width - head.cell_length - tail.cell_length), tail)


def rule(title: Part, figure: Iterable[Part], width: int) -> Content:
    """A sub-heading of `width` cells: its word, a line, and an optional figure at the end."""
    head, tail = assemble([title]), assemble(figure)
    dashes = max(0, width - head.cell_length - tail.cell_length - (2 if tail.cell_length else 1))
    gap = " " if tail.cell_length else ""
    return Content.assemble(head, " ", ("─" * dashes, "$sp-line"), gap, tail)
