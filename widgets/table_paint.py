"""How the lines of a table look: rows, header, skeleton and notices as Textual strips.

A drawn row is kept by record, cursor and tick, and is good as long as the row itself is unchanged, so that scrolling
back, moving the cursor and reloading draw only what is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from widgets.lines import Piece, strip_of
from widgets.symbols import BAR, TICK
from widgets.table_layout import GAP, GUTTER, Placed
from widgets.table_source import Cell, Row
from widgets.text import clean, fit, pad

STRIPS_KEPT = 192
"""Drawn rows kept: some pages. Textual hangs seven caches on every strip, and the collector walks them all."""

SKELETON = (14, 11, 16, 9)
"""Lengths of the blocks of a skeleton row, one line after the other, in sixteenths of the column."""


@dataclass(frozen=True, slots=True)
class Look:
    """The resolved styles of a table; `tones` are colours without a ground, by token of the look."""

    base: Style
    header: Style
    sorted: Style
    cursor: Style
    ticked: Style
    mark: Style
    skeleton: Style
    notice: Style
    notice_key: Style
    notice_text: Style
    tones: dict[str, Style]


class Painter:
    """Draws lines of one width with one set of columns and styles; a new one is made when any of them changes."""

    def __init__(self, look: Look, columns: Sequence[Placed], width: int, full_width: int) -> None:
        """`width` is where rows end, `full_width` (the scrollbar's cell included) where lines end."""
        self.look = look
        self.columns = tuple(columns)
        self.width = width
        self.full_width = full_width
        self.blank = Strip([Segment(" " * full_width, look.base)], full_width)
        self._rows: LRUCache[tuple[int, bool, bool], tuple[Row, frozenset[int], Strip]] = LRUCache(STRIPS_KEPT)
        self._styles: dict[tuple[str, bool, bool, bool], Style] = {}

    def row(self, row: Row, *, cursor: bool, ticked: bool, fresh: frozenset[int] = frozenset()) -> Strip:
        """The line of a row; `fresh` are the indices of cells that have just changed and stand out in bold."""
        key = (row.id, cursor, ticked)
        cached = self._rows.get(key)
        if cached is not None and cached[1] == fresh and (cached[0] is row or cached[0] == row):
            return cached[2]
        strip = self._draw(row, cursor, ticked, fresh)
        self._rows[key] = (row, fresh, strip)
        return strip

    def header(self, sort: str, descending: bool) -> Strip:
        """The column heads; the sorted one carries an arrow."""
        pieces = [(" " * GUTTER, self.look.header)]
        for placed in self.columns:
            is_sorted = placed.column.name == sort
            title = clean(placed.column.title)
            if is_sorted:
                title = _with_arrow(title, "↓" if descending else "↑", placed)
            title = pad(fit(title, placed.width + is_sorted), placed.width, placed.column.align)
            gap = " " * (placed.width + GAP - cell_len(title))
            pieces.append((title, self.look.sorted if is_sorted else self.look.header))
            pieces.append((gap, self.look.header))
        return self._line(pieces, self.look.header)

    def skeleton(self, line: int) -> Strip:
        """A row that is not there yet."""
        pieces = [(" " * GUTTER, self.look.base)]
        for placed in self.columns:
            size = max(1, placed.width * SKELETON[(line + placed.index) % len(SKELETON)] // 16)
            pieces.append((" " * size, self.look.skeleton))
            pieces.append((" " * (placed.width - size + GAP), self.look.base))
        return self._line(pieces, self.look.base)

    def notice(self, text: str, key: str, word: str) -> Strip:
        """A badge at the left, what a key does about it at the right."""
        badge = f" {text} "
        gap = self.width - GUTTER - cell_len(badge) - cell_len(key) - 1 - cell_len(word)
        pieces = [(" " * GUTTER, self.look.base), (badge, self.look.notice)]
        if gap > 0:
            pieces += [(" " * gap, self.look.base), (key, self.look.notice_key)]
            pieces += [(f" {word}", self.look.notice_text)]
        return self._line(pieces, self.look.base)

    def _draw(self, row: Row, cursor: bool, ticked: bool, fresh: frozenset[int]) -> Strip:
        """The line of a row, drawn anew."""
        ground = self.look.cursor if cursor else self.look.ticked if ticked else self.look.base
        gutter = f"{BAR if cursor else ' '}{TICK if ticked else ' '} "
        mark = ground if ground.reverse else ground + self.look.mark
        pieces = [(gutter, mark if cursor or ticked else ground)]
        for position, placed in enumerate(self.columns):
            value = row.cells[placed.index]
            cell = value if isinstance(value, Cell) else Cell(value, tone="t2" if position else "t1")
            self._draw_cell(pieces, cell, placed, (cursor, ticked), placed.index in fresh)
        return self._line(pieces, ground)

    def _draw_cell(
        self, pieces: list[Piece], cell: Cell, placed: Placed, state: tuple[bool, bool], fresh: bool
    ) -> None:
        """Add a cell, filled to the width of its column, and the gap after it; few pieces draw fast."""
        style = self._style(cell.tone, cell.bold or fresh, *state)
        symbol = clean(cell.symbol)
        room = placed.width - (cell_len(symbol) + 1 if symbol else 0)
        text = fit(clean(cell.text) or ("" if symbol else "–"), room, placed.column.truncate)
        left = " " * (room - cell_len(text))
        right = " " * GAP
        if placed.column.align == "left":
            left, right = "", left + right
        if symbol:
            pieces.append((left + symbol, self._style(cell.symbol_tone or cell.tone, False, *state)))
            left = " "
        pieces.append((left + text + right, style))

    def _style(self, tone: str, bold: bool, cursor: bool, ticked: bool) -> Style:
        """A tone on the ground of a row; in reverse video every tone is dropped."""
        key = (tone, bold, cursor, ticked)
        if key not in self._styles:
            ground = self.look.cursor if cursor else self.look.ticked if ticked else self.look.base
            style = ground if ground.reverse else ground + self.look.tones[tone]
            self._styles[key] = style + Style(bold=True) if bold else style
        return self._styles[key]

    def _line(self, pieces: list[Piece], ground: Style) -> Strip:
        """Pieces as a line, the scrollbar's cell at its end."""
        return strip_of(pieces, self.width, ground, tail=(self.full_width - self.width, self.look.base))


def _with_arrow(title: str, arrow: str, placed: Placed) -> str:
    """A head with its arrow, which moves into the gap of a column that is too narrow for both."""
    if cell_len(title) + 2 <= placed.width:
        return f"{title} {arrow}"
    if placed.column.align == "right":
        return f"{fit(title, placed.width - 1)}{arrow}"
    return f"{fit(title, placed.width)}{arrow}"
