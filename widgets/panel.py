"""A bordered pane with its name in the top edge, and what a pane says while it has nothing to show."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.text import Part, assemble, clean, fit

EDGE_ENDS = 6
"""Cells of an edge beside its title: corners, one dash and one space at either end."""


class Panel(Vertical):
    """A pane: name bold at the left of its top edge, a figure or state at the right, its keys at the bottom right.

    The class `-failed` gives it the edge of a failure or a danger, `-call` that of a call.
    """

    DEFAULT_CSS = """
    Panel {
        border: round $sp-line;
        border-title-align: left;
        border-title-color: $sp-t1;
        border-title-style: none;
        border-subtitle-align: right;
        border-subtitle-color: $sp-t2;
        border-subtitle-style: none;
        padding: 0 1;
        height: auto;
        &.-failed { border: round $sp-bad; }
        &.-call { border: round $sp-acc; }
    }
    """

    figure: reactive[tuple[Part, ...]] = reactive(())
    """What stands at the right of the top edge."""
    heading: reactive[str] = reactive("")
    """The pane's name."""
    keys: reactive[str] = reactive("")
    """The keys of the pane, each before its word, " · " between them: "Enter details · w why"."""

    def __init__(
        self, *children: Widget, heading: str = "", keys: str = "", id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self.set_reactive(Panel.heading, heading)
        self.set_reactive(Panel.keys, keys)

    def on_mount(self) -> None:
        """Draw the edges."""
        self._draw_edges()

    def on_resize(self) -> None:
        """The top edge is one padded title line, remade for each width."""
        self._draw_edges()

    def watch_virtual_size(self) -> None:
        """A pane that appears while its page scrolls gets a size and no event that says so."""
        self._draw_edges()

    def watch_figure(self) -> None:
        """Draw the edge anew."""
        self._draw_edges()

    def watch_heading(self) -> None:
        """Draw the edge anew."""
        self._draw_edges()

    def watch_keys(self) -> None:
        """Draw the edge anew."""
        self._draw_edges()

    def _draw_edges(self) -> None:
        """Name, line and figure on top; keys at the bottom."""
        room = self.outer_size.width - EDGE_ENDS
        if room <= 0:
            return
        edge = "$sp-bad" if self.has_class("-failed") else "$sp-acc" if self.has_class("-call") else "$sp-line"
        self.styles.border_title_align = "left" if self.heading else "right"
        self.border_title = edge_line(self.heading, self.figure, room, edge)
        self.border_subtitle = key_line(self.keys) if self.keys else None


def edge_line(heading: str, figure: Sequence[Part], width: int, edge: str) -> Content:
    """What a top edge says in `width` cells: name, line, figure.

    A long name is cut for a figure of less than half the edge; another figure gives way to the name.
    """
    name, tail = assemble([(heading, "bold $sp-t1")]), assemble(figure)
    if not heading or not tail.cell_length:
        return name if heading else tail
    if tail.cell_length + 3 <= width // 2:
        name = assemble([(fit(clean(heading), width - tail.cell_length - 3), "bold $sp-t1")])
    dashes = width - name.cell_length - tail.cell_length - 2
    if dashes < 1:
        return name
    return Content.assemble(name, " ", ("─" * dashes, edge), " ", tail)


def key_line(keys: str) -> Content:
    """Keys and their words, such as "Enter details · w why", the keys in their own style."""
    parts: list[Part] = []
    for hint in keys.split(" · "):
        key, _, word = hint.partition(" ")
        parts += [(" · ", "$sp-t3")] if parts else []
        parts += [(key, "bold $sp-acc"), (f" {word}", "$sp-t2")]
    return assemble(parts)


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
        return Content("\n").join([_cut(assemble(line), width) for line in self.lines])


class WholeLines(Lines):
    """Lines that are told whole: what is longer than a row goes on in the next one."""

    def render(self) -> RenderResult:
        """The lines, for Textual to wrap."""
        return Content("\n").join([assemble(line) for line in self.lines])


def _cut(line: Content, width: int) -> Content:
    """A line within a width; before the first layout there is none."""
    return line.truncate(width, ellipsis=True) if 0 < width < line.cell_length else line


def fact(label: str, value: Sequence[Part], width: int = 12) -> tuple[Part, ...]:
    """A line of a detail pane: label in the third reading, then its value."""
    return ((label.ljust(width), "$sp-t3"), *value)
