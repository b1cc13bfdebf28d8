"""The themes keep the contrasts of the look, nothing else knows a colour, and every key of a widget has an id."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.color import Color
from textual.widget import Widget

import widgets
from smartplus_tui.themes import ANSI_TOKENS, DAY_TOKENS, DEFAULT_VARIABLES, NIGHT_TOKENS, THEMES, pick_theme
from tests.widgets.host import Host

TEXTS = ("t1", "t2", "t3", "acc", "ok", "warn", "bad", "note")
GROUNDS = ("base", "panel", "raise", "sel", "cur")


def _ratio(one: str, other: str) -> float:
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tokens", [NIGHT_TOKENS, DAY_TOKENS])
def test_every_text_reads_on_every_ground(tokens: dict[str, str]) -> None:
    worst = min(_ratio(tokens[text], tokens[ground]) for text in TEXTS for ground in GROUNDS)
    assert worst >= 4.5
    for pair in (("on-acc", "acc"), ("on-alert", "alert"), ("bad", "bad-bg"), ("warn", "warn-bg"), ("ok", "ok-bg")):
        assert _ratio(tokens[pair[0]], tokens[pair[1]]) >= 4.5
    for plot in ("plot", "idle"):
        assert round(min(_ratio(tokens[plot], tokens[ground]) for ground in ("base", "panel")), 1) >= 3


def test_the_themes_name_the_same_tokens() -> None:
    assert set(NIGHT_TOKENS) == set(DAY_TOKENS) == set(ANSI_TOKENS)
    assert all(value.startswith("ansi_") for value in ANSI_TOKENS.values())
    names = {theme.name: {name for name in theme.variables if name.startswith("sp-")} for theme in THEMES}
    assert names["night"] == names["day"] == names["ansi"]


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_each_theme_can_be_put_on(theme: str) -> None:
    app = Host(theme="night")
    async with app.run_test() as pilot:
        app.theme = theme
        await pilot.pause()
        assert app.theme_variables["sp-t1"] == app.current_theme.variables["sp-t1"]


def test_no_color_is_drawn_with_the_colours_of_the_terminal() -> None:
    assert pick_theme("day", {}) == "day"
    assert pick_theme("day", {"NO_COLOR": ""}) == "ansi"
    assert pick_theme("paisley", {}) == "night"
    assert set(DEFAULT_VARIABLES) >= {"sp-base", "sp-cur-style", "sp-veil"}


def _modules() -> list[str]:
    return [f"widgets.{module.name}" for module in pkgutil.iter_modules(widgets.__path__)]


def test_no_widget_knows_a_colour_by_number() -> None:
    for name in _modules():
        source = Path(str(importlib.import_module(name).__file__)).read_text()
        assert not re.search(r"#[0-9a-fA-F]{6}\b", source), name


def test_every_key_of_a_widget_has_an_id_and_a_tooltip() -> None:
    seen: dict[str, str] = {}
    for name in _modules():
        for kind in vars(importlib.import_module(name)).values():
            if isinstance(kind, type) and issubclass(kind, Widget) and kind.__module__ == name:
                for binding in vars(kind).get("BINDINGS", ()):
                    assert isinstance(binding, Binding)
                    assert binding.id, f"{kind.__name__}: {binding.key}"
                    assert binding.tooltip, binding.id
                    assert binding.id not in seen, binding.id
                    seen[binding.id] = kind.__name__
    assert seen["table.tick-all"] == "VirtualTable"
