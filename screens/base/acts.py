"""The acts that every page offers: find anything, open a door, what can be undone, help, quit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from screens.base.messages import GoTo, LockNow, OpenRecord
from screens.base.needs import needs
from screens.base.session import Session
from screens.base.waits import Waits
from widgets.dialog import Choice, ConfirmDialog

if TYPE_CHECKING:
    from backend.domain.doors import DoorRecord

BAD_STAYS = 3600.0
"""Seconds of a bad toast that no key was pressed after (look: toast)."""
GOOD_STAYS = 4.0


class Acts(Waits, Screen[None]):
    """Base of `Page`: what its keys do that work everywhere."""

    session: Session

    def subject(self) -> tuple[str, int] | None:
        """The record that an act of this page is about, as record type and id."""
        return None

    def say(self, text: str, more: str = "", *, bad: bool = False) -> None:
        """A toast: what happened, and under it the record or the key that goes on from there."""
        told = f"{'×' if bad else '✓'} {text}"
        self.app.notify(
            more or told,
            title=told if more else "",
            severity="error" if bad else "information",
            timeout=BAD_STAYS if bad else GOOD_STAYS,
            markup=False,
        )

    def action_search(self) -> None:
        """Find anything."""
        from screens.search import Search

        self.waiting = True  # for what is typed between a hit and its page
        self.app.push_screen(Search(self.session), self._found)

    def _found(self, hit: str | None) -> None:
        if hit is None:
            self.end_wait()
            return
        kind, _, name = hit.partition(":")
        if kind == "act":
            self.call_later(getattr(self, f"action_{name}"))
        else:
            record_id, _, code = name.partition(":")
            found = GoTo(name) if kind == "module" else OpenRecord(kind, int(record_id), int(code) if code else None)
            self.app.post_message(found)
        self.call_later(self.end_wait)

    @needs("door.open")
    def action_open_door(self) -> None:
        """Open a door now: the one this page is about, else one that is picked."""
        from screens.open_door import OpenDoor

        subject = self.subject()
        relay_id = subject[1] if subject and subject[0] == "door" else None
        device_id = subject[1] if subject and subject[0] == "device" else None
        dialog = OpenDoor(self.session, relay_id=relay_id, device_id=device_id)
        self.waiting = True  # for what is typed between the list and the question
        self.app.push_screen(dialog, lambda answer: self._door_picked(dialog.door(answer)))

    def _door_picked(self, door: DoorRecord | None) -> None:
        from screens.open_door import confirm_opening

        if door is not None:
            confirm_opening(self.app, self.session, door)
        self.end_wait()

    @needs("undo.write")
    def action_undo(self) -> None:
        """The list of what can be undone."""
        from screens.undo import UndoScreen

        self.app.push_screen(UndoScreen(self.session))

    def action_account(self) -> None:
        """The sites of this account, its password, the lock, the way out."""
        from screens.account import AccountDialog

        self.app.push_screen(AccountDialog(self.session))

    def action_lock(self) -> None:
        """Cover the screen until the password is proved."""
        self.post_message(LockNow())

    def action_help(self) -> None:
        """The keys of this page."""
        from screens.base.page import Page
        from screens.help import Help

        if isinstance(self, Page):
            self.app.push_screen(Help(self))

    def action_watched(self) -> None:
        """Which doors do not hold the last change, and why."""
        from screens.progress import ProgressDialog

        if self.session.watched is not None:
            self.app.push_screen(ProgressDialog(self.session))

    def action_quit_app(self) -> None:
        """Leave; ask only while a change is on its way to the doors."""
        watched = self.session.watched
        if watched is None or watched.done or not watched.text:
            self.app.exit()
            return
        dialog = ConfirmDialog(
            "Quit",
            "Leave while doors are being written?",
            lines=[
                ((f"{watched.title}: {watched.text}", "$sp-warn"),),
                (("The agent goes on where it stopped.", "$sp-t2"),),
            ],
            choices=[Choice("x", "Quit", "quit")],
        )
        self.app.push_screen(dialog, lambda answer: self.app.exit() if answer else None)
