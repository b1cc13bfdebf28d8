"""The keys of a page, made from its bindings and searchable, the signs of the screens, and filters by example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from screens.base.drawing import beside, column
from screens.base.keys import shown_key
from screens.base.needs import needed
from screens.base.page import Page
from screens.help_texts import FILTERS, SIGNS
from widgets.dialog import Dialog
from widgets.field_input import FieldInput
from widgets.frame import Part
from widgets.panel import Lines
from widgets.text import rule

WIDE = 100
"""Cells of the box where there is room for three columns."""
FRAME = 7
"""Cells of its edges and its scrollbar."""
COLUMN = 31
KEY = 10
GROUPS = ("This page", "Moving", "Everywhere")


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One act: its keys, its name, what it does, and why it cannot run now ("" when it can)."""

    group: str
    keys: str
    name: str
    meaning: str
    why_not: str = ""

    def line(self, width: int) -> tuple[Part, ...]:
        """The row in `width` cells; what cannot run is grey, with its reason."""
        text = f"{self.name} · {self.why_not}" if self.why_not else self.name
        tone = "$sp-t3" if self.why_not else "$sp-t1"
        return (
            (column(self.keys, KEY), "$sp-t3" if self.why_not else "bold $sp-acc"),
            (column(text, width - KEY), tone),
        )

    def long_line(self) -> tuple[Part, ...]:
        """The row with what it does."""
        return (*self.line(KEY + 20), (self.meaning, "$sp-t2"))

    def fits(self, typed: str) -> bool:
        """Whether every word that was typed is in it."""
        text = f"{self.keys} {self.name} {self.meaning}".casefold()
        return all(word in text for word in typed.casefold().split())


def rows_of(page: Page) -> list[KeyRow]:
    """Every act that has a key on a page, as its bindings declare it, each once with all its keys."""
    found: dict[str, tuple[Binding, bool, list[str]]] = {}
    for _, binding, enabled, _ in page.active_bindings.values():
        if binding.id and binding.tooltip:
            kept = found.setdefault(binding.id, (binding, enabled, []))
            kept[2].append(shown_key(binding.key))
    rows = []
    for name, (binding, enabled, keys) in found.items():
        wanted = needed(type(page), binding.action) or page.permission_of(binding.action)
        why_not = "no right" if wanted and not page.session.may(wanted) else "" if enabled else "not now"
        rows.append(KeyRow(_group(name), " ".join(keys), binding.description, binding.tooltip, why_not))
    return rows


def _group(binding_id: str) -> str:
    if binding_id.startswith("table.") or binding_id in ("list.next", "list.back", "page.back"):
        return "Moving"
    return "Everywhere" if binding_id.startswith(("page.", "app.")) else "This page"


class Help(Dialog[None]):
    """What each key of a page does; typing narrows it down."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "leave", "Close", id="help.leave", tooltip="Back to the page", show=False),
        Binding("down", "scroll(1)", "Down", id="help.down", tooltip="Further down", show=False),
        Binding("up", "scroll(-1)", "Up", id="help.up", tooltip="Further up", show=False),
    ]
    DEFAULT_CSS = """
    Help > .box { width: 100; height: auto; }
    Help Lines { margin-top: 1; }
    """

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._rows = rows_of(page)

    def compose(self) -> ComposeResult:
        """A line to search with, then the keys, signs and filters."""
        title = self._page.heading().name
        with self.box(f"Help  {title}", "Esc Close"):
            yield FieldInput(placeholder="Type to find a key or a word")
            yield Lines()

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(FieldInput).focus()

    def on_resize(self, _event: events.Resize) -> None:
        """Three columns where there is room."""
        self._draw(self.query_one(FieldInput).value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._draw(event.value)

    def _draw(self, typed: str) -> None:
        width = min(WIDE, self.app.size.width * 96 // 100) - FRAME
        found = [row for row in self._rows if row.fits(typed)]
        if typed.strip():
            lines = [row.long_line() for row in found] or [(("No key does that here.", "$sp-t3"),)]
        elif width >= 3 * COLUMN:
            lines = self._three_columns(found)
        else:
            lines = self._one_column(found)
        if not typed.strip():
            lines += _signs(width)
        self.query_one(Lines).lines = tuple(lines)

    def _blocks(self, rows: Sequence[KeyRow], width: int) -> dict[str, list[tuple[Part, ...]]]:
        """The lines of each group, and where `g` leads."""
        blocks = {
            group: [((group, "bold $sp-t1"),), *(row.line(width) for row in rows if row.group == group)]
            for group in GROUPS
        }
        modules = self._page.session.modules
        going = [((column(entry.letter, KEY), "bold $sp-acc"), (entry.name, "$sp-t1")) for entry in modules]
        blocks["Go to"] = [(("Go to, after g", "bold $sp-t1"),), *going]
        return blocks

    def _three_columns(self, rows: Sequence[KeyRow]) -> list[tuple[Part, ...]]:
        """What works everywhere stands under the shortest of the others."""
        blocks = self._blocks(rows, COLUMN)
        columns = [blocks["This page"], blocks["Moving"], blocks["Go to"]]
        shortest = min(columns, key=len)
        shortest += [(("", ""),), *blocks["Everywhere"]]
        return beside(beside(columns[0], columns[1], COLUMN), columns[2], 2 * COLUMN)

    def _one_column(self, rows: Sequence[KeyRow]) -> list[tuple[Part, ...]]:
        lines: list[tuple[Part, ...]] = []
        for group in GROUPS:
            lines += [((group, "bold $sp-t1"),), *(row.long_line() for row in rows if row.group == group), (("", ""),)]
        return [*lines, *self._blocks(rows, COLUMN)["Go to"]]

    def action_scroll(self, step: int) -> None:
        """Scroll while the line keeps the cursor."""
        box = self.query_one(".box", VerticalScroll)
        box.scroll_relative(y=step * 3, animate=False)

    def action_leave(self) -> None:
        """Back to the page."""
        self.dismiss()


def _signs(width: int) -> list[tuple[Part, ...]]:
    """What the signs mean, four in a row, then filters by example."""
    lines: list[tuple[Part, ...]] = [(("", ""),), _heading("What the signs mean", width)]
    cell = 28
    per_row = max(1, width // cell)
    for at in range(0, len(SIGNS), per_row):
        parts: list[Part] = []
        for sign, tone, meaning in SIGNS[at : at + per_row]:
            parts += [(f"{sign} ", f"$sp-{tone}"), (column(meaning, cell - 2), "$sp-t2")]
        lines.append(tuple(parts))
    lines += [(("", ""),), _heading("Filters by example, after /", width)]
    return lines + [((column(typed, 26), "$sp-acc"), (meaning, "$sp-t2")) for typed, meaning in FILTERS]


def _heading(word: str, width: int) -> tuple[Part, ...]:
    """A sub-heading with its rule."""
    content = rule((word, "bold $sp-t1"), (), width)
    return ((word, "bold $sp-t1"), (content.plain[len(word) :], "$sp-line"))
