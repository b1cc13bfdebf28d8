"""The box that every dialog is: over the page, which shows through a veil."""

from __future__ import annotations

from typing import Generic, TypeVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from widgets.panel import key_line
from widgets.text import clean

Result = TypeVar("Result")


class _Faded:
    """The page under a dialog where there are no true colours to veil it with: all of it bright black."""

    STYLE = Style(color="bright_black", bgcolor="default", reverse=False, bold=False)

    def __init__(self, page: RenderableType) -> None:
        self.page = page

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The segments of the page without their own styles."""
        for text, _style, control in console.render(self.page, options):
            yield Segment(text, None if control else self.STYLE, control)


class Dialog(ModalScreen[Result], Generic[Result]):
    """A box over the page, which shows through a veil."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $sp-veil;
        & > .box {
            width: 76;
            max-width: 96%;
            height: auto;
            max-height: 96%;
            background: $sp-panel;
            padding: 1 2;
            border: round $sp-line;
            border-title-color: $sp-t1;
            border-title-style: bold;
            border-subtitle-align: right;
            border-subtitle-color: $sp-t2;
            border-subtitle-style: none;
            scrollbar-size-vertical: 1;
        }
        &.-danger > .box { border: round $sp-bad; border-title-color: $sp-bad; }
        &.-call > .box { border: round $sp-acc; border-title-color: $sp-acc; }
    }
    """
    AUTO_FOCUS = ""

    def box(self, heading: str, keys: str) -> VerticalScroll:
        """The box, its name in the top edge and its keys in the bottom edge."""
        box = VerticalScroll(classes="box", can_focus=False)
        box.border_title = Content(clean(heading))
        box.border_subtitle = key_line(keys)
        return box

    def render(self) -> RenderableType:
        """The page underneath, veiled or faded."""
        page = super().render()
        return _Faded(page) if self.app.native_ansi_color else page
