"""The keys of a page, made from its bindings, and the signs that the screens use."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen

from backend.catalog.states import VOCABULARIES
from widgets.frame import Part
from widgets.panel import Lines

KEYS = {
    "question_mark": "?",
    "slash": "/",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "escape": "Esc",
    "enter": "Enter",
    "exclamation_mark": "!",
}
SIGNS = ("device", "sync", "account", "response")


class Help(ModalScreen[None]):
    """Every key that works on a page with what it does; filter by example; the signs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "leave", "Back", id="help.leave", tooltip="Back to the page", show=False),
    ]
    DEFAULT_CSS = """
    Help { align: center middle; background: $sp-veil; }
    Help > VerticalScroll {
        width: 86; max-width: 96%; height: 90%; background: $sp-panel; padding: 1 2;
        border: round $sp-line; border-title-color: $sp-t1; border-title-style: bold; scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, page: Screen[None]) -> None:
        super().__init__()
        self._page = page

    def compose(self) -> ComposeResult:
        """One scrolled text."""
        with VerticalScroll() as box:
            box.border_title = Content(" Help ")
            lines = Lines()
            lines.lines = (*self._keys(), *_filters(), *_signs())
            yield lines

    def on_mount(self) -> None:
        """Scroll with the keyboard."""
        self.query_one(VerticalScroll).focus()

    def _keys(self) -> list[tuple[Part, ...]]:
        lines: list[tuple[Part, ...]] = [(("Keys", "bold $sp-t1"),)]
        seen: set[str] = set()
        for _, binding, enabled, tooltip in self._page.active_bindings.values():
            key = f"{binding.id or binding.action}"
            if key in seen or not (binding.tooltip or tooltip):
                continue
            seen.add(key)
            shown = " ".join(KEYS.get(one, one) for one in binding.key.split(","))
            tone = "$sp-t2" if enabled else "$sp-t3"
            lines.append(
                (
                    (f"{shown:<14}", "bold $sp-acc"),
                    (f"{binding.description:<16}", "$sp-t1"),
                    (binding.tooltip or tooltip, tone),
                )
            )
        return lines

    def action_leave(self) -> None:
        """Back to the page."""
        self.dismiss()


def _filters() -> list[tuple[Part, ...]]:
    examples = (
        ("anna", "rows with this word"),
        ("b:A status:active", "fields, by their short names too"),
        ("expires<2027-01-01", "before a day"),
        ("-type:member", "not"),
        ("gym night", "words for time: today, night, last-week, 2h, on:fr"),
    )
    lines: list[tuple[Part, ...]] = [(("", ""),), (("Filter by example", "bold $sp-t1"),)]
    return lines + [((f"/ {typed:<22}", "$sp-acc"), (meaning, "$sp-t2")) for typed, meaning in examples]


def _signs() -> list[tuple[Part, ...]]:
    lines: list[tuple[Part, ...]] = [(("", ""),), (("Signs", "bold $sp-t1"),)]
    for name in SIGNS:
        parts: list[Part] = [(f"{name:<10}", "$sp-t3")]
        for look in VOCABULARIES[name].values():
            parts += [(f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (f"{look.word}   ", f"$sp-{look.word_tone}")]
        lines.append(tuple(parts))
    return lines
