"""How much of an act on many records one slice takes."""

from __future__ import annotations

from collections import deque

import pytest

from backend.services import slices
from backend.services.group_members import AT_ONCE, queue_of


@pytest.mark.parametrize(("steps", "taken"), [([1, 1, 1, 1, 1], 4), ([3, 1, 1], 1), ([9, 1], 1), ([1, 2, 1, 1], 2)])
def test_a_slice_ends_before_a_step_as_long_as_its_longest_would_be_too_much(
    monkeypatch: pytest.MonkeyPatch, steps: list[int], taken: int
) -> None:
    now = [0.0]
    monkeypatch.setattr(slices.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(slices, "LOCK_FOR", 4.5)
    queue = deque(steps)
    for seconds in slices.taken(queue):
        now[0] += seconds
    assert len(steps) - len(queue) == taken


def test_a_step_takes_fewer_people_where_a_group_opens_many_doors() -> None:
    assert {doors: len(queue_of(range(100), doors)[0]) for doors in (0, 2, 100, 5_000)} == {
        0: AT_ONCE,
        2: AT_ONCE,
        100: 3,
        5_000: 1,
    }
