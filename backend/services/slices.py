"""Acts on many records: they commit in slices, so that nobody waits for the write lock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from backend.domain.progress import Progress

_Item = TypeVar("_Item")

Told = Callable[[Progress], object]
"""Hears of each slice."""
Stopped = Callable[[], bool]
"""Is asked between slices; what is written then stays."""

LOCK_FOR = 0.02
"""Seconds that the records of a slice may take: with what comes around them the lock is free again within 50 ms."""


def taken(queue: deque[_Item]) -> Iterator[_Item]:
    """Take records off the front of `queue` for one slice: one at least, then as many as there is time for.

    The next one counts as long as the longest so far, so that the last one ends in time too.
    """
    began = before = time.perf_counter()
    longest = 0.0
    while queue:
        yield queue.popleft()
        now = time.perf_counter()
        longest = max(longest, now - before)
        if now - began + longest > LOCK_FOR:
            return
        before = now


def quiet(_progress: Progress) -> None:
    """Nobody looks on."""


def going_on() -> bool:
    """Nobody stops it."""
    return False
