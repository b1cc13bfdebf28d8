"""Acts that take a while: how far they are, and stopping them between two slices."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from smartplus_tui.cli.call import Call
from smartplus_tui.cli.output import say

if TYPE_CHECKING:
    from backend.domain.progress import Progress


def telling(call: Call, noun: str = "rows", least: int = 1_000) -> Any:
    """A line on standard error now and then of what is more than `least`: how far it is."""
    told = -1

    def tell_it(progress: Progress) -> None:
        nonlocal told
        tenth = 10 * progress.done // max(1, progress.total)
        if tenth > told and progress.total > least and not call.json:
            told = tenth
            left = f", {progress.left:.0f} s left" if progress.left else ""
            say(f"{progress.done:,} of {progress.total:,} {noun}, {progress.rate:.0f} a second{left}")

    return tell_it


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that the first ctrl+c sets, so that what is written stays whole; the second ends the command."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def heard(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        stop.set()

    signal.signal(signal.SIGINT, heard)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
