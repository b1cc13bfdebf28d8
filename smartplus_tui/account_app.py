"""The account behind the screens: another site, a way out, rights that change while somebody is logged in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from backend.domain.errors import Forbidden, SmartPlusError
from screens.base.messages import ActAs, LogOut
from screens.base.page import Page
from smartplus_tui.first_page import modules_of, refresh_lock, refresh_place
from smartplus_tui.live import LiveFigures
from smartplus_tui.locking import LockingApp

if TYPE_CHECKING:
    from textual.worker import Worker

    from backend.domain.context import Context


class AccountApp(LockingApp):
    """An application whose login may go on as another, end, or lose rights at any moment."""

    live: LiveFigures

    def begin(
        self, work: Callable[[], Coroutine[Any, Any, None]], *, group: str = "app", exclusive: bool = False
    ) -> Worker[None]:
        """Run `work` beside the screens."""
        return self.run_worker(work, group=group, exclusive=exclusive)

    async def enter_or_say(
        self, context: Context, *, reminder: bool = False, told: tuple[str, str, str] | None = None
    ) -> None:
        """Enter, or have the login say why not; `told` is the first thing in the status line."""
        raise NotImplementedError

    def read_anew(self) -> None:
        """Every page reads again what it shows."""
        raise NotImplementedError

    def show_login(self, sentence: str) -> None:
        """Nobody is logged in any more: say why, and let somebody in."""
        raise NotImplementedError

    def on_act_as(self, message: ActAs) -> None:
        """Go on as another context, once nothing typed can be lost."""
        session = self.session
        if session is None or (message.anew and self.locked):
            return
        if not message.anew:
            session.context, session.reminder = message.context, False
            self.live.redraw()
            return
        from screens.login_memory import move_memory

        async def go_on() -> None:
            await session.ask(move_memory, self.engine, message.context)
            await self.enter_or_say(message.context)

        self.once_saved(lambda: self.begin(go_on))

    def on_log_out(self, _message: LogOut) -> None:
        """End this login, once nothing typed can be lost; behind a locked screen it is lost."""
        session = self.session
        if session is None:
            return

        async def leave() -> None:
            with contextlib.suppress(SmartPlusError):  # it is over in any case
                await session.ask(self.engine.account.sign_out, session.context)
            self.show_login("")

        if self.locked:
            self.begin(leave)
        else:
            self.once_saved(lambda: self.begin(leave))

    def on_refused(self) -> None:
        """The engine said no: an account that was closed meanwhile ends here, with its sentence."""
        self.begin(self._look_at_account, group="account", exclusive=True)

    def on_place_changed(self) -> None:
        """A community was made or changed: its name and how times are written are those of the frame."""
        self.begin(self._look_at_place, group="place", exclusive=True)

    async def _look_at_place(self) -> None:
        session = self.session
        if session is None or session.changing:
            return
        before = session.formats
        with contextlib.suppress(SmartPlusError):  # an account that may not act here any more is looked at elsewhere
            await refresh_place(session)
            self.live.redraw()
        if session.formats != before:
            self.read_anew()

    async def _look_at_account(self) -> None:
        session = self.session
        if session is None or session.changing:
            return
        context = session.context
        try:
            manager = await session.ask(self.engine.account.me, context)
        except Forbidden as error:
            if session is self.session and session.context is context and not session.changing:
                self.show_login(str(error))
            return
        if session is not self.session:
            return
        if manager.role is not session.manager.role:
            told = ("Your role was changed: ", f"you are {manager.role.value} now", "warn")
            if not self.locked and not any(isinstance(one, Page) and one.unsaved for one in self.screen_stack):
                await self.enter_or_say(context, told=told)  # its modules and keys are others now
                return
            session.told = told  # what was typed stays, and so does the lock: the engine refuses what is over
            session.modules = modules_of(session.doors, manager.role)
        session.manager = manager
        await refresh_lock(session)
        self.live.redraw()

    def once_saved(self, then: Callable[[], object]) -> None:
        """Go on once nothing typed can be lost."""
        if not self._ask_first(then):
            then()

    def _ask_first(self, then: Callable[[], object]) -> bool:
        """Whether a page with changes was found, and asks before it goes on."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, Page) and screen.unsaved:
                screen.ask_leave(then)
                return True
        return False
