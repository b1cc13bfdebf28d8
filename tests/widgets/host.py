"""A host application for widget tests: the real themes, one widget, and every message of ours that reached it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from smartplus_tui.themes import DEFAULT_VARIABLES, THEMES

Heard = TypeVar("Heard", bound=Message)


class Host(App[Any]):
    """An application around widgets."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = "night", css: str = "", **options: Any) -> None:
        type(self).CSS = css
        super().__init__(**options)
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.animation_level = "none"
        self.widgets = widgets
        self.messages: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def compose(self) -> ComposeResult:
        yield from self.widgets

    async def _dispatch_message(self, message: Message) -> None:
        if type(message).__module__.startswith("widgets."):
            self.messages.append(message)
        await super()._dispatch_message(message)

    def heard(self, kind: type[Heard]) -> list[Heard]:
        """All messages of a kind, oldest first."""
        return [message for message in self.messages if isinstance(message, kind)]


def lines(widget: Widget) -> list[str]:
    """What a widget shows, line by line."""
    return [strip.text.rstrip() for strip in widget.render_lines(widget.size.region)]


def screen_lines(app: App[Any]) -> list[str]:
    """What the whole screen shows, line by line."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def screen_text(app: App[Any]) -> str:
    """What the whole screen shows."""
    return "\n".join(screen_lines(app))


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until a condition holds while the application works; fails after a bound."""
    limit = monotonic() + seconds
    while not condition():
        assert monotonic() < limit, "the condition did not come true in time"
        await pilot.pause()
        await asyncio.sleep(0.002)
    await pilot.pause()  # what the same step has still to draw is drawn
