"""Dialogs: a question with its consequences, and a list to pick from by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from widgets.panel import Lines, key_line
from widgets.pick_list import PickList, PickRow, best
from widgets.text import Part, assemble, clean

__all__ = ["Choice", "ConfirmDialog", "Dialog", "PickDialog", "PickList", "PickRow", "best"]

CARD_READER_KEYS = frozenset("0123456789abcdef")
"""What a card reader types: none of it may do harm."""

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


@dataclass(frozen=True, slots=True)
class Choice:
    """A way out of a dialog: its letter, its words, what it answers.

    A dangerous one is drawn as such; `alert` fills it red, for the one act that may be that loud.
    """

    letter: str
    words: str
    answer: str
    danger: bool = False
    alert: bool = False


class _Button(Static):
    """One way out, chosen by its letter or the mouse; without a choice it is Cancel."""

    DEFAULT_CSS = """
    _Button { width: auto; height: 1; padding: 0 2; margin-right: 3; background: $sp-raise; color: $sp-t1; }
    _Button.-danger { color: $sp-bad; text-style: bold; }
    _Button.-alert { color: $sp-on-alert; background: $sp-alert; }
    _Button.-cancel { background: $sp-acc; color: $sp-on-acc; text-style: bold; margin-right: 0; padding: 0 3; }
    """

    def __init__(self, choice: Choice | None) -> None:
        super().__init__("Cancel" if choice is None else f"{choice.letter}  {clean(choice.words)}", markup=False)
        self.set_class(choice is None, "-cancel")
        self.set_class(choice is not None and choice.danger, "-danger")
        self.set_class(choice is not None and choice.alert, "-alert")
        self.choice = choice


class ConfirmDialog(Dialog[str | None]):
    """Asks before an act; answers the chosen way out, or None.

    Cancel has the focus: Enter and Escape cancel, letters and the mouse choose. A dialog with a dangerous choice
    ignores keys pressed before it was drawn; in others no key typed ahead is lost. With `typed` these words have to
    be typed before a letter acts.

    Raises:
        ValueError: When a dangerous choice has the letter that opened the dialog, or one that a card reader types.
    """

    DEFAULT_CSS = """
    ConfirmDialog {
        & .question { text-style: bold; color: $sp-t1; height: auto; }
        & Lines { margin-top: 1; }
        & .typed { margin-top: 1; height: 1; color: $sp-t2; }
        & Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
    }
    """

    def __init__(
        self,
        heading: str,
        question: str,
        *,
        lines: Sequence[tuple[Part, ...]] = (),
        choices: Sequence[Choice],
        typed: str = "",
        opened_by: str = "",
    ) -> None:
        danger = [choice for choice in choices if choice.danger]
        if any(choice.letter in CARD_READER_KEYS or choice.letter == opened_by for choice in danger):
            raise ValueError("a dangerous choice needs a letter of its own that no card reader types")
        super().__init__(classes="-danger" if danger else "")
        self._heading = heading
        self._question = question
        self._lines = tuple(lines)
        self._choices = tuple(choices)
        self._wanted = typed
        self._typed = ""
        self._drawn_at = float("inf") if danger else 0.0

    def compose(self) -> ComposeResult:
        """Question, what it takes away, ways out."""
        with self.box(self._heading, "Enter Cancel · Esc Cancel"):
            yield Static(clean(self._question), classes="question", markup=False)
            if self._lines:
                lines = Lines()
                lines.lines = self._lines
                yield lines
            if self._wanted:
                yield Static(self._typed_line(), classes="typed", markup=False)
            with Horizontal():
                for choice in self._choices:
                    yield _Button(choice)
                yield _Button(None)

    def on_mount(self) -> None:
        """Note when the dialog can be seen."""
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        """The dialog has been drawn: keys pressed from now on are meant for it."""
        self._drawn_at = min(self._drawn_at, Message().time)

    def on_key(self, event: events.Key) -> None:
        """Letters choose, Enter and Escape cancel; while words are wanted, characters go there."""
        event.stop()
        event.prevent_default()
        if event.time < self._drawn_at:
            return
        character = event.character or ""
        choice = next((each for each in self._choices if each.letter in {event.key, character}), None)
        if event.key in {"escape", "enter"}:
            self.dismiss(None)
        elif choice is not None and self._typed == self._wanted:
            self.dismiss(choice.answer)
        elif event.key in {"up", "down", "pageup", "pagedown"}:
            self._scroll(event.key)
        elif self._wanted and event.key == "backspace":
            self._type(self._typed[:-1])
        elif self._wanted and event.is_printable:
            self._type(self._typed + character)

    def _scroll(self, key: str) -> None:
        """Show the rest of a dialog that is higher than the screen."""
        box = self.query_one(".box", VerticalScroll)
        move = {"up": box.scroll_up, "down": box.scroll_down, "pageup": box.scroll_page_up}
        move.get(key, box.scroll_page_down)(animate=False)

    def _type(self, text: str) -> None:
        """The words typed so far."""
        self._typed = text[: 2 * len(self._wanted)]
        self.query_one(".typed", Static).update(self._typed_line())

    def _typed_line(self) -> Content:
        """What has to be typed, and what has been."""
        done = self._typed == self._wanted
        return assemble(
            [
                ("Type ", "$sp-t2"),
                (self._wanted, "bold $sp-t1"),
                (" to go on  ", "$sp-t2"),
                ("▌", "$sp-acc"),
                (f" {self._typed} ", "$sp-t1 on $sp-raise"),
                (" ✓" if done else "", "$sp-ok"),
            ]
        )

    def on_click(self, event: events.Click) -> None:
        """The mouse chooses too."""
        button, _ = self.get_widget_at(event.screen_x, event.screen_y)
        if isinstance(button, _Button):
            if button.choice is None:
                self.dismiss(None)
            elif self._typed == self._wanted:
                self.dismiss(button.choice.answer)


class PickDialog(Dialog[str | None]):
    """Pick one of many by typing: Enter takes the row under the cursor, Escape none. No key typed ahead is lost."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="pick.cancel", tooltip="Pick none", show=False),
        Binding("down,ctrl+n", "move(1)", "Down", id="pick.down", tooltip="Next row", show=False, priority=True),
        Binding("up,ctrl+k", "move(-1)", "Up", id="pick.up", tooltip="Row above", show=False, priority=True),
        Binding(
            "pagedown", "move(10)", "Page down", id="pick.page-down", tooltip="Ten down", show=False, priority=True
        ),
        Binding("pageup", "move(-10)", "Page up", id="pick.page-up", tooltip="Ten up", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    PickDialog {
        & Input { border: none; height: 1; background: $sp-cur; padding: 0 1; text-style: $sp-field-style; }
        & PickList { margin-top: 1; }
    }
    """

    def __init__(self, heading: str, rows: Sequence[PickRow] = (), *, empty: str = "Nothing fits.") -> None:
        super().__init__()
        self._heading = heading
        self._rows = tuple(rows)
        self._empty = empty

    def compose(self) -> ComposeResult:
        """A line to type into, the rows under it."""
        with self.box(self._heading, "Enter Take · Esc Cancel"):
            yield Input(compact=True, select_on_focus=False)
            yield PickList()

    def on_mount(self) -> None:
        """Show all rows."""
        self.query_one(Input).focus()
        self.typed("")

    def on_key(self, event: events.Key) -> None:
        """A key that came before the line had the focus goes there, in its order."""
        line = self.query_one(Input)
        if line.has_focus:
            return
        if event.is_printable and event.character:
            event.stop()
            line.insert_text_at_cursor(event.character)
        elif event.key == "enter":
            event.stop()
            line.post_message(Input.Submitted(line, line.value))

    def typed(self, text: str) -> None:
        """What was typed so far; a dialog that searches elsewhere overrides this."""
        self.query_one(PickList).show(best(self._rows, text), self._empty)

    def picked(self, row: PickRow) -> None:
        """A row was taken."""
        self.dismiss(row.answer)

    def entered(self) -> None:
        """Enter: take the row under the cursor; a dialog that still searches waits for its hits."""
        row = self.query_one(PickList).current
        if row is not None:
            self.picked(row)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.typed(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.entered()

    @on(PickList.Clicked)
    def _clicked(self, event: PickList.Clicked) -> None:
        event.stop()
        self.picked(event.row)

    def action_move(self, step: int) -> None:
        """Move the cursor while typing goes on."""
        self.query_one(PickList).move(step)

    def action_cancel(self) -> None:
        """Pick none."""
        self.dismiss(None)
