"""Garbage collection out of the way for a moment."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Collect no garbage in this process while the block runs: for a moment that makes many values and no cycles.

    Among ten thousand people the collector takes longer than most transactions, and a fifth of a large answer.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
