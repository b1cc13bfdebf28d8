"""Work that a test's application does for nobody: drawing to no terminal, parsing the same styles again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable
from typing import Any

import pytest
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.css.stylesheet import Stylesheet

GARBAGE_AFTER = 50_000
"""Objects made before garbage is looked for; the application has as high a number."""

_parsed: dict[Hashable, Any] = {}


def install(patch: pytest.MonkeyPatch) -> None:
    """Let headless applications draw only what a test reads, and share their parsed styles."""
    gc.set_threshold(GARBAGE_AFTER, 20, 20)
    patch.setattr(Compositor, "render_update", _only_for_a_reader(Compositor.render_update))
    patch.setattr(Stylesheet, "_parse_rules", _once(Stylesheet._parse_rules))


def _only_for_a_reader(render: Callable[..., Any]) -> Callable[..., Any]:
    """A terminal's updates are thrown away when headless; pictures ask for all, texts for strips."""

    def render_update(self: Compositor, full: bool = False, screen_stack: Any = None, simplify: bool = False) -> Any:
        app = active_app.get(None)
        if full or app is None or not app.is_headless:
            return render(self, full=full, screen_stack=screen_stack, simplify=simplify)
        visible_screen_stack.set(screen_stack or [])
        self._dirty_regions.clear()
        return None

    return render_update


def _once(parse: Callable[..., Any]) -> Callable[..., Any]:
    """The rules of a style sheet depend on its text, its place and the theme's values."""

    def parse_rules(self: Stylesheet, css: str, read_from: Any, *rest: Any, **named: Any) -> Any:
        theme = tuple(sorted(self._variables.items()))
        key = (css, read_from, rest, tuple(sorted(named.items())), theme)
        if key not in _parsed:
            _parsed[key] = parse(self, css, read_from, *rest, **named)
        return _parsed[key]

    return parse_rules
