"""The idle lock: after some minutes without a key the screen is covered until the password is proved (ACC-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from textual import events
from textual.notifications import SeverityLevel

from screens.base.messages import LockNow
from screens.lock import LockScreen, Unlocked
from screens.size import TooSmall
from smartplus_tui.toasts import ToastApp

if TYPE_CHECKING:
    from backend.engine import Engine
    from screens.base.session import Session

_INPUT = (events.Key, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp, events.Paste)


class LockingApp(ToastApp):
    """An application that locks itself by the engine's clock; toasts wait until it is open again."""

    engine: Engine
    session: Session | None

    def __init__(self, *, ansi_color: bool = False) -> None:
        super().__init__(ansi_color=ansi_color)
        self._touched_at: datetime | None = None
        self._held: list[Callable[[], None]] = []

    @property
    def locked(self) -> bool:
        """Whether the locked screen covers everything."""
        return any(isinstance(screen, LockScreen) for screen in self.screen_stack)

    async def on_event(self, event: events.Event) -> None:
        """Note when somebody was here last; what comes after the time is over belongs to the lock already."""
        if isinstance(event, _INPUT) and self.session is not None:
            self.look_at_lock()
            self._touched_at = self.engine.clock()
        await super().on_event(event)

    def began(self) -> None:
        """Somebody has come in."""
        self._touched_at = self.engine.clock()

    def look_at_lock(self) -> None:
        """Lock when nobody was here for the site's minutes; 0 never locks."""
        session, last = self.session, self._touched_at
        if session is None or last is None or self.locked or not session.lock_minutes:
            return
        if self.engine.clock() - last >= timedelta(minutes=session.lock_minutes):
            self.lock()

    def lock(self) -> None:
        """Cover everything; what was typed stays where it is. The demo, whose password nobody knows, stays open."""
        if self.session is not None and self.session.doors is None and not self.locked:
            self.clear_notifications()
            super().push_screen(LockScreen(self.session))

    def on_lock_now(self, _message: LockNow) -> None:
        """A screen asks for the lock."""
        self.lock()

    def on_unlocked(self, _message: Unlocked) -> None:
        """The password was right: what was covered is shown again, then what was to be said meanwhile."""
        self._touched_at = self.engine.clock()
        self._uncover()
        held, self._held = self._held, []
        for say in held[-2:]:
            say()

    def _uncover(self) -> None:
        """Take the locked screen away, and what says that the terminal is too small over it."""
        above = [screen for screen in self.screen_stack if isinstance(screen, LockScreen | TooSmall)]
        for screen in reversed(above):
            if screen is self.screen:
                self.pop_screen()

    def push_screen(self, screen: Any, *arguments: Any, **options: Any) -> Any:
        """Show a screen; one that a page asks for while all is locked goes under the lock."""
        if not self.locked or isinstance(screen, LockScreen | TooSmall):
            return super().push_screen(screen, *arguments, **options)
        assert self.session is not None
        self._uncover()
        pushed = super().push_screen(screen, *arguments, **options)
        super().push_screen(LockScreen(self.session))
        return pushed

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a toast, once nobody else could read it."""
        if self.locked:
            say = self.notify
            self._held.append(lambda: say(message, title=title, severity=severity, timeout=timeout, markup=markup))
            return
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)
