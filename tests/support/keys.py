"""Pressing keys as a person does, counting those that are not data, and waiting for what should come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from textual import events
from textual._context import visible_screen_stack
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from screens.base.detail_pane import DetailPane
from screens.base.form_page import FormPage
from screens.base.page import Page
from screens.base.waits import Waits
from widgets.table import VirtualTable


class Keys:
    """Counts presses beyond the data (tasks: keys); a chord is one."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot
        self.pressed = 0

    @property
    def app(self) -> Any:
        """The application under test."""
        return self.pilot.app

    async def press(self, *keys: str) -> None:
        """Press keys that count."""
        for key in keys:
            self.pressed += 1
            await self.pilot.press(key)

    async def type(self, text: str) -> None:
        """Type data, which does not count."""
        await self.pilot.press(*text)

    async def paste(self, text: str) -> None:
        """Paste data, "|" as a new line, which does not count."""
        self.app.post_message(events.Paste(text.replace("|", "\n")))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool], within: float = 15.0) -> None:
        """Wait until something holds; fails with what the screen shows."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while not condition():
            assert loop.time() < deadline, f"it did not come:\n{self.text()}"
            await asyncio.sleep(0.01)
        await self.pilot.pause()  # whatever came is drawn, and takes keys

    async def until_text(self, wanted: str, within: float = 15.0) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: wanted in self.text(), within)

    async def until_page(self, name: str, within: float = 15.0) -> None:
        """Wait until a screen of this class is shown and has loaded."""
        await self.until(lambda: type(self.app.screen).__name__ == name, within)
        await self.quiet()

    async def settled(self) -> None:
        """Wait until nothing on the screen is still to come: no load, no plan, no pane on its way."""
        await self.until(lambda: not self._moving())
        await self.pilot.pause()
        await self.until(lambda: not self._moving())

    def _moving(self) -> bool:
        screens = self.app.screen_stack
        panes = [pane for screen in screens for pane in screen.query(DetailPane)]
        tables = [table for screen in screens for table in screen.query(VirtualTable)]
        forms = [screen for screen in screens if isinstance(screen, FormPage)]
        return (
            any(not worker.is_finished for worker in self.app.workers)
            or any(one._timer is not None for one in (*panes, *forms))
            or any(table._busy or table._counting for table in tables)
            or any(screen.waiting for screen in screens[-1:] if isinstance(screen, Waits))
        )

    async def quiet(self) -> None:
        """Wait for the workers of what is shown."""
        shown = [one for one in self.app.workers if one.group in ("load", "detail", "plan", "fill", "act")]
        if shown:  # Textual takes no workers for all of them
            with contextlib.suppress(WorkerCancelled):  # a newer load took its place
                await self.app.workers.wait_for_complete(shown)
        await self.pilot.pause()

    def text(self) -> str:
        """What the terminal shows, line by line."""
        app = self.app
        screen = app.screen
        visible_screen_stack.set(app._background_screens)  # a dialog draws what is behind it
        lines = screen._compositor.render_strips() if hasattr(screen, "_compositor") else []
        return "\n".join("".join(segment.text for segment in strip) for strip in lines)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        assert isinstance(self.app.screen, Page)
        return self.app.screen
