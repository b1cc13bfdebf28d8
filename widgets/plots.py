"""Plots made of block characters: bars over days, and horizontal shares. No axis, no grid."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.text import clean

EIGHTHS = " ▁▂▃▄▅▆▇█"
SMALLEST = 12
"""Under so many columns a plot is shown as its figure alone."""


def bar_cells(value: float, most: float, height: int) -> list[str]:
    """A bar as cells from the top down, in eighths of a cell; something above nothing is always seen."""
    if most <= 0 or value <= 0:
        return [" "] * height
    eighths = max(1, round(value / most * height * 8))
    return [EIGHTHS[max(0, min(8, eighths - 8 * row))] for row in range(height - 1, -1, -1)]


def share_cells(value: float, most: float, width: int) -> tuple[str, str]:
    """A horizontal share as its drawn and its empty part, in half cells."""
    halves = 0 if most <= 0 else min(2 * width, round(value / most * 2 * width))
    if value > 0 and halves == 0:
        halves = 1
    drawn = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return drawn, "━" * (width - len(drawn))


class Bars(Widget):
    """One bar for each day with its value above and its name below; the last is today."""

    DEFAULT_CSS = """
    Bars { height: 1fr; min-height: 4; }
    """

    values: reactive[tuple[tuple[str, int], ...]] = reactive(())
    """Name and value of each bar."""

    def render(self) -> RenderResult:
        """Bars in `plot`, today in `acc`."""
        width, height = self.content_size
        if not self.values or height < 3:
            return ""
        if width < SMALLEST:
            return Content.assemble((f"{sum(value for _, value in self.values):,}", "bold $sp-t1"))
        step = max(4, width // len(self.values))
        most = max(value for _, value in self.values)
        rows = height - 2
        bars = [bar_cells(value, most, rows) for _, value in self.values]
        lines = [self._figures(step)]
        for row in range(rows):
            cells = [(bars[at][row] * (step - 2) + "  ", self._tone(at)) for at in range(len(bars))]
            lines.append(Content.assemble(*cells))
        lines.append(self._names(step))
        return Content("\n").join(lines)

    def _tone(self, at: int) -> str:
        return "$sp-acc" if at == len(self.values) - 1 else "$sp-plot"

    def _figures(self, step: int) -> Content:
        last = len(self.values) - 1
        return Content.assemble(
            *(
                (f"{value:,}"[: step - 1].ljust(step), "bold $sp-t1" if at == last else "$sp-t2")
                for at, (_, value) in enumerate(self.values)
            )
        )

    def _names(self, step: int) -> Content:
        last = len(self.values) - 1
        return Content.assemble(
            *(
                (name[: step - 1].ljust(step), "bold $sp-t1" if at == last else "$sp-t3")
                for at, (name, _) in enumerate(self.values)
            )
        )


class Shares(Widget):
    """One line for each share: name, gauge, figure and percent."""

    DEFAULT_CSS = """
    Shares { height: auto; }
    """

    values: reactive[tuple[tuple[str, int], ...]] = reactive((), layout=True)
    """Name and value of each share, the largest first."""

    def render(self) -> RenderResult:
        """A line for each."""
        width = self.content_size.width
        if not self.values:
            return ""
        total = sum(value for _, value in self.values)
        most = max(value for _, value in self.values)
        names = max(len(name) for name, _ in self.values)
        room = width - names - 1 - 7 - 5
        return Content("\n").join(
            [self._line(name, value, (total, most), (names, room)) for name, value in self.values]
        )

    def _line(self, name: str, value: int, scale: tuple[int, int], widths: tuple[int, int]) -> Content:
        total, most = scale
        names, room = widths
        parts = [(clean(name).ljust(names + 1), "$sp-t2")]
        if room >= SMALLEST // 2:
            drawn, empty = share_cells(value, most, room)
            parts += [(drawn, "$sp-plot"), (empty, "$sp-line")]
        percent = round(100 * value / total) if total else 0
        parts += [(f"{value:>7,}", "$sp-t1"), (f"{percent:>4}%", "$sp-t3")]
        return Content.assemble(*parts)


def gauge(value: int, limit: int, width: int) -> Sequence[tuple[str, str]]:
    """A capacity as parts of a line: warn from 80 %, bad from 95 %."""
    drawn, empty = share_cells(value, limit, width)
    part = value / limit if limit else 0
    tone = "bad" if part >= 0.95 else "warn" if part >= 0.8 else "plot"
    return ((drawn, f"$sp-{tone}"), (empty, "$sp-line"))
