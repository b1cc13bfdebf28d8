"""A bordered pane with its name in the top edge, and what a pane says while it has nothing to show."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.frame import Part
from widgets.text import clean


class Panel(Vertical):
    """A pane: name bold at the left of its top edge, a figure or state at the right, its keys at the bottom right."""

    DEFAULT_CSS = """
    Panel {
        border: round $sp-line;
        border-title-align: left;
        border-title-color: $sp-t1;
        border-title-style: bold;
        border-subtitle-align: right;
        border-subtitle-color: $sp-t2;
        border-subtitle-style: none;
        padding: 0 1;
        height: auto;
    }
    """

    figure: reactive[tuple[Part, ...]] = reactive(())
    """What stands at the right of the top edge."""
    heading: reactive[str] = reactive("")
    """The pane's name."""

    def __init__(
        self, *children: Widget, heading: str = "", keys: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self.set_reactive(Panel.heading, heading)
        if keys:
            self.border_subtitle = Content(f" {keys} ")

    def on_mount(self) -> None:
        """Draw the edge."""
        self._draw_edge()

    def on_resize(self) -> None:
        """The top edge is one padded title line, remade for each width."""
        self._draw_edge()

    def watch_figure(self) -> None:
        """Draw the edge anew."""
        self._draw_edge()

    def watch_heading(self) -> None:
        """Draw the edge anew."""
        self._draw_edge()

    def _draw_edge(self) -> None:
        name = Content.assemble((f" {clean(self.heading)} ", "bold $sp-t1")) if self.heading else Content("")
        figure = Content.assemble(" ", *self.figure, " ") if self.figure else Content("")
        room = self.outer_size.width - 6 - name.cell_length - figure.cell_length
        if room < 0:
            figure, room = Content(""), self.outer_size.width - 6 - name.cell_length
        rule = Content.styled("─" * max(0, room), "$sp-line")
        self.border_title = name + rule + figure


class Lines(Widget):
    """Some lines of toned text, cut at the right; what a pane shows that needs no cursor."""

    DEFAULT_CSS = """
    Lines { height: auto; width: 1fr; }
    """

    lines: reactive[tuple[tuple[Part, ...], ...]] = reactive((), layout=True)
    """Each line as its parts."""

    def render(self) -> RenderResult:
        """The lines, each within the width."""
        width = self.content_size.width
        return Content("\n").join([self._cut(Content.assemble(*line), width) for line in self.lines])

    def _cut(self, line: Content, width: int) -> Content:
        return line.truncate(width, ellipsis=True) if 0 < width < line.cell_length else line


def fact(label: str, value: Sequence[Part], width: int = 12) -> tuple[Part, ...]:
    """A line of a detail pane: label in the third reading, then its value."""
    return ((label.ljust(width), "$sp-t3"), *value)
