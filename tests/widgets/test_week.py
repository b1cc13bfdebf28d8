"""The week of a group in words and cells."""

from __future__ import annotations

from datetime import time

import pytest

from backend.domain.access.rules import Window
from backend.domain.enums import Repeat
from widgets.week import week_lines


def told(*windows: Window) -> list[str]:
    """What stands at the right of each day, Monday first."""
    texts = ["".join(text for text, _ in line) for line in week_lines(windows)]
    return [text[4:].strip("█▒ ") for text in texts if text[:3] in ("Mon", "Tue", "Sat", "Sun")]


@pytest.mark.feature("AG-07")
@pytest.mark.edge("20")
def test_hours_over_the_midnight_of_sunday_are_one_span_like_all_others() -> None:
    night = Window(Repeat.DAILY, time(22), time(6))
    assert told(night) == ["22-06", "22-06", "22-06", "22-06"]
    sunday = Window(Repeat.WEEKLY, time(22), time(2), frozenset({6}))
    assert told(sunday) == ["until 02", "closed", "closed", "22-02"]
    assert told(Window(Repeat.DAILY, time(0), time(23, 59))) == ["00-24"] * 4
