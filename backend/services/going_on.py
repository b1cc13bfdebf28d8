"""The rest of an act on very many: slice by slice under its operation, after the first one has committed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable

from backend.domain.context import Context
from backend.domain.progress import Progress
from backend.domain.records import Saved
from backend.services.base import saved
from backend.services.slices import Stopped, Told, going_on, quiet, taken
from backend.services.undone import is_undone
from backend.store.store import Store
from backend.store.work import Work

Step = Callable[[Work], None]
"""A part of an act on many that one slice does whole."""


def do_steps(work: Work, queue: deque[Step], topics: Iterable[str]) -> None:
    """Do what there is time for in this slice."""
    for step in taken(queue):
        step(work)
    work.touch(*topics)


def go_on(
    store: Store,
    context: Context,
    act: str,
    answer: Saved,
    queue: deque[Step],
    *,
    permission: str,
    topics: Iterable[str],
    tell: Told = quiet,
    stopped: Stopped = going_on,
) -> Saved:
    """Do the rest of an act, unless it is taken back meanwhile or somebody stops it; answers what reached which doors.

    `tell` hears of each slice how many steps are done of all.
    """
    total, began = len(queue), time.perf_counter()
    while queue and not stopped():
        with store.write(context, act, operation_id=answer.operation) as work:
            work.require(permission)
            if is_undone(work.connection, answer.operation):
                break
            do_steps(work, queue, topics)
            answer = answer.with_doors(saved(work, answer.id).doors)
        tell(Progress(total - len(queue), total, time.perf_counter() - began))
    return answer
