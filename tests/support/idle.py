"""What a test waits for after each key: the application at rest, told by its own event loop.

Textual's pilot looks at the processor's clock in steps of 20 ms, three for each key: of a suite that presses ten
thousand keys most of the time is spent asleep. An application is at rest when its loop has nothing to run, no thread
works for it and nothing waits to be drawn; that is known at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual import _wait
from textual._context import active_app

CALM = 3
"""Turns of the loop without work that count as rest."""
THREADS_FOR = 0.06
"""Seconds that work in threads is waited for here; after that the processor's clock decides, as in Textual."""

_in_threads: set[asyncio.Future[Any]] = set()


async def wait_until_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until the application is at rest, at most `max_sleep` seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    calm = 0
    while calm < CALM or loop.time() - began < min_sleep:
        await asyncio.sleep(0)
        spent = loop.time() - began
        if spent > max_sleep:
            return
        if any(one.get_loop() is loop for one in _in_threads):
            if spent > THREADS_FOR:
                await _wait.wait_for_idle(0, max_sleep - spent)
                return
            calm = 0
            await asyncio.sleep(0.001)
        elif loop._ready or (calm + 1 == CALM and _draw()):  # type: ignore[attr-defined]
            calm = 0
        else:
            calm += 1


def _draw() -> bool:
    """Draw what waits for the next frame; answers whether something did."""
    app = active_app.get(None)
    if app is None or not app._screen_stack:
        return False
    screen = app.screen
    if not screen.is_mounted or not screen._update_timer._active.is_set():
        return False
    screen._on_timer_update()
    return True


def install(patch: pytest.MonkeyPatch) -> None:
    """Let Textual's pilot wait for rest in place of a quiet processor."""
    patch.setattr("textual.app.wait_for_idle", wait_until_idle)
    patch.setattr("textual.pilot.wait_for_idle", wait_until_idle)
    patch.setattr(asyncio.BaseEventLoop, "run_in_executor", _counted(asyncio.BaseEventLoop.run_in_executor))


def _counted(run: Callable[..., asyncio.Future[Any]]) -> Callable[..., asyncio.Future[Any]]:
    def run_in_executor(self: asyncio.BaseEventLoop, *args: Any) -> asyncio.Future[Any]:
        future = run(self, *args)
        _in_threads.add(future)
        future.add_done_callback(_in_threads.discard)
        return future

    return run_in_executor
