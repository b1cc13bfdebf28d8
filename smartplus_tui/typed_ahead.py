"""Keys typed faster than a screen can be read are kept in their order, and handed on when it is ready."""

from __future__ import annotations

import asyncio
from collections import deque

from textual import events
from textual.app import App
from textual.timer import Timer

from screens.base.waits import Ready, Waits

AT_MOST = 3.0
"""Seconds that keys are kept: what hangs longer gets them as it is."""
ON_ITS_WAY = 0.5
"""Seconds that a key gets to come to its end before the next one is handed on in any case."""
NOT_KEPT = frozenset({"escape", "ctrl+q", "ctrl+c"})
"""Keys that end waiting instead of joining it."""


class TypedAheadApp(App[None]):
    """An application that loses no key while its screens read."""

    def __init__(self, *, ansi_color: bool = False) -> None:
        super().__init__(ansi_color=ansi_color)
        self._kept: deque[events.Key] = deque()
        self._patience: Timer | None = None
        self._under_way: events.Key | None = None
        self._follower: asyncio.Task[None] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Keep a key while the screen on top waits; a key that ends waiting drops those before it."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif event.is_forwarded:  # nothing took it on its way: it acts here
            await super().on_event(event)
            if event is self._under_way:
                self._under_way = None
                await self._hand_on()
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
        """One key after another: what a key does to focus and screens comes before the next, also when both arrive
        together, as they do over a slow line."""
        while self._kept and not self._waits():
            if self._under_way is not None and self._travels(self._under_way):
                self._follow()
                return
            self._under_way = self._kept.popleft()
            await super().on_event(self._under_way)
        if self._kept and self._patience is None:
            self._patience = self.set_timer(AT_MOST, self._end_wait)

    def _follow(self) -> None:
        if self._follower is None or self._follower.done():
            self._follower = asyncio.create_task(self._until_end())

    async def _until_end(self) -> None:
        """Have the next key handed on once a widget took the one under way, or it is lost; the others end by
        themselves."""
        loop = asyncio.get_running_loop()
        while self._kept and (key := self._under_way) is not None:
            deadline = loop.time() + ON_ITS_WAY
            while self._travels(key) and loop.time() < deadline:  # noqa: ASYNC110 - who takes a key tells nobody
                await asyncio.sleep(0)
            if key is self._under_way:
                self._under_way = None
                self.post_message(Ready())

    def _travels(self, key: events.Key) -> bool:
        """Whether a key that was handed on has neither been taken by a widget nor come back to act here."""
        return key is self._under_way and not key._stop_propagation

    def _waits(self) -> bool:
        top = self.screen_stack[-1:]
        return any(isinstance(one, Waits) and one.waiting for one in top)

    def _end_wait(self) -> None:
        self._patience = None
        if isinstance(self.screen, Waits):
            self.screen.end_wait()
