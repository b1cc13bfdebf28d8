"""Plots made of block characters: bars over days, and horizontal shares. No axis, no grid."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.text import Part, assemble, fit, pad, width_of

EIGHTHS = " ▁▂▃▄▅▆▇█"

SMALLEST = 12
"""Under so many columns a plot is shown as its figure alone."""

GAUGE_LEAST = 6
"""Cells below which the line of a share is left out and its figure stands alone."""


def share_cells(value: float, most: float, width: int) -> tuple[str, str]:
    """A horizontal share as its drawn and its empty part, in half cells; something above nothing is always seen.

    The empty part is a thinner line, so that the two differ without colours too.
    """
    halves = 0 if most <= 0 else max(0, min(2 * width, round(value / most * 2 * width)))
    if value > 0 and halves == 0:
        halves = min(1, 2 * width)
    drawn = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return drawn, "─" * (width - len(drawn))


def gauge(value: int, limit: int, width: int) -> tuple[Part, Part]:
    """A capacity as parts of a line: warn from 80 %, bad from 95 %."""
    drawn, empty = share_cells(value, limit, width)
    part = value / limit if limit else 0
    tone = "bad" if part >= 0.95 else "warn" if part >= 0.8 else "plot"
    return (drawn, f"$sp-{tone}"), (empty, "$sp-line")


HOUR_CELLS = 2
"""Cells of an hour in the strip of a day."""


def day_strip(spans: Sequence[tuple[int, int]], minute: int, tone: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """A day of 48 cells as two lines: its hours, then open and closed ground with a mark at `minute` in `tone`.

    `spans` are the open minutes, ends exclusive; a half hour that is open in part counts as open. Open ground is told
    by its blocks too, where there are no colours.
    """
    hours: tuple[Part, ...] = (("".join(f"{hour:02}  " for hour in range(0, 24, 2)), "$sp-t3"),)
    cells = 24 * HOUR_CELLS
    length = 24 * 60 // cells
    strip: list[Part] = []
    for cell in range(cells):
        first, last = cell * length, (cell + 1) * length
        is_open = any(start < last and first < end for start, end in spans)
        strip.append(("█", "$sp-plot") if is_open else ("·", "$sp-line on $sp-raise"))
    strip[minute // length] = ("▲", f"bold $sp-{tone} on $sp-raise")
    return hours, tuple(strip)


class Bars(Widget):
    """One bar for each day with its value above and its name below; the last is today."""

    DEFAULT_CSS = """
    Bars { width: 1fr; height: 1fr; min-height: 4; }
    """

    values: reactive[tuple[tuple[str, int], ...]] = reactive(())
    """Name and value of each bar."""

    second: reactive[tuple[int, ...]] = reactive(())
    """A second value for each bar, drawn thinner beside it; none for a single series."""

    def render(self) -> RenderResult:
        """Bars in `plot`, today in `acc`, the second series in `idle`."""
        width, height = self.content_size
        if not self.values or height < 1:
            return ""
        step = width // len(self.values)
        if width < SMALLEST or height < 3 or step < 3:
            return assemble([(f"{sum(value for _, value in self.values):,}", "bold $sp-t1")])
        return Content("\n").join([self._line(row, height - 1, step) for row in range(height)])

    def _line(self, row: int, rows: int, step: int) -> Content:
        """One line of the plot, counted from the top; the line below `rows` carries the names."""
        parts: list[Part] = []
        for index, (name, _value) in enumerate(self.values):
            if row == rows:
                today = index == len(self.values) - 1
                parts.append((pad(_short(name, step - (not today)), step), "bold $sp-t1" if today else "$sp-t3"))
            else:
                parts += self._bars(index, rows - 1 - row, rows, step)
        return assemble(parts)

    def _bars(self, index: int, level: int, rows: int, step: int) -> list[Part]:
        """A bar or its figure, and the second bar beside it, at a level counted from the bottom."""
        value, today = self.values[index][1], index == len(self.values) - 1
        thin = max(1, (step - 2) // 3) if self.second and step >= 4 else 0
        beside = self._cell(self.second[index], level, rows) if thin else " "
        second: list[Part] = [(beside * thin + " ", "$sp-idle")] if thin else []
        wide = step - sum(len(text) for text, _ in second)
        if level == -(-self._eighths(value, rows) // 8):
            room = step if beside == " " else wide
            figure: Part = (pad(fit(f"{value:,}", room - 1), room), "bold $sp-t1" if today else "$sp-t2")
            return [figure] if room == step else [figure, *second]
        gap = 2 if step >= 5 and not thin else 1
        bar = self._cell(value, level, rows) * (wide - gap) + " " * gap
        return [(bar, "$sp-acc" if today else "$sp-plot"), *second]

    def _cell(self, value: int, level: int, rows: int) -> str:
        """The character of a bar at a level."""
        return EIGHTHS[max(0, min(8, self._eighths(value, rows) - 8 * level))]

    def _eighths(self, value: int, rows: int) -> int:
        """Height of a value in eighths of a cell; the highest leaves a line for its figure."""
        most = max((*(value for _, value in self.values), *self.second))
        if most <= 0 or value <= 0:
            return 0
        return max(1, round(value / most * (rows - 1) * 8))


class Shares(Widget):
    """One line for each share: name, line, figure and percent."""

    DEFAULT_CSS = """
    Shares { width: 1fr; height: auto; }
    """

    values: reactive[tuple[tuple[str, int], ...]] = reactive((), layout=True)
    """Name and value of each share, the largest first."""

    def render(self) -> RenderResult:
        """A line for each; where it gets narrow the percentage goes first, then the line."""
        if not self.values:
            return ""
        return Content("\n").join([self._line(name, value) for name, value in self.values])

    def _line(self, name: str, value: int) -> Content:
        width = self.content_size.width
        total = sum(each for _, each in self.values)
        most = max(each for _, each in self.values)
        figures = max(len(f"{each:,}") for _, each in self.values)
        names = min(max(width_of(each) for each, _ in self.values), max(1, width - figures - 1))
        percent = f"{round(100 * value / total) if total else 0:>4}%"
        room = width - names - figures - 2
        with_percent = room - len(percent) >= GAUGE_LEAST
        parts = [(pad(fit(name, names), names), "$sp-t2"), (" ", "")]
        if room >= GAUGE_LEAST:
            drawn, empty = share_cells(value, most, room - (len(percent) if with_percent else 0))
            parts += [(drawn, "$sp-plot"), (empty, "$sp-line"), (" ", "")]
        else:
            parts.append((" " * max(0, width - names - 1 - figures), ""))
        parts.append((f"{value:>{figures},}", "$sp-t1"))
        return assemble([*parts, (percent, "$sp-t3")] if with_percent else parts)


def _short(name: str, width: int) -> str:
    """The name, else its first word, else what fits of it."""
    words = name.split()
    return name if width_of(name) <= width or not words else fit(words[0], width)
