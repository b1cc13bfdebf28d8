"""The simple kinds of fields: text, yes or no, and what is set elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widgets import Input

from widgets.field_input import FieldInput
from widgets.form_field import FormField
from widgets.lines import Piece, strip_of
from widgets.symbols import TICK, UNTICKED
from widgets.text import clean, fit, pad, width_of

TEXT_MOST = 500
"""Characters that a text without a limit of its own may have."""


class TextField(FormField):
    """A line of text; a secret one shows bullets and is never revealed."""

    def __init__(
        self, key: str, label: str, *, required: bool = False, hint: str = "", max_length: int = 0, secret: bool = False
    ) -> None:
        super().__init__(key, label, required=required, hint=hint)
        self._max_length = max_length
        self._input = FieldInput(max_length=max_length or TEXT_MOST, password=secret)
        self._locked = False

    def compose(self) -> ComposeResult:
        """The line to type in, over the value."""
        yield self._input

    @property
    def value(self) -> str:
        """The text as typed."""
        return self._input.value

    @property
    def editable(self) -> bool:
        """Not while it is locked."""
        return not self._locked

    def lock_value(self, why: str) -> None:
        """Show the text only, and say why it cannot be changed here."""
        self._locked = True
        self._input.disabled = True
        self.show_note(why)

    def on_paste_into(self, take: Callable[[str], bool]) -> None:
        """Offer what is pasted to `take` first; what it takes is not typed."""
        self._input.offer = take

    def rebase(self, value: Any) -> None:
        """As every field; the cursor stays where it is in the text."""
        self._original = "" if value is None else str(value)
        self.refresh()

    def focus_value(self) -> None:
        """Put the cursor into the text; a secret that was refused cannot be read and is typed anew."""
        self._input.focus()
        if self._input.password and self.error:
            self._input.select_all()

    def watch_error(self) -> None:
        """A text in error is mended, not replaced: the cursor goes to its end without selecting it."""
        self._input.select_on_focus = self._input.password or not self.error
        super().watch_error()

    def _put(self, value: Any) -> None:
        with self._input.prevent(Input.Changed):
            self._input.value = "" if value is None else str(value)
        self._settle()
        if self._input.has_focus:
            self._input.select_all()

    def _hint_text(self) -> str:
        """The hint, while it leaves the text its room; without one the count of characters where they are many."""
        if self.hint and self._room_beside(self.hint) < width_of(self.value) + 1:
            return ""
        if self.hint or not self._max_length or len(self.value) * 2 < self._max_length:
            return self.hint
        return f"{len(self.value)} of {self._max_length}"

    def _settle(self) -> None:
        super()._settle()
        self._input.styles.margin = (0, 0, 0, self.label_width + 2)
        self._input.styles.width = max(1, self._room())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._told()
        self._settle()


class SwitchField(FormField, can_focus=True):
    """Yes or no; space turns it round."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "Turn", show=False, id="switch.turn", tooltip="Yes or no"),
    ]

    def __init__(self, key: str, label: str, *, hint: str = "", words: tuple[str, str] = ("No", "Yes")) -> None:
        super().__init__(key, label, hint=hint)
        self._words = words
        self._on = False

    @property
    def value(self) -> bool:
        """Is it on?"""
        return self._on

    def action_turn(self) -> None:
        """Turn it round."""
        self._on = not self._on
        self._told()

    def on_click(self, event: events.Click) -> None:
        """A click on the value turns it round."""
        if event.y == 0 and event.x >= self.label_width:
            self.action_turn()

    def _put(self, value: Any) -> None:
        self._on = bool(value)

    def _pieces(self, ground: Style) -> list[Piece]:
        mark = (
            ground if ground.reverse else ground + Style(color=self.get_component_rich_style("form-field--bar").color)
        )
        return [(f"{TICK if self._on else UNTICKED} ", mark), (clean(self._words[self._on]), ground)]


class FixedField(FormField):
    """A value that is set elsewhere: no ground, and a hint that says where."""

    def __init__(self, key: str, label: str, *, hint: str = "") -> None:
        super().__init__(key, label, hint=hint)
        self._value: Any = None

    @property
    def value(self) -> Any:
        """What was set."""
        return self._value

    @property
    def editable(self) -> bool:
        """Not here."""
        return False

    def focus_value(self) -> None:
        """There is nothing to type."""

    def _put(self, value: Any) -> None:
        self._value = value

    def _row(self, base: Style) -> Strip:
        """Label, value, and where it is set."""
        part = self.get_component_rich_style
        text = "–" if self._value in (None, "") else clean(str(self._value))
        pieces = [
            (pad(fit(clean(self.label), self.label_width - 1), self.label_width + 2), part("form-field--label")),
            (f"{text}  ", part("form-field--fixed")),
            (clean(self.hint), part("form-field--hint")),
        ]
        return strip_of(pieces, self.size.width, base)
