"""A terminal of paper: everything is drawn to the last escape sequence, and the moment of each painting is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textual.drivers.headless_driver import HeadlessDriver

from smartplus_tui.app import SmartPlusApp

A_PAGE = 400
"""Characters from which on a write is a painting of rows, not a clock or a cursor."""
LOOK_EVERY = 0.002
PATIENCE = 60.0


class PaperDriver(HeadlessDriver):
    """Takes what is painted, unlike Textual's own driver for tests, for which nothing is rendered."""

    painted: list[float]
    """When a page was painted, by `time.perf_counter`."""

    @property
    def is_headless(self) -> bool:
        """Have the app paint."""
        return False

    def write(self, data: str) -> None:
        """Note the moment."""
        if len(data) >= A_PAGE:
            self.painted.append(time.perf_counter())

    def start_application_mode(self) -> None:
        """Begin with an empty page."""
        self.painted = []
        super().start_application_mode()


def on_paper(app: SmartPlusApp) -> SmartPlusApp:
    """The app with a paper driver; run it with `run_test(headless=False)`."""
    app.driver_class = PaperDriver
    return app


def paintings(app: SmartPlusApp) -> list[float]:
    """The moments at which the app painted a page."""
    driver = app._driver
    assert isinstance(driver, PaperDriver), "the app does not run on paper"
    return driver.painted


async def until(ready: Callable[[], bool]) -> None:
    """Wait until `ready`; raises TimeoutError after a minute."""
    async with asyncio.timeout(PATIENCE):
        while not ready():  # noqa: ASYNC110 - what is waited for is the state of a screen, which tells nobody
            await asyncio.sleep(LOOK_EVERY)


async def painted_after(app: SmartPlusApp, since: float, ready: Callable[[], bool]) -> float:
    """The moment of the painting that shows what `ready` waited for; `since` is when it was asked for."""
    await until(ready)
    shown = asyncio.Event()
    app.screen.call_after_refresh(shown.set)
    await asyncio.wait_for(shown.wait(), PATIENCE)
    await until(lambda: bool(paintings(app)) and paintings(app)[-1] > since)
    return paintings(app)[-1]
