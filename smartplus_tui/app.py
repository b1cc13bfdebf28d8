"""The terminal application: who is logged in, which screen is shown, and what tells them that something changed."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

from backend.domain.errors import SmartPlusError
from backend.engine import Engine
from screens.base.messages import GoTo, OpenRecord, Watch
from screens.base.page import Page
from screens.base.session import Session, StandingAtADoor
from screens.base.waits import Ready
from screens.login import LoggedIn, LoginScreen
from screens.size import TooSmall, fits
from smartplus_tui.account_app import AccountApp
from smartplus_tui.beginning import Beginning
from smartplus_tui.first_page import is_new, read_place, session_of
from smartplus_tui.forgetting import forget_gone_pages
from smartplus_tui.live import LiveFigures
from smartplus_tui.navigation import FIRST, RECORD_PAGES, module_of
from smartplus_tui.themes import DEFAULT_VARIABLES, THEMES, pick_theme
from widgets.frame import TopBar

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.launch import AgentKeeper
    from screens.dashboard_read import DashboardData
    from smartplus_tui.head_start import HeadStart

TURN = 0.0002
"""Seconds for which one thread runs before another gets its turn: with Python's 5 ms a save beside a page that is drawn
took ten times its own time, since it gives its turn away at every statement."""
TICK = 2.0
"""Seconds between two looks at what no change tells: the clock, and whether the agent still lives."""


Work = Callable[[], Coroutine[None, None, None]]
"""What runs beside the screens."""


class SmartPlusApp(AccountApp):
    """The application on one site."""

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "SmartPlus"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="app.quit", tooltip="Leave the application", show=False, priority=True),
        Binding("f12", "next_theme", "Theme", id="app.theme", tooltip="Night, day, sixteen colours", show=False),
    ]

    def __init__(
        self,
        engine: Engine,
        *,
        context: Context | None = None,
        head: HeadStart | None = None,
        doors: StandingAtADoor | None = None,
        welcome: bool = False,
        keep_agent: bool = True,
        theme: str = "night",
        summary_every: float = TICK,
    ) -> None:
        """The app on `engine`, which it starts after the first paint if that has not been done.

        `context` is a login that is remembered, of an engine that has started; `head` reads the first page of one while
        the engine has not; `doors` are the virtual ones of a demo, which begins with `welcome`.
        """
        forget_gone_pages()
        super().__init__(ansi_color="NO_COLOR" in os.environ)
        self.engine = engine
        self._remembered = context
        self._head = head
        self._doors = doors
        self._welcome = welcome
        self._keep_agent = keep_agent
        self._keeper: AgentKeeper | None = None
        self._theme_wanted = theme
        self._every = summary_every
        self._unsubscribe: Callable[[], None] | None = None
        self.session: Session | None = None
        self._pages: dict[str, Page] = {}
        self._clockwork: Timer | None = None
        self._beginning = Beginning(engine)
        self.live = LiveFigures(self, agent_comes=keep_agent)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Style sheets are parsed before a theme is set."""
        return dict(DEFAULT_VARIABLES)

    def on_mount(self) -> None:
        """Show something at once: the login while the engine starts behind it, or where a login is remembered."""
        sys.setswitchinterval(TURN)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = pick_theme(self._theme_wanted, os.environ)
        if self._head is not None:
            self.begin(partial(self._go_ahead, self._head))
            return
        if self._remembered is not None and self.engine.started and not self._welcome:
            self.begin(partial(self._go_on, self._remembered))
            return
        login = LoginScreen(self.engine, welcome=self._welcome)
        self.push_screen(login)
        self.call_after_refresh(self.begin, partial(self._start, login))

    async def _go_ahead(self, head: HeadStart) -> None:
        """The first page comes before the engine, whose start is behind it; keys and clicks wait for that."""
        FIRST.make()  # its module is loaded while the place is read
        place = await asyncio.to_thread(head.place)
        if place is None:
            login = LoginScreen(self.engine, sentence="The last sign-in is over.")
            self.push_screen(login)
            await self._start(login)
            return
        session = session_of(self.engine, place, None)
        read: asyncio.Future[DashboardData | None] = asyncio.get_running_loop().create_future()
        session.first = read
        self._come_in(session)
        figures = await asyncio.to_thread(head.figures)
        if figures is not None:
            self.live.show(session, figures.summary)
        read.set_result(figures.dashboard if figures is not None else None)
        self.call_after_refresh(self.begin, self._catch_up)

    async def _catch_up(self) -> None:
        """Start the engine, and read again what may have changed meanwhile."""
        try:
            await asyncio.to_thread(self._start_engine)
        except SmartPlusError as error:
            login = LoginScreen(self.engine, sentence=str(error))
            self.session = None
            self.switch_screen(login)
            return
        if isinstance(self.screen, Page):
            self.screen.reload()
        self.live.tick()
        self.post_message(Ready())
        if self.session is not None:
            await self._offer_first_steps(self.session)

    async def _go_on(self, remembered: Context) -> None:
        """Where a login is remembered its first page comes first, and what works beside it then."""
        await asyncio.to_thread(self._listen)
        await self.enter_or_say(remembered)
        self.call_after_refresh(self.begin, partial(asyncio.to_thread, self._start_beside))

    async def _start(self, login: LoginScreen) -> None:
        try:
            await asyncio.to_thread(self._start_engine)
        except SmartPlusError as error:
            login.cannot_start(str(error))
        else:
            login.ready()
        _keep_what_is_loaded()

    def _start_engine(self) -> None:
        if not self.engine.started:
            self.engine.start()
        self._listen()
        self._start_beside()

    def _listen(self) -> None:
        self._unsubscribe = self.engine.feed.subscribe(self._changed_elsewhere)

    def _start_beside(self) -> None:
        self._beginning.resume()
        if self._keep_agent:
            from backend.launch import AgentKeeper

            self._keeper = AgentKeeper(self.engine.root, self.engine.agents.state)
            self._keeper.start()

    async def on_logged_in(self, message: LoggedIn) -> None:
        """The login screen let somebody in; in the demo it is the one who made it."""
        context = message.context or self._remembered
        if context is not None:
            await self.enter_or_say(context, reminder=message.reminder, told=message.told)

    async def enter_or_say(
        self, context: Context, *, reminder: bool = False, told: tuple[str, str, str] | None = None
    ) -> None:
        """Enter, or have the login say why not; `told` is the first thing in the status line."""
        try:
            place = await asyncio.to_thread(read_place, self.engine, context)
        except SmartPlusError as error:
            self.show_login(str(error))
            return
        session = session_of(self.engine, place, self._doors)
        session.reminder, session.told = reminder, told
        self._come_in(session)
        self.live.tick()
        await self._offer_first_steps(session)

    def _come_in(self, session: Session) -> None:
        """Begin with the first page."""
        self.session = session
        session.stand_in = None if self._doors is not None else self._beginning.start_door
        self.began()
        self._leave_pages()
        self._forget_pages()
        self.go(FIRST.letter)
        if self._clockwork is None:
            self._clockwork = self.set_interval(self._every, self._tick)
        self.call_after_refresh(_keep_what_is_loaded)

    async def _offer_first_steps(self, session: Session) -> None:
        if await is_new(session):
            from screens.first_steps import FirstSteps

            self.push_screen(FirstSteps(session))

    def _waits(self) -> bool:
        """Keys wait as well for an engine that is still being started behind a page."""
        return super()._waits() or (self.session is not None and not self.engine.started)

    def _tick(self) -> None:
        self.look_at_lock()
        if not self.engine.started:
            return
        self.live.tick()
        for page in self.screen_stack[-1:]:  # there is none any more while the application closes
            if isinstance(page, Page):
                page.grow_older()

    def show_login(self, sentence: str) -> None:
        """Nobody is logged in any more: say why, and let somebody in."""
        self.session = None
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self._show(LoginScreen(self.engine, sentence=sentence))
        self._forget_pages()

    def _leave_pages(self) -> None:
        """Show none of the pages: one that is shown cannot be forgotten."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if self.screen in self._pages.values():
            self.switch_screen(Screen())

    def _forget_pages(self) -> None:
        """The pages of an earlier session are of no use to the next."""
        for letter, page in self._pages.items():
            self.workers.cancel_node(page)
            self.uninstall_screen(letter)
            if page.is_running and page is not self.screen:
                page.remove()
        self._pages.clear()

    def go(self, letter: str) -> None:
        """Show a module, once nothing typed can be lost; it is kept, and reads again only what changed meanwhile."""
        if self.session is None or self.locked or (module := module_of(letter, self.session.granted)) is None:
            return
        letter = module.letter
        if self._ask_first(lambda: self.go(letter)):
            return
        page = self._pages.get(letter)
        if page is None:
            page = self._pages[letter] = module.make()(self.session)
            self.install_screen(page, letter)
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self._show(page)
        if page.is_mounted:
            page.arrived()

    def _show(self, screen: Screen[None]) -> None:
        """Put a screen in the place of the one that is shown; the first one comes on top of the empty one."""
        if len(self.screen_stack) > 1:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def on_key(self, event: events.Key) -> None:
        """A key that nothing took: the letter after `g` comes before any binding."""
        if isinstance(self.screen, Page) and self.screen.take_letter(event.key):
            event.stop()
            event.prevent_default()

    def on_go_to(self, message: GoTo) -> None:
        """A screen asks for a module."""
        self.go(message.letter)

    def on_top_bar_chosen(self, message: TopBar.Chosen) -> None:
        """A figure of the top bar was clicked."""
        self.go(message.gauge.opens)

    def on_open_record(self, message: OpenRecord) -> None:
        """A screen asks for the page of a record."""
        place = RECORD_PAGES.get(message.record)
        if place is None or self.session is None:
            return
        module, _, name = place.partition(":")
        page: Page = getattr(import_module(module), name)(self.session, message.record_id)
        page.code_wanted = message.code_id
        self.push_screen(page)

    def on_watch(self, message: Watch) -> None:
        """A save is on its way to the doors."""
        self.live.watch(message.title, message.saved)

    def _changed_elsewhere(self, topics: frozenset[str]) -> None:
        """Called in a thread of the feed."""
        if self.is_running:
            self.call_from_thread(self._changed, topics)

    def _changed(self, topics: frozenset[str]) -> None:
        for page in self._kept_pages():
            page.touched(topics)
        if topics & {"sync", "devices", "agent", "outbox"}:
            self.live.count()
            self.live.tick()
        if topics & {"managers", "settings"}:
            self.on_refused()
        if "communities" in topics:
            self.on_place_changed()

    def _kept_pages(self) -> list[Page]:
        return [one for one in {*self.screen_stack, *self._pages.values()} if isinstance(one, Page) and one.is_mounted]

    def read_anew(self) -> None:
        """Every page reads again what it shows, for other words or times."""
        for page in self._kept_pages():
            page.touched(page.TOPICS)

    def on_shown(self) -> None:
        """A page takes the present figures, and stands below what says that the terminal is too small for it."""
        if isinstance(self.screen, Page):
            self.live.dress(self.screen)
        self._keep_size(self.size)

    def on_resize(self, event: events.Resize) -> None:
        """Say which size is needed while the terminal is too small."""
        self._keep_size(event.size)

    def _keep_size(self, size: Size) -> None:
        small = next((one for one in self.screen_stack if isinstance(one, TooSmall)), None)
        if fits(size):
            if small is not None:
                small.dismiss()
        elif small is None:
            self.push_screen(TooSmall())

    async def action_quit(self) -> None:
        """Leave, once nothing typed can be lost."""
        self.once_saved(self.exit)

    def action_next_theme(self) -> None:
        """The next of the three themes."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    async def on_unmount(self) -> None:
        """Let go of the agent and the site."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._head is not None:
            self._head.close()
        self._beginning.close()
        if self._keeper is not None:
            self._keeper.stop()


def _keep_what_is_loaded() -> None:
    """Garbage is looked for from now on, and not in what stays as long as the application."""
    gc.freeze()
    gc.enable()
