"""The column of modules at the left of every page."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from widgets.text import Part, assemble, fit, pad


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
