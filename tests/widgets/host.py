"""Host applications for widget tests: the real themes, one widget, and every message it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from smartplus_tui.themes import DEFAULT_VARIABLES, THEMES


class Host(App[Any]):
    """An application around one widget; `heard` are the messages of our widgets that reached it."""

    def __init__(self, widget: Widget, *, theme: str = "night", **options: Any) -> None:
        super().__init__(**options)
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.animation_level = "none"
        self.widget = widget
        self.heard: list[Message] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def compose(self) -> ComposeResult:
        yield self.widget

    async def on_event(self, event: Any) -> None:
        await super().on_event(event)

    async def _dispatch_message(self, message: Message) -> None:
        if type(message).__module__.startswith("widgets."):
            self.heard.append(message)
        await super()._dispatch_message(message)

    def last(self, kind: type[Message]) -> Any:
        """The latest message of a kind."""
        return [message for message in self.heard if isinstance(message, kind)][-1]


def lines(widget: Widget) -> list[str]:
    """What a widget shows, line by line."""
    return [strip.text.rstrip() for strip in widget.render_lines(widget.size.region)]


def screen_lines(app: App[Any]) -> list[str]:
    """What the whole screen shows, line by line."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


async def until(pilot: Pilot[Any], condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a condition holds, letting the application work; fails after a bound."""
    limit = monotonic() + seconds
    while not condition():
        assert monotonic() < limit, "the condition did not come true in time"
        await pilot.pause()
        await asyncio.sleep(0.002)
