"""The terminal application: who is logged in, which screen is shown, and what tells them that something changed."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.worker import Worker

from backend.domain.errors import SmartPlusError
from backend.engine import Engine
from screens.base.messages import GoTo, OpenRecord, Watch
from screens.base.page import Page
from screens.base.session import Session, StandingAtADoor, Watched
from screens.login import LoggedIn, LoginScreen
from smartplus_tui.navigation import RECORD_PAGES, entries, module_of
from smartplus_tui.themes import DEFAULT_VARIABLES, THEMES, pick_theme
from widgets.frame import Gauge, TopBar

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.records import Summary
    from backend.launch import AgentKeeper

TICK = 2.0
"""Seconds between two looks at what no change tells: the clock, and whether the agent still lives."""


Work = Callable[[], Coroutine[None, None, None]]
"""What runs beside the screens."""


class SmartPlusApp(App[None]):
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
        doors: StandingAtADoor | None = None,
        welcome: bool = False,
        keep_agent: bool = True,
        theme: str = "night",
        summary_every: float = TICK,
    ) -> None:
        """The app on `engine`, which it starts after the first paint if that has not been done.

        `context` is a login that is remembered; `doors` are the virtual ones of a demo, which begins with `welcome`.
        """
        super().__init__(ansi_color="NO_COLOR" in os.environ)
        self.engine = engine
        self._remembered = context
        self._doors = doors
        self._welcome = welcome
        self._keep_agent = keep_agent
        self._keeper: AgentKeeper | None = None
        self._theme_wanted = theme
        self._every = summary_every
        self._unsubscribe: Callable[[], None] | None = None
        self.session: Session | None = None
        self._pages: dict[str, Page] = {}

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Style sheets are parsed before a theme is set."""
        return dict(DEFAULT_VARIABLES)

    def on_mount(self) -> None:
        """Show something at once; the engine starts behind it."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = pick_theme(self._theme_wanted, os.environ)
        self._login = LoginScreen(self.engine, welcome=self._welcome, remembered=self._remembered is not None)
        self.push_screen(self._login)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.begin(self._start)

    def begin(self, work: Work, *, group: str = "app", exclusive: bool = False) -> Worker[None]:
        """Run `work` beside the screens."""
        return self.run_worker(work, group=group, exclusive=exclusive)

    async def _start(self) -> None:
        import asyncio

        try:
            await asyncio.to_thread(self._start_engine)
        except SmartPlusError as error:
            self._login.cannot_start(str(error))
            return
        if self._remembered is not None and not self._welcome:
            await self.enter(self._remembered)
        else:
            self._login.ready()

    def _start_engine(self) -> None:
        if not self.engine.started:
            self.engine.start()
        self._unsubscribe = self.engine.feed.subscribe(self._changed_elsewhere)
        if self._keep_agent:
            from backend.launch import AgentKeeper

            self._keeper = AgentKeeper(self.engine.root, self.engine.agents.state)
            self._keeper.start()

    async def on_logged_in(self, message: LoggedIn) -> None:
        """The login screen let somebody in; in the demo it is the one who made it."""
        context = message.context or self._remembered
        if context is not None:
            await self.enter(context)

    async def enter(self, context: Context) -> None:
        """Show the dashboard to whoever has logged in."""
        self.session = await self._make_session(context)
        self._pages.clear()
        self.go("d")
        self.set_interval(self._every, self._tick)
        self._tick()
        self.call_after_refresh(gc.freeze)

    async def _make_session(self, context: Context) -> Session:
        import asyncio

        from backend.domain.formats import Formats
        from backend.domain.permissions import allowed

        engine = self.engine
        community = await asyncio.to_thread(engine.communities.get, context)
        manager = await asyncio.to_thread(engine.managers.me, context)
        formats = Formats.of(community.timezone, community.clock_format, community.date_format)
        modules = entries(self._doors is not None, lambda permission: allowed(manager.role, permission, {}))
        return Session(engine, context, manager, community, formats, modules, self._doors)

    def go(self, letter: str) -> None:
        """Show a module; it is kept, and reads again only what changed meanwhile."""
        module = module_of(letter)
        if module is None or self.session is None:
            return
        page = self._pages.get(letter)
        if page is None:
            page = self._pages[letter] = module.make()(self.session)
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(page) if len(self.screen_stack) == 2 else self.push_screen(page)

    def on_go_to(self, message: GoTo) -> None:
        """A screen asks for a module."""
        self.go(message.letter)

    def on_open_record(self, message: OpenRecord) -> None:
        """A screen asks for the page of a record."""
        place = RECORD_PAGES.get(message.record)
        if place is None or self.session is None:
            return
        module, _, name = place.partition(":")
        page: Page = getattr(import_module(module), name)(self.session, message.record_id)
        self.push_screen(page)

    def on_watch(self, message: Watch) -> None:
        """A save is on its way to the doors."""
        if self.session is not None and message.saved.doors:
            self.session.watched = Watched(message.title, message.saved)
            self.begin(self._count, group="count", exclusive=True)

    def _changed_elsewhere(self, topics: frozenset[str]) -> None:
        """Called in a thread of the feed."""
        if self.is_running:
            self.call_from_thread(self._changed, topics)

    def _changed(self, topics: frozenset[str]) -> None:
        for screen in {*self.screen_stack, *self._pages.values()}:
            if isinstance(screen, Page) and screen.is_mounted:
                screen.touched(topics)
        if topics & {"sync", "devices", "agent"}:
            self.begin(self._count, group="count", exclusive=True)
            self._tick()

    async def _count(self) -> None:
        session = self.session
        if session is None or session.watched is None or session.watched.done:
            return
        watched = session.watched
        progress = await session.ask(self.engine.sync.progress, session.context, watched.saved)
        watched.text = f"{progress.done} of {progress.total} doors"
        watched.done = progress.done == progress.total
        watched.tone = "ok" if watched.done else "warn"
        self._redraw()

    def _tick(self) -> None:
        if self.session is not None:
            self.begin(self._read_summary, group="summary", exclusive=True)

    async def _read_summary(self) -> None:
        session = self.session
        if session is None:
            return
        try:
            session.summary = await session.ask(self.engine.dashboard.summary, session.context)
        except SmartPlusError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._redraw()

    def _redraw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Page) and screen.is_mounted:
                screen.refresh_frame()
                self._dress(screen)

    def _dress(self, page: Page) -> None:
        """Put the live figures into the top bar of a page."""
        session = self.session
        if session is None or not page.is_mounted:
            return
        bar = page.query_one(TopBar)
        bar.community = session.community.name
        bar.note = "demo" if session.doors is not None else "viewer" if session.manager.role == "viewer" else ""
        bar.account = session.manager.email.partition("@")[0]
        bar.clock = session.formats.time(session.now())
        if session.summary is not None:
            bar.gauges = gauges(session.summary)

    def on_shown(self) -> None:
        """A page takes the present figures."""
        if isinstance(self.screen, Page):
            self._dress(self.screen)

    def action_next_theme(self) -> None:
        """The next of the three themes."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    async def on_unmount(self) -> None:
        """Let go of the agent and the site."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        if self._keeper is not None:
            self._keeper.stop()


def gauges(summary: Summary) -> tuple[Gauge, ...]:
    """The figures of the top bar, in their order; loud only where somebody should look."""
    made = [
        Gauge(
            "●" if summary.doors_online == summary.doors else "○",
            f"doors {summary.doors_online}/{summary.doors}",
            f"{summary.doors_online}/{summary.doors}",
            "ok" if summary.doors_online == summary.doors else "warn",
            loud=summary.doors_online != summary.doors,
        )
    ]
    if summary.red or summary.held:
        word = "red" if summary.red else "held"
        made.append(
            Gauge("×", f"{summary.red or summary.held} {word}", str(summary.red or summary.held), "bad", loud=True)
        )
    elif summary.drift:
        made.append(Gauge("≠", f"{summary.drift} drift", str(summary.drift), "warn", loud=True))
    elif summary.pending:
        made.append(Gauge("◐", f"{summary.pending} pending", str(summary.pending), "warn", loud=True))
    else:
        made.append(Gauge("✓", "in sync", "sync", "ok"))
    if summary.agent.alive:
        made.append(Gauge("●", "agent ok", "agent", "ok"))
    else:
        made.append(Gauge("×", "no agent", "no agent", "bad", loud=True))
    return tuple(made)
