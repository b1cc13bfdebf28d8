"""The frame around every page: top bar, module column, banner, status line, footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from widgets.text import clean

Part = tuple[str, str]
"""A text and its style: tone variables and "bold"."""

NARROW = 100
"""Below so many cells the column folds to letters and words fold to figures."""


def spread(left: Sequence[Part], right: Sequence[Part], width: int) -> Content:
    """One line with `left` at its start and `right` at its end; the right side wins where they meet."""
    tail = Content.assemble(*right)
    head = Content.assemble(*left)
    room = max(0, width - tail.cell_length - 1)
    if head.cell_length > room:
        head = head.truncate(room, ellipsis=True)
    return head + Content(" " * max(1, width - head.cell_length - tail.cell_length)) + tail


@dataclass(frozen=True, slots=True)
class Gauge:
    """One live figure of the top bar: symbol, words for wide and narrow terminals, tone when it wants attention."""

    symbol: str
    words: str
    short: str
    tone: str
    loud: bool = False


class TopBar(Widget):
    """Community at the left, live figures, time and account at the right."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; background: $sp-raise; color: $sp-t2; }
    """

    community: reactive[str] = reactive("")
    """Name of the community."""
    note: reactive[str] = reactive("")
    """A mode unlike the usual: "demo", "viewer"."""
    gauges: reactive[tuple[Gauge, ...]] = reactive(())
    """The figures, in their order."""
    clock: reactive[str] = reactive("")
    """The community's time."""
    account: reactive[str] = reactive("")
    """Who is logged in."""

    def render(self) -> RenderResult:
        """One line."""
        wide = self.size.width >= NARROW
        left: list[Part] = [("▍", "$sp-acc"), (clean(self.community) or " ", "bold $sp-t1")]
        if self.note:
            left.append((f"  {self.note}", "$sp-note"))
        right: list[Part] = []
        for gauge in self.gauges:
            words = gauge.words if wide else gauge.short
            right += [(f"{gauge.symbol} ", f"$sp-{gauge.tone}"), (words, f"$sp-{gauge.tone if gauge.loud else 't2'}")]
            right.append(("    " if wide else "  ", ""))
        right += [(self.clock, "$sp-t1"), ("  " + clean(self.account), "$sp-t3"), (" ", "")]
        return spread(left, right, self.size.width)


@dataclass(frozen=True, slots=True)
class ModuleItem:
    """A line of the module column; an empty letter leaves a line free."""

    letter: str
    name: str
    badge: str = ""
    tone: str = "t2"


