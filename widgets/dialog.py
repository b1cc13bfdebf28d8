"""Dialogs: a question with its consequences, and a list to pick from by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.frame import Part, spread
from widgets.panel import Lines
from widgets.text import clean


@dataclass(frozen=True, slots=True)
class Choice:
    """A way out of a dialog: its letter, its words, what it answers; a dangerous one is drawn as such."""

    letter: str
    words: str
    answer: str
    danger: bool = False


class _Button(Static):
    """One way out, chosen by its letter or the mouse."""

    DEFAULT_CSS = """
    _Button { width: auto; height: 1; padding: 0 2; margin-right: 2; background: $sp-raise; color: $sp-t1; }
    _Button.-danger { color: $sp-bad; text-style: bold; }
    _Button.-cancel { background: $sp-acc; color: $sp-on-acc; text-style: bold; margin-right: 0; }
    """

    def __init__(self, choice: Choice | None) -> None:
        words = "Cancel" if choice is None else f"{choice.letter}  {choice.words}"
        super().__init__(
            words, markup=False, classes="-cancel" if choice is None else "-danger" if choice.danger else ""
        )
        self.choice = choice


class ConfirmDialog(ModalScreen[str | None]):
    """Asks before an act; answers the chosen way out, or None.

    Enter and Escape cancel. Keys pressed before the dialog was drawn do nothing. With `typed` the words have to be
    typed before the letters act.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "cancel", "Cancel", id="dialog.cancel", tooltip="Change nothing", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmDialog { align: center middle; background: $sp-veil; }
    ConfirmDialog > Vertical {
        width: 76; max-width: 96%; height: auto; max-height: 96%; background: $sp-panel; padding: 1 2;
        border: round $sp-line; border-title-color: $sp-t1; border-title-style: bold;
    }
    ConfirmDialog.-danger > Vertical { border: round $sp-bad; border-title-color: $sp-bad; }
    ConfirmDialog .question { text-style: bold; color: $sp-t1; height: auto; }
    ConfirmDialog Lines { margin-top: 1; }
    ConfirmDialog Input { margin-top: 1; border: none; height: 1; background: $sp-raise; padding: 0 1; }
    ConfirmDialog Horizontal { height: 1; margin-top: 1; align-horizontal: right; }
    """

    def __init__(
        self,
        heading: str,
        question: str,
        *,
        lines: Sequence[tuple[Part, ...]] = (),
        choices: Sequence[Choice],
        typed: str = "",
    ) -> None:
        super().__init__(classes="-danger" if any(choice.danger for choice in choices) else "")
        self._heading = heading
        self._question = question
        self._lines = tuple(lines)
        self._choices = tuple(choices)
        self._typed = typed
        self._drawn = False

    def compose(self) -> ComposeResult:
        """Question, what it takes away, ways out."""
        with Vertical() as box:
            box.border_title = Content(f" {clean(self._heading)} ")
            yield Static(clean(self._question), classes="question", markup=False)
            if self._lines:
                lines = Lines()
                lines.lines = self._lines
                yield lines
            if self._typed:
                yield Input(placeholder=f"type {self._typed} to go on", compact=True)
            with Horizontal():
                for choice in self._choices:
                    yield _Button(choice)
                yield _Button(None)

    def on_mount(self) -> None:
        """Listen to keys only once the dialog is seen."""
        self.call_after_refresh(self._seen)

    def _seen(self) -> None:
        self._drawn = True

    def on_key(self, event: events.Key) -> None:
        """A letter chooses its way out."""
        if self._typed and self.query_one(Input).value.strip() != self._typed:
            return
        for choice in self._choices:
            if choice.letter in {event.key, event.character}:
                event.stop()
                event.prevent_default()
                if self._drawn:
                    self.dismiss(choice.answer)

    def on_click(self, event: events.Click) -> None:
        """The mouse chooses too."""
        widget = event.widget
        if isinstance(widget, _Button) and not (self._typed and self.query_one(Input).value.strip() != self._typed):
            self.dismiss(widget.choice.answer if widget.choice else None)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.query_one(Input).value.strip() == self._typed:
            self.focus_next()
            self.set_focus(None)

    def action_cancel(self) -> None:
        """Change nothing."""
        if self._drawn:
            self.dismiss(None)


@dataclass(frozen=True, slots=True)
class PickRow:
    """One row to pick: what it answers, its name, what stands behind it at the right, words it is found by."""

    answer: str
    name: str
    second: tuple[Part, ...] = ()
    words: str = ""


def best(rows: Sequence[PickRow], typed: str) -> list[PickRow]:
    """The rows that fit what was typed: at the start of the name, at the start of a word, anywhere."""
    wanted = typed.casefold().split()
    if not wanted:
        return list(rows)
    found: list[tuple[int, int, PickRow]] = []
    for at, row in enumerate(rows):
        text = f"{row.name} {row.words}".casefold()
        if all(word in text for word in wanted):
            starts = 0 if text.startswith(wanted[0]) else 1 if f" {wanted[0]}" in text else 2
            found.append((starts, at, row))
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])]


class PickList(Widget):
    """The rows under a typed line, with a cursor; drawn only."""

    DEFAULT_CSS = """
    PickList { height: auto; max-height: 16; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[PickRow] = []
        self.cursor = 0
        self.message = ""

    def show(self, rows: Sequence[PickRow], message: str = "") -> None:
        """Show these rows with the cursor on the first."""
        self.rows = list(rows)
        self.cursor = 0
        self.message = message
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Move the cursor."""
        if self.rows:
            self.cursor = max(0, min(len(self.rows) - 1, self.cursor + step))
            self.refresh()

    @property
    def current(self) -> PickRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def render(self) -> RenderResult:
        """The rows around the cursor."""
        if not self.rows:
            return Content.styled(clean(self.message), "$sp-t3")
        height = 16
        top = max(0, min(self.cursor - height // 2, len(self.rows) - height))
        return Content("\n").join(
            [self._line(at, self.rows[at]) for at in range(top, min(len(self.rows), top + height))]
        )

    def _line(self, at: int, row: PickRow) -> Content:
        here = at == self.cursor
        left = [("▌ " if here else "  ", "$sp-acc"), (clean(row.name), "bold $sp-t1" if here else "$sp-t1")]
        line = spread(left, (*row.second, (" ", "")), self.content_size.width)
        return line.stylize("on $sp-cur") if here else line


class PickDialog(ModalScreen[str | None]):
    """Pick one of many by typing: Enter takes the row under the cursor, Escape none."""

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
    PickDialog { align: center middle; background: $sp-veil; }
    PickDialog > Vertical {
        width: 76; max-width: 96%; height: auto; max-height: 96%; background: $sp-panel; padding: 1 2;
        border: round $sp-line; border-title-color: $sp-t1; border-title-style: bold;
    }
    PickDialog Input { border: none; height: 1; background: $sp-cur; padding: 0 1; }
    """

    def __init__(self, heading: str, rows: Sequence[PickRow] = (), *, empty: str = "Nothing fits.") -> None:
        super().__init__()
        self._heading = heading
        self._rows = tuple(rows)
        self._empty = empty

    def compose(self) -> ComposeResult:
        """A line to type into, the rows under it."""
        with Vertical() as box:
            box.border_title = Content(f" {clean(self._heading)} ")
            yield Input(compact=True)
            yield PickList()

    def on_mount(self) -> None:
        """Show all rows."""
        self.query_one(Input).focus()
        self.typed("")

    def typed(self, text: str) -> None:
        """What was typed so far; a dialog that searches elsewhere overrides this."""
        self.query_one(PickList).show(best(self._rows, text), self._empty)

    def picked(self, row: PickRow) -> None:
        """A row was taken."""
        self.dismiss(row.answer)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.typed(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.entered()

    def entered(self) -> None:
        """Enter: take the row under the cursor; a dialog that still searches waits for its hits."""
        row = self.query_one(PickList).current
        if row is not None:
            self.picked(row)

    def action_move(self, step: int) -> None:
        """Move the cursor while typing goes on."""
        self.query_one(PickList).move(step)

    def action_cancel(self) -> None:
        """Pick none."""
        self.dismiss(None)
