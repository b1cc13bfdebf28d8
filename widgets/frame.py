"""The frame around every page: top bar, module column, banner, title line, status line, footer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from widgets.footer import Hint, KeyFooter
from widgets.module_column import ModuleColumn, ModuleItem
from widgets.text import NARROW, Part, assemble, clean, spread

__all__ = [
    "NARROW",
    "Banner",
    "Gauge",
    "Hint",
    "KeyFooter",
    "ModuleColumn",
    "ModuleItem",
    "Part",
    "StatusLine",
    "Title",
    "TitleLine",
    "TopBar",
    "spread",
]


@dataclass(frozen=True, slots=True)
class Gauge:
    """One live figure of the top bar: symbol, words for wide and narrow terminals, tone when it wants attention.

    `opens` is the letter of the module that a click on it goes to.
    """

    symbol: str
    words: str
    short: str
    tone: str
    loud: bool = False
    opens: str = ""


class TopBar(Widget):
    """Community at the left, live figures, time and account at the right."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 1; background: $sp-raise; color: $sp-t2; }
    """

    community: reactive[str] = reactive("")
    """Name of the community."""
    sites: reactive[int] = reactive(1)
    """How many sites the account reaches; more than one can be switched."""
    note: reactive[str] = reactive("")
    """A mode unlike the usual: "demo", "viewer"."""
    gauges: reactive[tuple[Gauge, ...]] = reactive(())
    """The figures, in their order."""
    clock: reactive[str] = reactive("")
    """The community's time."""
    account: reactive[str] = reactive("")
    """Who is logged in."""

    class Chosen(Message):
        """A figure was clicked."""

        def __init__(self, bar: TopBar, gauge: Gauge) -> None:
            super().__init__()
            self.bar = bar
            self.gauge = gauge

        @property
        def control(self) -> TopBar:
            """The bar."""
            return self.bar

    class CommunityChosen(Message):
        """The community was clicked."""

    def render(self) -> RenderResult:
        """One line."""
        left: list[Part] = [("▍", "$sp-acc"), (self.community or " ", "bold $sp-t1")]
        if self.sites > 1:
            left.append(("  ⇄ L" if self.size.width < NARROW else f"  ⇄ L {self.sites} sites", "$sp-t3"))
        if self.note:
            left.append((f"  ◇ {self.note}", "$sp-note"))
        right = [part for gauge in self.gauges for part in self._parts(gauge)]
        right += [(self.clock, "$sp-t1"), (f"  {self.account}", "$sp-t3"), (" ", "")]
        return spread(left, right, self.size.width)

    def _parts(self, gauge: Gauge) -> list[Part]:
        """A figure with the space after it."""
        wide = self.size.width >= NARROW
        word_tone = f"bold $sp-{gauge.tone}" if gauge.loud and gauge.tone == "bad" else f"$sp-{gauge.tone}"
        return [
            (f"{gauge.symbol} ", f"$sp-{gauge.tone}"),
            (gauge.words if wide else gauge.short, word_tone if gauge.loud else "$sp-t2"),
            ("    " if wide else "  ", ""),
        ]

    def on_click(self, event: events.Click) -> None:
        """Find the figure under the mouse."""
        if event.x <= len(self.community) + 1:
            self.post_message(self.CommunityChosen())
            return
        tail = assemble([(self.clock, ""), (f"  {self.account}", ""), (" ", "")]).cell_length
        right = self.size.width - tail
        for gauge in reversed(self.gauges):
            left = right - assemble(self._parts(gauge)).cell_length
            if left <= event.x < right:
                self.post_message(self.Chosen(self, gauge))
                return
            right = left


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
        return spread(self.parts, (), self.content_size.width)


class Banner(Widget):
    """One sentence over the page while something is wrong with the site; one at a time, the worst.

    A line break in it makes a second row, as the emergency banner has.
    """

    DEFAULT_CSS = """
    Banner {
        dock: top;
        height: auto;
        max-height: 2;
        margin-top: 1;
        padding: 0 1;
        color: $sp-bad;
        background: $sp-bad-bg;
        display: none;
        &.-shown { display: block; }
        &.-warn { color: $sp-warn; background: $sp-warn-bg; }
        &.-alert { color: $sp-on-alert; background: $sp-alert; text-style: bold; }
    }
    """

    text: reactive[str] = reactive("", layout=True)
    """The sentence; empty hides the banner."""
    kind: reactive[str] = reactive("bad")
    """"bad" (agent silent), "warn" (read-only or restored site) or "alert" (emergency)."""

    def watch_text(self, text: str) -> None:
        """Show or hide."""
        self.set_class(bool(text), "-shown")

    def watch_kind(self, kind: str) -> None:
        """Take the ground of the kind."""
        for each in ("warn", "alert"):
            self.set_class(kind == each, f"-{each}")

    def render(self) -> RenderResult:
        """A line or two."""
        return Content("\n").join([Content(clean(line)) for line in self.text.split("\n")])


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
        second: Iterable[Part] = (("   ", ""), *self.title.second) if self.title.second else ()
        return spread([(self.title.name, "bold $sp-t1"), *second], self.title.right, self.size.width)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as its container."""
        return container.width
