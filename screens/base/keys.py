"""The keys of a screen, as its bindings declare them."""

from __future__ import annotations

from textual.binding import Binding
from textual.dom import DOMNode


def bindings_of(page: type[DOMNode]) -> tuple[Binding, ...]:
    """Every binding that a screen or widget of ours declares, its own before those of its bases."""
    found: list[Binding] = []
    for base in page.__mro__:
        if base.__module__.startswith(("screens", "widgets", "smartplus_tui")):
            found += [one for one in base.__dict__.get("BINDINGS", ()) if isinstance(one, Binding)]
    return tuple(found)


_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "escape": "Esc",
    "enter": "Enter",
    "equals_sign": "=",
    "exclamation_mark": "!",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "shift+Tab",
    "backspace": "Backspace",
    "comma": ",",
    "plus": "+",
    "minus": "-",
}


def shown_key(key: str) -> str:
    """A key as people read it: "?" for "question_mark", "F2" for "f2"."""
    if key in _SHOWN:
        return _SHOWN[key]
    return key.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else key


def actions_of(page: type[DOMNode]) -> dict[str, str]:
    """The action of each key of a page, by the key as people read it; the page's own before those of its bases."""
    return {shown_key(key): binding.action for binding in reversed(bindings_of(page)) for key in binding.key.split(",")}


def action_of(page: type[DOMNode], hint: str) -> str:
    """The action of the key that a hint names, the first of several ("F2 ctrl+s"); "" for a key of no binding."""
    return actions_of(page).get(hint.partition(" ")[0], "")
