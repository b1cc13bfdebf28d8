"""The account in the top bar: its sites, its password, the lock, the way out (features ACC-01, ACC-05, ACC-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from backend.domain.context import Context
from backend.domain.errors import SmartPlusError
from screens.base.entry_dialog import errors_of
from screens.base.messages import ActAs, LockNow, LogOut
from screens.base.session import Session
from widgets.modal import Dialog
from widgets.panel import Lines
from widgets.pick_list import PickList, PickRow
from widgets.text import Part

if TYPE_CHECKING:
    from backend.domain.signing_in import Place

_ACTS = (
    ("p", "Change password"),
    ("n", "Link Site"),
    ("x", "Unlink the site under the cursor"),
    ("k", "Lock the screen"),
    ("o", "Log out"),
)
_LATER = ("l", "Ask for a new password at the next login")
_SITE, _ACT = "site:", "act:"


class AccountDialog(Dialog[None]):
    """Sites first, acts under them; a letter acts at once, Enter takes the row under the cursor."""

    HEADING: ClassVar[str] = "Account"
    DEFAULT_CSS = """
    AccountDialog #error { color: $sp-bad; margin-top: 1; height: auto; }
    AccountDialog PickList { margin-top: 1; }
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._places: dict[str, Place] = {}

    def compose(self) -> ComposeResult:
        """Who this is, where they may go, what they may do."""
        with self.box(self.HEADING, "Enter Take · Esc Close"):
            yield Lines(id="who")
            yield PickList()
            yield Static(id="error", markup=False)

    def on_mount(self) -> None:
        """Read the sites."""
        manager = self.session.manager
        who: tuple[Part, ...] = (
            (manager.name, "bold $sp-t1"),
            (f"  {manager.email}  ", "$sp-t2"),
            (manager.role.value, "$sp-t3"),
        )
        self.query_one("#who", Lines).lines = (who,)
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        session = self.session
        try:
            places = await session.ask(session.engine.sites.places, session.context)
        except SmartPlusError as error:
            self._say(str(error))
            return
        self._places = {f"{_SITE}{number}": place for number, place in enumerate(places)}
        session.sites = len(places)
        acts = (*((_LATER,) if session.reminder else ()), *_ACTS)
        if session.doors is not None:
            acts = ()
            self._say("The demo logs in by itself: there is no password to change or to lock with.", "t3")
        rows = [PickRow(answer, place.community, _state(place)) for answer, place in self._places.items()]
        rows += [PickRow(f"{_ACT}{letter}", words, ((letter, "bold $sp-acc"),)) for letter, words in acts]
        self.query_one(PickList).show(rows)

    def on_key(self, event: events.Key) -> None:
        """Letters act, arrows move, Enter takes, Escape closes."""
        event.stop()
        event.prevent_default()
        steps = {"down": 1, "j": 1, "up": -1, "pagedown": 10, "pageup": -10}
        rows = self.query_one(PickList)
        if event.key == "escape":
            self.dismiss(None)
        elif event.key in steps:
            rows.move(steps[event.key])
        elif event.key == "enter" and rows.current is not None:
            self._take(rows.current.answer)
        elif any(row.answer == f"{_ACT}{event.character}" for row in rows.rows):
            self._act(event.character or "")

    @on(PickList.Clicked)
    def _clicked(self, event: PickList.Clicked) -> None:
        event.stop()
        self._take(event.row.answer)

    def _take(self, answer: str) -> None:
        place = self._places.get(answer)
        if place is None:
            self._act(answer.removeprefix(_ACT))
        elif place.current:
            self.dismiss(None)
        elif place.stale:
            self._link(place.email)
        else:
            self.run_worker(self._switch(place), group="switch", exclusive=True)

    def _act(self, letter: str) -> None:
        from screens.account_dialogs import ChangePassword

        if letter == "p":
            self.app.push_screen(ChangePassword(self.session), self._changed)
        elif letter == "n":
            self._link("")
        elif letter == "x":
            self._unlink()
        elif letter == "l":
            self.session.reminder = False
            self._go_on(self.session.context)
        elif letter in ("k", "o"):
            self.app.post_message(LockNow() if letter == "k" else LogOut())
            self.dismiss(None)

    def _link(self, email: str) -> None:
        from screens.account_dialogs import LinkSite

        self.app.push_screen(LinkSite(self.session, email), self._linked)

    def _linked(self, email: str | None) -> None:
        if email:
            self._say(f"Linked {email}.", "ok")
            self.run_worker(self._read(), group="read", exclusive=True)

    def _unlink(self) -> None:
        from screens.account_dialogs import UnlinkSite

        row = self.query_one(PickList).current
        place = self._places.get(row.answer) if row is not None else None
        if place is None or place.link_id is None:
            self._say("Put the cursor on a linked site first: that one is unlinked.")
        else:
            self.app.push_screen(UnlinkSite(self.session, place), self._unlinked)

    def _unlinked(self, context: Context | None) -> None:
        if context is not None:
            self.session.context = context
            self._say("Unlinked.", "ok")
            self.run_worker(self._read(), group="read", exclusive=True)

    def _changed(self, context: Context | None) -> None:
        if context is not None:
            self.session.tell("Password changed: ", "every other session has ended", "ok")
            self._go_on(context)

    async def _switch(self, place: Place) -> None:
        session = self.session
        try:
            context = await session.ask(session.engine.sites.switch, session.context, place)
        except SmartPlusError as error:
            self._say("; ".join(errors_of(error).values()))
            return
        self.app.post_message(ActAs(context, anew=True))
        self.dismiss(None)

    def _go_on(self, context: Context) -> None:
        """This session goes on, with the reminder put away."""
        self.app.post_message(ActAs(context, anew=False))
        self.dismiss(None)

    def _say(self, text: str, tone: str = "bad") -> None:
        self.query_one("#error", Static).update(Content.styled(text, f"$sp-{tone}"))


def _state(place: Place) -> tuple[Part, ...]:
    """What stands behind a site."""
    if place.current:
        return (("● here", "$sp-ok"),)
    if place.stale:
        return (("◐ password changed, link again", "$sp-warn"),)
    if place.link_id is None:
        return ((place.kind, "$sp-t3"),)
    return ((f"{place.email}  ", "$sp-t2"), (place.kind, "$sp-t3"))
