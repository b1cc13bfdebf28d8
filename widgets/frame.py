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

from widgets.text import Part, assemble, clean, fit, pad, spread

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

NARROW = 100
"""Below so many cells the column folds to letters and words fold to figures."""

MOST_HINTS = 9
"""Keys in the footer of a comfortable terminal."""

MOST_HINTS_NARROW = 6
"""Keys in the footer of a narrow one."""

KEY_NAMES = {"?": "question_mark", "/": "slash", "esc": "escape", "+": "plus", "-": "minus", "=": "equals_sign"}
"""Textual's names of keys that the footer shows by their sign."""


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

    def render(self) -> RenderResult:
        """One line."""
        left: list[Part] = [("▍", "$sp-acc"), (self.community or " ", "bold $sp-t1")]
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
        tail = assemble([(self.clock, ""), (f"  {self.account}", ""), (" ", "")]).cell_length
        right = self.size.width - tail
        for gauge in reversed(self.gauges):
            left = right - assemble(self._parts(gauge)).cell_length
            if left <= event.x < right:
                self.post_message(self.Chosen(self, gauge))
                return
            right = left


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

    def _shown(self) -> list[ModuleItem]:
        """The lines; free ones fold away with the names."""
        return [item for item in self.items if item.letter or not self.has_class("-narrow")]

    def render(self) -> RenderResult:
        """A line for each module."""
        return Content("\n").join([self._line(item) for item in self._shown()])

    def _line(self, item: ModuleItem) -> Content:
        """One module; the current one on the ground of the cursor, in reverse video where there are no grounds."""
        width = self.size.width
        if not item.letter:
            return Content(" " * width)
        here = item.letter == self.current
        parts: list[Part] = [("▌" if here else " ", "$sp-acc")]
        if self.has_class("-narrow"):
            tone = item.tone if item.badge else "t1" if here else "t3"
            parts.append((pad(item.letter, width - 1), f"{'bold ' if here or item.badge else ''}$sp-{tone}"))
        else:
            badge = f" {item.badge} " if item.badge else ""
            room = width - 3 - len(badge)
            parts += [
                (f"{item.letter} ", "bold $sp-t1" if here else "$sp-t3"),
                (pad(fit(item.name, room), room), "bold $sp-t1" if here else "$sp-t2"),
                (badge, f"{'bold ' if item.tone == 'bad' else ''}$sp-{item.tone}"),
            ]
        if not here:
            return assemble(parts)
        if self.app.theme_variables.get("sp-cur-style") == "reverse":
            return Content.assemble("▌", ("".join(text for text, _ in parts[1:]), "bold reverse"))
        return assemble([(text, f"{style} on $sp-cur") for text, style in parts])

    def on_click(self, event: events.Click) -> None:
        """Go to the module under the mouse."""
        row = event.y - self.styles.padding.top
        shown = self._shown()
        if 0 <= row < len(shown) and shown[row].letter:
            self.post_message(self.Chosen(self, shown[row].letter))


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and its word, as the footer shows them."""

    key: str
    word: str


class KeyFooter(Widget):
    """The keys that work here, most useful first; help and search always at the right. A click presses the key."""

    DEFAULT_CSS = """
    KeyFooter { dock: bottom; height: 1; background: $sp-raise; color: $sp-t2; }
    """

    hints: reactive[tuple[Hint, ...]] = reactive(())
    """What can be done, in order."""
    always: reactive[tuple[Hint, ...]] = reactive((Hint("?", "Help"), Hint("ctrl+p", "Search")))
    """What stands at the right."""

    def render(self) -> RenderResult:
        """One line; what does not fit is left out from the right."""
        left, right = self._placed()
        return spread(
            [(" ", ""), *(part for hint in left for part in _hint_parts(hint))],
            [part for hint in right for part in _hint_parts(hint)][:-1] + ([(" ", "")] if right else []),
            self.size.width,
        )

    def _placed(self) -> tuple[list[Hint], list[Hint]]:
        """The hints that fit, at the left and at the right."""
        narrow = self.size.width < NARROW
        right = [Hint(hint.key.replace("ctrl+", "^"), hint.word) if narrow else hint for hint in self.always]
        room = self.size.width - 2 - sum(_hint_width(hint) for hint in right)
        left: list[Hint] = []
        for hint in self.hints[: MOST_HINTS_NARROW if narrow else MOST_HINTS]:
            room -= _hint_width(hint)
            if room < 0:
                break
            left.append(hint)
        return left, right

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        left, right = self._placed()
        start = 1
        for hint in left:
            if start <= event.x < start + _hint_width(hint):
                self._press(hint)
            start += _hint_width(hint)
        start = self.size.width + 1 - sum(_hint_width(hint) for hint in right)
        for hint in right:
            if start <= event.x < start + _hint_width(hint):
                self._press(hint)
            start += _hint_width(hint)

    def _press(self, hint: Hint) -> None:
        """Press the first key that a hint names."""
        key = hint.key.split()[0].replace("^", "ctrl+")
        name = key if len(key) == 1 and key.isalpha() else key.lower()
        self.app.simulate_key(KEY_NAMES.get(name, name))


def _hint_parts(hint: Hint) -> list[Part]:
    """A key, its word, and the space after them."""
    return [(hint.key, "bold $sp-acc"), (f" {hint.word}", "$sp-t2"), ("  ", "")]


def _hint_width(hint: Hint) -> int:
    """Cells of a hint with the space after it."""
    return assemble(_hint_parts(hint)).cell_length


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
