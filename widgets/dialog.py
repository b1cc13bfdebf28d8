"""Dialogs: a question with its consequences and its ways out; the one to pick by typing is found here too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from widgets.modal import Dialog
from widgets.panel import WholeLines
from widgets.pick_dialog import PickDialog
from widgets.pick_list import PickList, PickRow, best
from widgets.text import Part, assemble, clean

__all__ = ["Choice", "ConfirmDialog", "Dialog", "PickDialog", "PickList", "PickRow", "best"]

CARD_READER_KEYS = frozenset("0123456789abcdef")
"""What a card reader types: none of it may do harm."""


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
    """One way out, chosen by its letter or the mouse; without a choice it is the way back, in the words `back`."""

    DEFAULT_CSS = """
    _Button { width: auto; height: 1; padding: 0 2; margin-right: 3; background: $sp-raise; color: $sp-t1; }
    _Button.-danger { color: $sp-bad; text-style: bold; }
    _Button.-alert { color: $sp-on-alert; background: $sp-alert; }
    _Button.-cancel { background: $sp-acc; color: $sp-on-acc; text-style: bold; margin-right: 0; padding: 0 3; }
    """

    def __init__(self, choice: Choice | None, back: str = "") -> None:
        super().__init__(back if choice is None else f"{_shown(choice)}  {clean(choice.words)}", markup=False)
        self.set_class(choice is None, "-cancel")
        self.set_class(choice is not None and choice.danger, "-danger")
        self.set_class(choice is not None and choice.alert, "-alert")
        self.choice = choice


def _shown(choice: Choice) -> str:
    """The key of a way out as people read it: "F2" for "f2"."""
    return choice.letter if len(choice.letter) == 1 else choice.letter.upper()


class ConfirmDialog(Dialog[str | None]):
    """Asks before an act; answers the chosen way out, or None.

    Cancel has the focus: Enter and Escape cancel, letters and the mouse choose; with no choices it only tells, and
    they close it; `back` are other words for Cancel. A dialog with a dangerous choice
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
        back: str = "",
    ) -> None:
        danger = [choice for choice in choices if choice.danger]
        if any(choice.letter in CARD_READER_KEYS or choice.letter == opened_by for choice in danger):
            raise ValueError("a dangerous choice needs a letter of its own that no card reader types")
        super().__init__(classes="-danger" if danger else "")
        self._heading = heading
        self._question = question
        self._lines = tuple(lines)
        self._choices = tuple(choices)
        self._back = back or ("Cancel" if choices else "Close")
        self._wanted = typed
        self._typed = ""
        self._drawn_at = float("inf") if danger else 0.0

    def compose(self) -> ComposeResult:
        """Question, what it takes away, ways out."""
        back = self._back
        with self.box(self._heading, f"Enter {back} · Esc {back}"):
            yield Static(clean(self._question), classes="question", markup=False)
            if self._lines:
                lines = WholeLines()
                lines.lines = self._lines
                yield lines
            if self._wanted:
                yield Static(self._typed_line(), classes="typed", markup=False)
            with Horizontal():
                for choice in self._choices:
                    yield _Button(choice)
                yield _Button(None, back)

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
