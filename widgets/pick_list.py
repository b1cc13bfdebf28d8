"""Rows to pick from while one types: how they are found, and how they are drawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

from backend.domain.fit import fit_of, words_of
from backend.domain.names import fold
from widgets.lines import Piece, strip_of
from widgets.symbols import BAR, TICK, UNTICKED
from widgets.text import Part, clean, fit, pad, width_of


@dataclass(frozen=True, slots=True)
class PickRow:
    """One row to pick: what it answers, its name, what stands behind it at the right, words it is found by."""

    answer: str
    name: str
    second: tuple[Part, ...] = ()
    words: str = ""


def best(rows: Sequence[PickRow], typed: str) -> list[PickRow]:
    """The rows that fit what was typed, the best first; of equal ones those whose name begins so."""
    wanted = words_of(typed)
    if not wanted:
        return list(rows)
    fitting = [(fit_of(wanted, row.name, row.words), not fold(row.name).startswith(wanted[0]), row) for row in rows]
    found = [(fit, inside, row) for fit, inside, row in fitting if fit is not None]
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


class PickList(Widget):
    """The rows under a typed line, with a cursor; whoever owns the line moves it.

    With `several` each row carries a tick. `most` rows are drawn at a time, those around the cursor.
    """

    DEFAULT_CSS = """
    PickList {
        width: 1fr;
        height: auto;
        color: $sp-t1;
        & > .pick-list--cursor { color: $sp-t1; background: $sp-cur; text-style: $sp-cur-style; }
        & > .pick-list--mark { color: $sp-acc; }
        & > .pick-list--message { color: $sp-t3; }
    }
    """

    COMPONENT_CLASSES = {"pick-list--cursor", "pick-list--mark", "pick-list--message"}

    class Clicked(Message):
        """A row was clicked."""

        def __init__(self, rows: PickList, row: PickRow) -> None:
            super().__init__()
            self.list = rows
            self.row = row

        @property
        def control(self) -> PickList:
            """The list."""
            return self.list

    def __init__(self, *, most: int = 16, several: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: list[PickRow] = []
        self.cursor = 0
        self.message = ""
        self.ticked: frozenset[str] = frozenset()
        self._most = most
        self._several = several

    def show(self, rows: Sequence[PickRow], message: str = "", ticked: Collection[str] = ()) -> None:
        """Show these rows with the cursor on the first; `message` stands in their place when there are none."""
        self.rows = list(rows)
        self.cursor = 0
        self.message = message
        self.ticked = frozenset(ticked)
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Move the cursor."""
        if self.rows:
            self.cursor = max(0, min(len(self.rows) - 1, self.cursor + step))
            self.refresh()

    @property
    def current(self) -> PickRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line for each row, or for the message."""
        return max(1, min(len(self.rows), self._most))

    def _top(self) -> int:
        """Index of the first row drawn."""
        height = min(self._most, self.size.height or self._most)
        return max(0, min(self.cursor - height // 2, len(self.rows) - height))

    def render_line(self, y: int) -> Strip:
        """A row, or the message in their place."""
        width, base = self.size.width, self.rich_style
        if not self.rows:
            text = f"  {clean(self.message)}" if y == 0 else ""
            return strip_of([(text, self.get_component_rich_style("pick-list--message"))], width, base)
        index = self._top() + y
        if index >= len(self.rows):
            return strip_of([], width, base)
        return self._row_line(self.rows[index], index == self.cursor, width)

    def _row_line(self, row: PickRow, here: bool, width: int) -> Strip:
        """One row: bar, tick, name, and what stands behind it at the right."""
        ground = self.get_component_rich_style("pick-list--cursor") if here else self.rich_style
        mark = ground if ground.reverse else ground + self._colour("$sp-acc")
        ticks = ("", f"{TICK if row.answer in self.ticked else UNTICKED} ")[self._several]
        head = f"{BAR if here else ' '}{ticks or ' '}"
        second = sum(width_of(text) for text, _ in row.second)
        room = max(4, width - width_of(head) - (second + 3 if second else 1))
        pieces: list[Piece] = [(head, mark), (pad(fit(clean(row.name), room), room), ground)]
        pieces.append(("  " if second else "", ground))
        for text, style in row.second:
            pieces.append((clean(text), ground if ground.reverse else ground + self._colour(style)))
        return strip_of(pieces, width, ground)

    def _colour(self, style: str) -> Style:
        """A style of a part without its ground."""
        parsed = VisualStyle.parse(style) if style else VisualStyle()
        colour = parsed.foreground.rich_color if parsed.foreground is not None else None
        return Style(color=colour, bold=parsed.bold, underline=parsed.underline)

    def on_click(self, event: events.Click) -> None:
        """Tell which row was clicked."""
        index = self._top() + event.y
        if index < len(self.rows):
            self.cursor = index
            self.refresh()
            self.post_message(self.Clicked(self, self.rows[index]))