class ModuleColumn(Widget):
    """The modules with the letters that go there; folds to the letters on narrow terminals."""

    DEFAULT_CSS = """
    ModuleColumn { width: 20; background: $sp-panel; padding-top: 1; }
    ModuleColumn.-narrow { width: 3; padding-top: 0; }
    """

    current: reactive[str] = reactive("")
    """Letter of the module that is shown."""
    items: reactive[tuple[ModuleItem, ...]] = reactive(())
    """The modules in their order."""

    class Chosen(Message):
        """A module was clicked."""

        def __init__(self, column: ModuleColumn, letter: str) -> None:
            super().__init__()
            self.column = column
            self.letter = letter

        @property
        def control(self) -> ModuleColumn:
            """The column."""
            return self.column

    def render(self) -> RenderResult:
        """A line for each module."""
        width = self.size.width
        return Content("\n").join([self._line(item, width) for item in self.items])

    def _line(self, item: ModuleItem, width: int) -> Content:
        if not item.letter:
            return Content(" " * width)
        here = item.letter == self.current
        ground = " on $sp-cur" if here else ""
        bar = ("▌" if here else " ", f"$sp-acc{ground}")
        if width < 10:
            tone = item.tone if item.badge else ("t1" if here else "t3")
            return Content.assemble(
                bar, (item.letter, f"{'bold ' if here else ''}$sp-{tone}{ground}"), (" ", ground.strip())
            )
        name = f"{'bold $sp-t1' if here else '$sp-t2'}{ground}"
        room = width - 3 - len(item.badge) - 1
        words = item.name[:room].ljust(room)
        return Content.assemble(
            bar,
            (item.letter, f"{'$sp-t1' if here else '$sp-t3'}{ground}"),
            (f" {words}", name),
            (f"{item.badge} ", f"bold $sp-{item.tone}{ground}"),
        )

    def on_click(self, event: events.Click) -> None:
        """Go to the module under the mouse."""
        row = event.y - self.styles.padding.top
        if 0 <= row < len(self.items) and self.items[row].letter:
            self.post_message(self.Chosen(self, self.items[row].letter))


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and its word, as the footer shows them."""

    key: str
    word: str


class KeyFooter(Widget):
    """The keys that work here, most useful first; help and commands always at the right."""

    DEFAULT_CSS = """
    KeyFooter { dock: bottom; height: 1; background: $sp-raise; color: $sp-t2; }
    """

    hints: reactive[tuple[Hint, ...]] = reactive(())
    """What can be done, in order."""
    always: reactive[tuple[Hint, ...]] = reactive((Hint("?", "Help"), Hint("ctrl+p", "Search")))
    """What stands at the right."""

    def render(self) -> RenderResult:
        """One line; what does not fit is left out from the right."""
        width = self.size.width
        right: list[Part] = [part for hint in self.always for part in self._parts(hint)]
        taken = sum(len(text) for text, _ in right)
        left: list[Part] = [(" ", "")]
        most = 9 if width >= NARROW else 6
        used = 1
        for hint in self.hints[:most]:
            parts = self._parts(hint)
            size = sum(len(text) for text, _ in parts)
            if used + size + taken + 1 > width:
                break
            left += parts
            used += size
        return spread(left, right, width)

    def _parts(self, hint: Hint) -> list[Part]:
        return [(hint.key, "bold $sp-acc"), (f" {hint.word}  ", "$sp-t2")]


class StatusLine(Widget):
    """What the last act is doing: "Anna Kowalska: 3 of 4 doors"; empty when nothing is under way."""

    DEFAULT_CSS = """
    StatusLine { dock: bottom; height: 1; margin-bottom: 1; background: $sp-base; padding: 0 1; }
    StatusLine.-empty { display: none; }
    """

    parts: reactive[tuple[Part, ...]] = reactive(())
    """What it says."""

    def watch_parts(self, parts: tuple[Part, ...]) -> None:
        """Take no line while there is nothing to say."""
        self.set_class(not parts, "-empty")

    def render(self) -> RenderResult:
        """One line."""
        return Content.assemble(*self.parts) if self.parts else ""


class Banner(Widget):
    """One sentence over the page while something is wrong with the site; one at a time, the worst."""

    DEFAULT_CSS = """
    Banner { dock: top; height: 1; margin-top: 1; padding: 0 1; color: $sp-bad; background: $sp-bad-bg; display: none; }
    Banner.-shown { display: block; }
    Banner.-warn { color: $sp-warn; background: $sp-warn-bg; }
    """

    text: reactive[str] = reactive("")
    """The sentence; empty hides the banner."""
    kind: reactive[str] = reactive("bad")
    """"bad" or "warn"."""

    def watch_text(self, text: str) -> None:
        """Show or hide."""
        self.set_class(bool(text), "-shown")

    def watch_kind(self, kind: str) -> None:
        """Take the ground of the kind."""
        self.set_class(kind == "warn", "-warn")

    def render(self) -> RenderResult:
        """One line."""
        return Content(clean(self.text))


@dataclass(frozen=True, slots=True)
class Title:
    """Title of a page with tabs or a second reading, and figures at the right."""

    name: str
    second: tuple[Part, ...] = ()
    right: tuple[Part, ...] = field(default=())


class TitleLine(Widget):
    """The line under the top bar that names the page."""

    DEFAULT_CSS = """
    TitleLine { height: 1; margin-top: 1; }
    TitleLine.-narrow { margin-top: 0; }
    """

    title: reactive[Title] = reactive(Title(""))
    """What it says."""

    def render(self) -> RenderResult:
        """Name bold at the left, second reading after it, figures at the right."""
        left: list[Part] = [(clean(self.title.name), "bold $sp-t1"), ("   ", ""), *self.title.second]
        return spread(left, self.title.right, self.size.width)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as its container."""
        return container.width
