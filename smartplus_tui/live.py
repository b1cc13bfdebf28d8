"""What moves by itself around every page: top bar, banner, module badges, and the count of doors in the status line."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from backend.domain.errors import Forbidden, SmartPlusError
from backend.domain.formats import counted
from screens.base.messages import Refused
from screens.base.page import Page
from screens.base.session import Session, Watched
from smartplus_tui.figures import badges, banner, gauges
from widgets.frame import Banner, TopBar

if TYPE_CHECKING:
    from backend.domain.dashboard import Summary
    from backend.domain.records import Saved
    from smartplus_tui.app import SmartPlusApp

READ_WITHIN = 10.0
"""Seconds for which a save that has reached every door stays in the status line."""
AGENT_COMES_WITHIN = 8.0
"""Seconds that a missing agent is not spoken of while this application starts one."""


REMINDER = "Your password is 30 days old or older.  L then p changes it, L then l asks again at the next login."
"""Over every page until one of both; no door waits for it (edge case 73)."""


class LiveFigures:
    """Reads the figures of the site in workers of `app`, and puts them into the frames of its pages."""

    def __init__(self, app: SmartPlusApp, *, agent_comes: bool) -> None:
        self._app = app
        self._patience = AGENT_COMES_WITHIN if agent_comes else 0.0
        self._missed_since: float | None = None
        self._banner = ""

    def tick(self) -> None:
        """Read what no change tells: the clock, and whether the agent still lives."""
        self._app.begin(self._read, group="summary", exclusive=True)

    def watch(self, title: str, saved: Saved) -> None:
        """Count the way of a save to the doors from now on."""
        session = self._app.session
        if session is not None and saved.doors:
            session.told = None
            session.watched = Watched(title, saved)
            self.count()

    def count(self) -> None:
        """Count the doors that hold the watched save."""
        self._app.begin(self._count, group="count", exclusive=True)

    async def _count(self) -> None:
        session = self._app.session
        watched = session.watched if session is not None else None
        if session is None or watched is None or watched.done:
            return
        try:
            progress = await session.ask(session.engine.sync.progress, session.context, watched.saved)
        except SmartPlusError as error:
            self._failed(error)
            return
        watched.text = f"{progress.done} of {counted(progress.total, 'door')}"
        watched.done = progress.done == progress.total
        watched.tone = "ok" if watched.done else "warn"
        self.redraw()
        if watched.done:
            self._app.set_timer(READ_WITHIN, partial(self._let_go, session, watched))

    def _let_go(self, session: Session, watched: Watched) -> None:
        """Every door holds it, and that was there to read."""
        if session.watched is watched:
            session.watched = None
            self.redraw()

    async def _read(self) -> None:
        session = self._app.session
        if session is None:
            return
        try:
            summary = await session.ask(session.engine.dashboard.summary, session.context)
        except SmartPlusError as error:
            self._failed(error)
            return
        self.show(session, summary)
        self.redraw()

    def show(self, session: Session, summary: Summary) -> None:
        """Take over figures; the pages that are open draw them at `redraw`."""
        session.summary, session.badges = summary, badges(summary)
        self._banner = banner(summary.agent) if self._is_missed(summary.agent.alive) else ""

    def _failed(self, error: SmartPlusError) -> None:
        """The site does not answer: the figures stay as they are, and the banner says why."""
        if isinstance(error, Forbidden):
            self._app.post_message(Refused())
        else:
            self._banner = str(error)
            self.redraw()

    def _is_missed(self, alive: bool) -> bool:
        """Whether the agent has been missing for longer than one takes to start."""
        now = time.monotonic()
        if alive:
            self._missed_since = None
            self._patience = 0.0
            return False
        self._missed_since = self._missed_since or now
        return now - self._missed_since >= self._patience

    def redraw(self) -> None:
        """Draw the frames of all pages that are open."""
        for page in self._pages():
            page.refresh_frame()
            self.dress(page)

    def _pages(self) -> Iterable[Page]:
        return [one for one in self._app.screen_stack if isinstance(one, Page) and one.query(TopBar)]

    def dress(self, page: Page) -> None:
        """Put the present figures into the frame of a page."""
        session = self._app.session
        if session is None or not page.query(TopBar):
            return
        bar = page.query_one(TopBar)
        bar.community = session.community.name
        bar.sites = session.sites
        bar.note = note(session)
        bar.account = session.manager.email.partition("@")[0]
        bar.clock = session.formats.time(session.now())
        if session.summary is not None:
            bar.gauges = gauges(session.summary)
        line = page.query_one(Banner)
        line.kind = "warn" if session.reminder and not self._banner else "bad"
        line.text = self._banner or (REMINDER if session.reminder else "")


def note(session: Session) -> str:
    """A mode unlike the usual: the demo, or a role that may not change everything."""
    if session.doors is not None:
        return "demo"
    return session.manager.role.value if session.manager.role.value in ("viewer", "technician") else ""
