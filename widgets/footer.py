"""The keys at the bottom of every page."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from widgets.text import NARROW, Part, assemble, spread

MOST_HINTS = 9
"""Keys in the footer of a comfortable terminal."""

MOST_HINTS_NARROW = 6
"""Keys in the footer of a narrow one."""

KEY_NAMES = {
    "?": "question_mark",
    "/": "slash",
    "esc": "escape",
    "pgdn": "pagedown",
    "pgup": "pageup",
    "+": "plus",
    "-": "minus",
    "=": "equals_sign",
}
"""Textual's names of keys that the footer shows by their sign."""

IN_TEXTS = {"?": "F1"}
"""Keys that are text while one is typed -> those that do the same there."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and its word, as the footer shows them."""

    key: str
    word: str


class KeyFooter(Widget):
    """The keys that work here, most useful first; help and search always at the right. A click presses the key."""

    DEFAULT_CSS = """
    KeyFooter { dock: bottom; height: 1; background: $sp-raise; color: $sp-t2; }
    """

    hints: reactive[tuple[Hint, ...]] = reactive(())
    """What can be done, in order."""
    always: reactive[tuple[Hint, ...]] = reactive((Hint("?", "Help"), Hint("ctrl+p", "Search")))
    """What stands at the right."""

    def on_mount(self) -> None:
        """Which key helps depends on whether a text has the focus."""
        self.watch(self.screen, "focused", self._focus_moved, init=False)

    def _focus_moved(self) -> None:
        self.refresh()

    def render(self) -> RenderResult:
        """One line; what does not fit is left out from the right."""
        left, right = self._placed()
        return spread(
            [(" ", ""), *(part for hint in left for part in _hint_parts(hint))],
            [part for hint in right for part in _hint_parts(hint)][:-1] + ([(" ", "")] if right else []),
            self.size.width,
        )

    def _placed(self) -> tuple[list[Hint], list[Hint]]:
        """The hints that fit, at the left and at the right."""
        narrow = self.size.width < NARROW
        right = [Hint(hint.key.replace("ctrl+", "^") if narrow else hint.key, hint.word) for hint in self._always()]
        room = self.size.width - 2 - sum(_hint_width(hint) for hint in right)
        left: list[Hint] = []
        for hint in self.hints[: MOST_HINTS_NARROW if narrow else MOST_HINTS]:
            room -= _hint_width(hint)
            if room < 0:
                break
            left.append(hint)
        return left, right

    def _always(self) -> tuple[Hint, ...]:
        """What stands at the right; in a text a sign is typed, its F-key is not."""
        if not isinstance(self.screen.focused, Input):
            return self.always
        return tuple(Hint(IN_TEXTS.get(hint.key, hint.key), hint.word) for hint in self.always)

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        left, right = self._placed()
        start = 1
        for hint in left:
            if start <= event.x < start + _hint_width(hint):
                self._press(hint)
            start += _hint_width(hint)
        start = self.size.width + 1 - sum(_hint_width(hint) for hint in right)
        for hint in right:
            if start <= event.x < start + _hint_width(hint):
                self._press(hint)
            start += _hint_width(hint)

    def _press(self, hint: Hint) -> None:
        """Press the first key that a hint names."""
        key = hint.key.split()[0].replace("^", "ctrl+")
        name = key if len(key) == 1 and key.isalpha() else key.lower()
        self.app.simulate_key(KEY_NAMES.get(name, name))


def _hint_parts(hint: Hint) -> list[Part]:
    """A key, its word, and the space after them."""
    return [(hint.key, "bold $sp-acc"), (f" {hint.word}", "$sp-t2"), ("  ", "")]


def _hint_width(hint: Hint) -> int:
    """Cells of a hint with the space after it."""
    return assemble(_hint_parts(hint)).cell_length
