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
"""Seconds after which a slice takes no further record: the lock is to be free again within 50 ms."""


def taken(queue: deque[_Item]) -> Iterator[_Item]:
    """Take records off the front of `queue` for one slice: one at least, then as many as there is time for."""
    began = time.perf_counter()
    while queue:
        yield queue.popleft()
        if time.perf_counter() - began > LOCK_FOR:
            return


def quiet(_progress: Progress) -> None:
    """Nobody looks on."""


def going_on() -> bool:
    """Nobody stops it."""
    return False
