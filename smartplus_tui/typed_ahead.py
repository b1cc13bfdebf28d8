"""Keys typed faster than a screen can be read are kept in their order, and handed on when it is ready."""

from __future__ import annotations

from collections import deque

from textual import events
from textual.app import App
from textual.timer import Timer

from screens.base.waits import Ready, Waits

AT_MOST = 15.0
"""Seconds that keys wait for one screen: what hangs longer gets them as it is. Escape never waits."""
NOT_KEPT = frozenset({"escape", "ctrl+q", "ctrl+c"})
"""Keys that end waiting instead of joining it."""


class TypedAheadApp(App[None]):
    """An application that loses no key while its screens read."""

    def __init__(self, *, ansi_color: bool = False) -> None:
        super().__init__(ansi_color=ansi_color)
        self._kept: deque[events.Key] = deque()
        self._patience: Timer | None = None

    async def on_event(self, event: events.Event) -> None:
        """Keep a key while the screen on top waits; a key that ends waiting drops those before it."""
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif event.key in NOT_KEPT:
            self._kept.clear()
            await super().on_event(event)
        else:
            self._kept.append(event)
            await self._hand_on()

    async def on_ready(self, _message: Ready) -> None:
        """Hand on what was kept."""
        await self._hand_on()

    async def _hand_on(self) -> None:
        while self._kept and not self._waits():
            self._forget_patience()  # the next screen has patience of its own
            await super().on_event(self._kept.popleft())
        if self._kept and self._patience is None:
            self._patience = self.set_timer(AT_MOST, self._end_wait)

    def _forget_patience(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None

    def _waits(self) -> bool:
        top = self.screen_stack[-1:]
        return any(isinstance(one, Waits) and one.waiting for one in top)

    def _end_wait(self) -> None:
        self._patience = None
        if isinstance(self.screen, Waits):
            self.screen.end_wait()
