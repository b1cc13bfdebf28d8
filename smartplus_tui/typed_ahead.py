"""Keys typed faster than a screen can be read are kept in their order, and handed on when it is ready."""

from __future__ import annotations

from collections import deque
from functools import partial

from textual import events
from textual.message_pump import MessagePump
from textual.timer import Timer

from screens.base.waits import Ready, Waits
from smartplus_tui.failing import FailingApp

AT_MOST = 15.0
"""Seconds that keys wait for one screen: what hangs longer gets them as it is. Escape never waits."""
LOST_AFTER = 3.0
"""Seconds after which a key whose widget went away with it counts as done; while the loop stands still none pass."""
LOOKS = 30
"""Turns of the loop that these seconds take at least: a key that is only late has arrived by then."""
NOT_KEPT = frozenset({"escape", "ctrl+q", "ctrl+c"})
"""Keys that end waiting instead of joining it."""


class TypedAheadApp(FailingApp):
    """An application that loses no key while its screens read.

    A key is handed on when the one before it has been acted on: it may have brought another screen. A key is done
    when a widget has stopped it, or when it has come back here and its binding has run.
    """

    def __init__(self, *, ansi_color: bool = False) -> None:
        super().__init__(ansi_color=ansi_color)
        self._kept: deque[events.Key] = deque()
        self._patience: Timer | None = None
        self._under_way: events.Key | None = None
        self._followed: Timer | None = None
        self._target: MessagePump = self

    async def on_event(self, event: events.Event) -> None:
        """Keep a key while the screen on top waits; a key that ends waiting drops those before it."""
        if not isinstance(event, events.Key):
            await super().on_event(event)
        elif event.is_forwarded:
            await super().on_event(event)
            await self._is_done(event)
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
        while self._kept and self.screen_stack and not self._waits() and not self._is_busy():
            self._forget_patience()  # the next screen has patience of its own
            self._forget_followed()  # a key stopped while it was followed leaves the walk behind it
            event = self._kept.popleft()
            self._target, self._under_way = self.focused or self.screen, event
            await super().on_event(event)
            if not event.is_forwarded:
                self._under_way = None  # a binding with priority has run
        if self._kept and self._patience is None:
            self._patience = self.set_timer(AT_MOST, self._end_wait)

    def _is_busy(self) -> bool:
        """Whether the key handed on last is still on its way; then what comes of it is followed."""
        event = self._under_way
        if event is None or event._stop_propagation:
            return False
        if self._followed is None:
            self._look_again(event, LOOKS)
            self._follow(event, self._target)
        return True

    def _look_again(self, event: events.Key, looks: int) -> None:
        """Give a key up after so many looks."""
        if event is not self._under_way:
            return
        again = partial(self._look_again, event, looks - 1) if looks > 1 else partial(self._is_done, event)
        self._followed = self.set_timer(LOST_AFTER / LOOKS, again)

    def _follow(self, event: events.Key, node: MessagePump) -> None:
        """Walk behind a key from parent to parent, until one has stopped it."""
        parent = node._parent
        if parent is None or not node.call_later(self._followed_to, event, parent):
            self.call_later(self._is_done, event)

    def _followed_to(self, event: events.Key, parent: MessagePump) -> None:
        if event._stop_propagation:
            self.call_later(self._is_done, event)
        elif parent is not self and event is self._under_way:  # at the application it ends: see on_event
            self._follow(event, parent)

    async def _is_done(self, event: events.Key) -> None:
        if event is not self._under_way:
            return
        self._under_way = None
        self._forget_followed()
        await self._hand_on()

    def _forget_followed(self) -> None:
        if self._followed is not None:
            self._followed.stop()
            self._followed = None

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
