"""The week under the form of a group, and the line of hours written out in full (look: Week, picture 05)."""

from __future__ import annotations

from textual.app import ComposeResult

from backend.domain.access.rules import Window
from backend.domain.formats import Formats
from backend.domain.schedule_line import describe_schedule, hours_per_week
from screens.base.drawing import wrapped
from widgets.frame import Part
from widgets.panel import Lines, Panel
from widgets.week import LEGEND, WeekGrid, told_change, told_hours

HELP = "mo-fr 8-18; sa 10-14 · daily 22-6 · 2026-12-01 10:00..2026-12-24 18:00"
MOST_LINES = 2


class WeekPane(Panel):
    """The week, painted or only looked at, with how many hours it has and by how many an edit changes it."""

    def __init__(self) -> None:
        super().__init__(heading="Week", keys="space Paint · shift+arrows Span", id="week")

    def compose(self) -> ComposeResult:
        """The grid and what its cells mean."""
        yield WeekGrid()
        legend = Lines(id="legend")
        legend.lines = (LEGEND,)
        yield legend

    def show(self, windows: tuple[Window, ...], before: tuple[Window, ...] | None) -> None:
        """Draw these hours against those that an edit began with; None compares nothing."""
        grid = self.query_one(WeekGrid)
        grid.windows, grid.before = windows, before
        minutes = round(60 * hours_per_week(windows))
        more = minutes - round(60 * hours_per_week(before)) if before is not None else 0
        total: Part = (f"{told_hours(minutes)} a week", "$sp-t2")
        change = [(f"{told_change(more)}  ", "$sp-ok" if more > 0 else "$sp-bad")] if more else []
        self.figure = (*change, total)


def understood_lines(windows: tuple[Window, ...] | None, formats: Formats, width: int) -> tuple[tuple[Part, ...], ...]:
    """What a line of hours means in full; None: it is not understood, and how one looks that is."""
    if not windows:
        return tuple(wrapped(HELP if windows is not None else f"Not understood yet. {HELP}", width, "$sp-t3"))
    told = f"{describe_schedule(windows, formats)} ({formats.zone})"
    lines = wrapped(told, width - 2, "$sp-t1")[:MOST_LINES]
    return tuple((("  " if number else "= ", "$sp-ok"), *line) for number, line in enumerate(lines))
