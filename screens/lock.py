"""The locked screen: it covers everything until whoever left proves the password (feature ACC-01)."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Horizontal, Middle, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from backend.domain.errors import SmartPlusError
from screens.base.entry_dialog import errors_of
from screens.base.messages import LogOut
from screens.base.session import Session
from screens.login_steps import phone
from widgets.entries import Entries, Entry
from widgets.frame import Hint, KeyFooter


class Unlocked(Message):
    """The password was right."""


class LockScreen(Screen[None]):
    """Nothing of the site is shown and no key of a page acts; what was typed there stays as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "log_out", "Log out", id="lock.log-out", tooltip="Log out; what was typed is lost", show=False),
    ]
    DEFAULT_CSS = """
    LockScreen #box { width: auto; height: auto; }
    LockScreen .phone { width: 16; height: 13; color: $sp-t3; margin-right: 6; }
    LockScreen #fields { width: 52; height: auto; min-height: 13; }
    LockScreen .name { text-style: bold; color: $sp-t1; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        """The door phone, who left, and the password."""
        who = Content.assemble((self._session.manager.email, "$sp-t1"), (" left. The screen is locked.", "$sp-t2"))
        with Middle(), Center(), Horizontal(id="box"):
            yield Static(phone(), classes="phone")
            with Vertical(id="fields"):
                yield Static("SmartPlus", classes="name", markup=False)
                yield Static(who)
                yield Entries(Entry("password", "Password", secret=True))
        yield KeyFooter()

    def on_mount(self) -> None:
        """Wait for the password."""
        footer = self.query_one(KeyFooter)
        footer.hints = (Hint("Enter", "Unlock"), Hint("F6", "Log out"))
        footer.always = ()
        self.query_one(Entries).begin()

    @on(Entries.Submitted)
    def _submitted(self, event: Entries.Submitted) -> None:
        event.stop()
        if not any(worker.group == "unlock" and not worker.is_finished for worker in self.workers):
            self.run_worker(self._unlock(event.entries.values["password"]), group="unlock")

    async def _unlock(self, password: str) -> None:
        session = self._session
        try:
            await session.ask(session.engine.account.unlock, session.context, password)
        except SmartPlusError as error:
            self.query_one(Entries).say(errors_of(error))
            return
        self.post_message(Unlocked())

    def action_log_out(self) -> None:
        """Let somebody else log in."""
        self.post_message(LogOut())
