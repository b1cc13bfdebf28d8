"""What every field of a form has: label, value on one row, hint at its right, error under it."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.style import Style
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from widgets.lines import Piece, strip_of
from widgets.symbols import BAR
from widgets.text import clean, fit, width_of

LABEL_WIDTH = 20
"""Cells of the labels of fields that stand in no form."""

VALUE_LEAST = 24
"""Cells that a long hint leaves to the value, as long as the field is twice as wide."""

UNDERSTOOD = "= "
"""How a note begins that writes out in full what was typed."""


class FormField(Widget):
    """A label, a value on one row, a hint at its right, and room for an error under it; base of every kind of field.

    The row and the error are drawn here; a subclass that is typed into puts a `FieldInput` over the value.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "form-field--label",
        "form-field--label-focused",
        "form-field--required",
        "form-field--ground",
        "form-field--ground-focused",
        "form-field--bar",
        "form-field--hint",
        "form-field--error",
        "form-field--note",
        "form-field--understood",
        "form-field--fixed",
        "form-field--added",
    }

    DEFAULT_CSS = """
    FormField {
        width: 1fr;
        max-width: 76;
        height: 1;
        layout: vertical;
        & > .form-field--label { color: $sp-t2; }
        & > .form-field--label-focused { color: $sp-t1; text-style: bold; }
        & > .form-field--required { color: $sp-acc; }
        & > .form-field--ground { color: $sp-t1; background: $sp-raise; text-style: $sp-field-style; }
        & > .form-field--ground-focused { color: $sp-t1; background: $sp-cur; text-style: $sp-cur-style; }
        & > .form-field--bar { color: $sp-acc; }
        & > .form-field--hint { color: $sp-t3; }
        & > .form-field--error { color: $sp-bad; }
        & > .form-field--note { color: $sp-warn; }
        & > .form-field--understood { color: $sp-t2; }
        & > .form-field--fixed { color: $sp-t2; }
        & > .form-field--added { color: $sp-ok; }
    }
    """

    label_width: reactive[int] = reactive(LABEL_WIDTH)
    """Cells of the label; one width for all fields of a form."""

    hint: reactive[str] = reactive("")
    """What stands at the right of the value: where a default comes from, a limit, a unit."""

    error: reactive[str] = reactive("")
    """What is wrong with the value and how right looks; empty when nothing is."""

    note: reactive[str] = reactive("")
    """What to know about the value though nothing is wrong with it; empty when there is nothing."""

    class Changed(Message):
        """The value of a field is another."""

        def __init__(self, field: FormField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> FormField:
            """The field."""
            return self.field

        @property
        def key(self) -> str:
            """The field's key."""
            return self.field.key

        @property
        def value(self) -> Any:
            """Its value now."""
            return self.field.value

    def __init__(self, key: str, label: str, *, required: bool = False, hint: str = "") -> None:
        super().__init__(id=f"field-{key.replace('_', '-')}")
        self.key = key
        self.label = label
        self.set_reactive(FormField.hint, hint)
        self._required = required
        self._original: Any = None

    @property
    def value(self) -> Any:
        """What the form will save."""
        raise NotImplementedError(type(self).__name__)

    @property
    def editable(self) -> bool:
        """Can the user change it?"""
        return True

    @property
    def changed(self) -> bool:
        """Whether the value differs from the one that the form began with."""
        return bool(self.value != self._original)

    @property
    def original(self) -> Any:
        """The value that the form began with."""
        return self._original

    def told(self, value: Any) -> str:
        """A value of this field in words, for whoever compares it."""
        return str(value) if value not in (None, "", ()) else "empty"

    def rebase(self, value: Any) -> None:
        """Compare with `value` from now on; what the user has typed stays."""
        mine = self.value
        self._put(value)
        self._original = self.value
        self._put(mine)
        self.refresh()

    def begin(self, value: Any) -> None:
        """Have `value` as the one that the form begins with; this is no change of the user's."""
        self._put(value)
        self._original = self.value
        self.refresh()

    def put(self, value: Any) -> None:
        """Have `value` as if the user had typed it."""
        self._put(value)
        self._told()

    def show_error(self, sentence: str) -> None:
        """Say what is wrong, or nothing any more."""
        self.error = sentence

    def show_note(self, sentence: str) -> None:
        """Say what to know, or nothing any more."""
        self.note = sentence

    def set_hint(self, text: str) -> None:
        """Say where a default comes from."""
        self.hint = text

    def focus_value(self) -> None:
        """Put the cursor into the value."""
        self.focus()

    def _put(self, value: Any) -> None:
        """Take a value over."""
        raise NotImplementedError(type(self).__name__)

    def _told(self) -> None:
        """The user has changed the value: the error it had is history."""
        self.error = ""
        self.refresh()
        self.post_message(self.Changed(self))

    # Drawing

    def on_mount(self) -> None:
        """A field begins as it stands."""
        self._original = self.value

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The label says where the cursor is."""
        self._settle()

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """The label says where the cursor is."""
        self._settle()

    def on_resize(self, _event: events.Resize) -> None:
        """Error lines and the place of the input depend on the width."""
        self._settle()

    def watch_error(self) -> None:
        """Make room for the sentence."""
        self._settle()

    def watch_note(self) -> None:
        """Make room for the sentence."""
        self._settle()

    def watch_hint(self) -> None:
        """Make room for the hint."""
        self._settle()

    def watch_label_width(self) -> None:
        """Move the value."""
        self._settle()

    def _settle(self) -> None:
        """Height and places as they are now."""
        self.styles.height = 1 + self._below() + len(self._said())
        self.refresh()

    def _below(self) -> int:
        """Lines between the row and the error."""
        return 0

    @property
    def _focused(self) -> bool:
        """Is the cursor in this field?"""
        return self.has_focus or self.has_focus_within

    def _hint_text(self) -> str:
        """The hint as it is drawn."""
        return self.hint

    def _room(self) -> int:
        """Cells of the value itself: bar and space before it, hint and spaces after it are not its own."""
        return self._room_beside(self._hint_text())

    def _room_beside(self, told: str) -> int:
        """Cells of the value beside a hint."""
        box = self.size.width - self.label_width
        hint = min(width_of(told), max(box // 2, box - VALUE_LEAST))
        return max(0, box - 2 - (hint + 2 if hint else 1))

    def _ground(self) -> Style:
        """The ground of the value."""
        return self.get_component_rich_style("form-field--ground-focused" if self._focused else "form-field--ground")

    def _pieces(self, ground: Style) -> list[Piece]:
        """The value as drawn by the field itself; nothing where an input lies over it."""
        del ground
        return []

    def render_line(self, y: int) -> Strip:
        """The row, or a line of the error."""
        base = self.rich_style
        if y == 0:
            return self._row(base)
        said = self._said()
        index = y - 1 - self._below()
        part, line = said[index] if 0 <= index < len(said) else ("form-field--error", "")
        text = f"{' ' * (self.label_width + 2)}{line}" if line else ""
        return strip_of([(text, self.get_component_rich_style(part))], self.size.width, base)

    def _row(self, base: Style) -> Strip:
        """Label, bar, value, hint."""
        part = self.get_component_rich_style
        ground, width = self._ground(), self.size.width
        label = fit(clean(self.label), self.label_width - (3 if self._required else 1))
        pieces: list[Piece] = [
            (label, part("form-field--label-focused" if self._focused else "form-field--label")),
            (" *" if self._required else "", part("form-field--required")),
        ]
        used = width_of(label) + (2 if self._required else 0)
        pieces += [(" " * (self.label_width - used), base), *self._bar(ground)]
        room = self._room()
        value = strip_of(self._pieces(ground), room, ground)
        pieces += [(segment.text, segment.style or ground) for segment in value]
        box = width - self.label_width
        hint = fit(clean(self._hint_text()), max(0, box - 2 - room - 2))
        tone = ground if ground.reverse else ground + Style(color=part("form-field--hint").color, underline=False)
        pieces += [(" " if hint else "", ground), (hint, tone)]
        return strip_of(pieces, width, ground)

    def _bar(self, ground: Style) -> list[Piece]:
        """The bar of the focus, or of an error."""
        part = self.get_component_rich_style
        if self._focused:
            return [(BAR, Style(color=part("form-field--bar").color, bgcolor=ground.bgcolor)), (" ", ground)]
        if self.error:
            return [(BAR, Style(color=part("form-field--error").color, bgcolor=ground.bgcolor)), (" ", ground)]
        return [("  ", ground)]

    def _said(self) -> list[tuple[str, str]]:
        """The lines under the value, each with the class it is drawn by: what is wrong, else what to know.

        What was understood of the value is no warning, and is not drawn like one.
        """
        sentence, sign, part = self.note, "▲", "form-field--note"
        if self.error:
            sentence, sign, part = self.error, "×", "form-field--error"
        elif self.note.startswith(UNDERSTOOD):
            sentence, sign, part = self.note.removeprefix(UNDERSTOOD), "=", "form-field--understood"
        width = self.size.width - self.label_width - 3
        if not sentence or width <= 0:
            return []
        lines = Content(clean(sentence)).wrap(max(1, width - 2))
        return [(part, f"{'  ' if number else f'{sign} '}{line.plain}") for number, line in enumerate(lines)]
