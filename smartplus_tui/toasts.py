"""How short words in the corner come and go: two at most, bad ones until a key is pressed (look: toast)."""

from __future__ import annotations

import time

from textual import events
from textual.notifications import SeverityLevel

from smartplus_tui.typed_ahead import TypedAheadApp

MOST = 2
SEEN_AFTER = 0.5
"""Seconds after which a key counts as an answer to a bad toast."""


class ToastApp(TypedAheadApp):
    """An application whose toasts keep to the look."""

    _bad_since: float | None = None

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a toast; text is never markup."""
        del markup
        if len(self.screen.query("Toast")) >= MOST:
            self.clear_notifications()
        if severity != "information":
            self._bad_since = time.monotonic()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    async def on_event(self, event: events.Event) -> None:
        """Any key answers the bad toasts that have been seen; it acts besides."""
        since = self._bad_since
        if isinstance(event, events.Key) and since is not None and time.monotonic() - since > SEEN_AFTER:
            self._bad_since = None
            self.clear_notifications()
        await super().on_event(event)
