"""The keys of a screen, as its bindings declare them."""

from __future__ import annotations

from textual.binding import Binding
from textual.dom import DOMNode

KEYS = {
    "?": "question_mark",
    "/": "slash",
    "=": "equals_sign",
    "Esc": "escape",
    "Enter": "enter",
    "F2 ctrl+s": "f2",
    "F3 ctrl+r": "f3",
    "F4": "f4",
}
"""Textual's names of keys that hints show by their sign."""


def bindings_of(page: type[DOMNode]) -> tuple[Binding, ...]:
    """Every binding that a screen or widget of ours declares, its own before those of its bases."""
    found: list[Binding] = []
    for base in page.__mro__:
        if base.__module__.startswith(("screens", "widgets", "smartplus_tui")):
            found += [one for one in base.__dict__.get("BINDINGS", ()) if isinstance(one, Binding)]
    return tuple(found)
