"""Keys typed ahead are kept while a screen is not ready for them, so that none is lost (tasks: rule 10)."""

from __future__ import annotations

from textual.message import Message
from textual.screen import Screen


class Ready(Message):
    """A screen that kept keys waiting can take them now."""


class Waits:
    """Mixin of screens that cannot act on keys until something has been read."""

    waiting: bool = False
    """Whether keys have to be kept; the application asks before it hands a key on."""

    def end_wait(self) -> None:
        """Take the keys that were kept."""
        if self.waiting:
            self.waiting = False
            assert isinstance(self, Screen)
            self.app.post_message(Ready())
