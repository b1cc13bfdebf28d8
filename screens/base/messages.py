"""What screens ask of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.records import Saved


class GoTo(Message):
    """Show a module by its letter."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.letter = letter


class OpenRecord(Message):
    """Show the page of a record; of a person with the cursor on one of their codes where one is named."""

    def __init__(self, record: str, record_id: int, code_id: int | None = None) -> None:
        super().__init__()
        self.record = record
        self.record_id = record_id
        self.code_id = code_id


class Shown(Message):
    """A page is on the screen: its top bar wants the present figures."""


class Watch(Message):
    """A save is on its way to the doors: count it in the status line."""

    def __init__(self, title: str, saved: Saved) -> None:
        super().__init__()
        self.title = title
        self.saved = saved


class Refused(Message):
    """The engine said no to who is logged in: look whether the account still stands."""


class LockNow(Message):
    """Cover the screen until the password is proved."""


class LogOut(Message):
    """End this login; the login screen comes."""


class ActAs(Message):
    """Go on as another context: another site, or the same account after a new password.

    `anew` makes every page again, since what it shows is of another site.
    """

    def __init__(self, context: Context, *, anew: bool) -> None:
        super().__init__()
        self.context = context
        self.anew = anew
