"""A field that picks one or several of many by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.style import Style
from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from widgets.field_input import FieldInput
from widgets.form_field import FormField
from widgets.lines import Piece
from widgets.pick_list import PickList, PickRow, best
from widgets.text import clean, fit, width_of

HITS_SHOWN = 6
"""Rows of the list under a picker."""

LINE_LEAST = 12
"""Cells that are left to type in when much has been taken."""


class PickInput(FieldInput):
    """The line of a picker: arrows walk through the hits, comma and Backspace take and give back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "act('down')", "Next hit", show=False, id="picker.down", tooltip="Next hit"),
        Binding("up", "act('up')", "Hit above", show=False, id="picker.up", tooltip="Hit above"),
        Binding("enter", "act('take')", "Take", show=False, id="picker.take", tooltip="Take the hit"),
        Binding("comma", "act('more')", "Take and go on", show=False, id="picker.more", tooltip="Take, ask for more"),
        Binding("space", "act('space')", "Tick", show=False, id="picker.tick", tooltip="Tick the row"),
        Binding("backspace", "act('back')", "Back", show=False, id="picker.back", tooltip="Delete, or give back"),
        Binding("escape", "act('close')", "Close", show=False, id="picker.close", tooltip="Close the list"),
    ]

    class Act(Message):
        """A key of the picker was pressed."""

        def __init__(self, line: PickInput, what: str) -> None:
            super().__init__()
            self.line = line
            self.what = what

        @property
        def control(self) -> PickInput:
            """The line."""
            return self.line

    def __init__(self) -> None:
        super().__init__(max_length=120, select_on_focus=False)
        self.several = False
        self.open = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Comma and space are keys of the picker where they are no text."""
        return super().check_consume_key(key, character) and not self._is_key(key)

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        """Leave the picker's own keys to the bindings; every other one is typed."""
        if self._is_key(event.key):
            event.prevent_default()

    def _is_key(self, key: str) -> bool:
        """Does a character act instead of being typed?"""
        if key == "comma":
            return self.several
        return key == "space" and self.several and not self.value

    def action_act(self, what: str) -> None:
        """Tell the field, or edit the line."""
        if what == "back" and self.value:
            self.action_delete_left()
        elif what == "close" and not self.open:
            raise SkipAction
        else:
            self.post_message(self.Act(self, what))


class PickField(FormField):
    """Picks one or several of many by typing.

    Enter takes the first hit, and so does leaving the field; with `several` a comma takes it and asks for the next,
    Backspace on an empty line gives the last one back, and space ticks the row under the cursor of the list.
    What fits nothing stays in the line, marked. Where there is nothing to pick yet, the field says so with `none`.
    """

    DEFAULT_CSS = """
    PickField {
        & PickList { display: none; background: $sp-raise; }
        &.-open PickList { display: block; }
    }
    """

    def __init__(
        self,
        key: str,
        label: str,
        *,
        options: Sequence[PickRow] = (),
        several: bool = False,
        required: bool = False,
        hint: str = "",
        none: str = "There is nothing to choose from yet.",
    ) -> None:
        super().__init__(key, label, required=required, hint=hint)
        self._options = tuple(options)
        self._none = none
        self._bare = False
        self._several = several
        self._taken: tuple[str, ...] = ()
        self._line = PickInput()
        self._line.several = several
        self._list = PickList(most=HITS_SHOWN, several=several)

    def compose(self) -> ComposeResult:
        """The line over the value, the hits under it."""
        yield self._line
        yield self._list

    @property
    def value(self) -> Any:
        """The answers taken as a tuple, or the one answer, None for none."""
        if self._several:
            return self._taken
        return self._taken[0] if self._taken else None

    @property
    def typed(self) -> str:
        """What stands in the line and has not been taken."""
        return self._line.value.strip()

    @property
    def missed(self) -> str:
        """What is wrong with what stands in the line though it fits nothing, or with an answer that cannot be given; ""
        where nothing is."""
        if self._bare and (self.typed or self._required):
            return self._none
        return f"Nothing is called “{self.typed}”: type another part of the name" if self.typed else ""

    def set_options(self, options: Sequence[PickRow]) -> None:
        """Offer these; what is taken and not among them goes."""
        self._options = tuple(options)
        self._bare = not self._options
        known = {row.answer for row in self._options}
        self._taken = tuple(answer for answer in self._taken if answer in known)
        self._settle()

    def take(self, answer: str) -> None:
        """Take one of what is offered beside what is taken, as if the user had; what was typed to find it goes."""
        self._line.value = ""
        self._close()
        kept = tuple(one for one in self._taken if one != answer)
        self._set((*kept, answer) if self._several else (answer,))

    def told(self, value: Any) -> str:
        """The names of answers."""
        names = {row.answer: row.name for row in self._options}
        answers = [value] if isinstance(value, str) else value or ()
        return ", ".join(clean(names.get(str(answer), str(answer))) for answer in answers) or "empty"

    def focus_value(self) -> None:
        """Put the cursor into the line."""
        self._line.focus()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Leaving takes the first hit of what was typed."""
        super().on_descendant_blur(event)
        if self.typed:
            self._take()
        self._close()

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self.error = ""
        if self.typed:
            self._open(best(self._free(), self.typed))
        elif not self._line.value:
            self._close()

    @on(PickInput.Act)
    def _acted(self, event: PickInput.Act) -> None:
        event.stop()
        if event.what in {"down", "up", "space"} and not self._line.open:
            self._open(list(self._options) if self._several else self._free())
        elif event.what in {"down", "up"}:
            self._list.move(1 if event.what == "down" else -1)
        elif event.what == "space":
            self._toggle()
        elif event.what == "back":
            self._set(self._taken[:-1])
        elif event.what == "close":
            self._line.value = ""
            self._close()
        elif event.what == "take" and not self._line.open:
            self.post_message(Input.Submitted(self._line, self._line.value))
        else:
            self._take()

    @on(PickList.Clicked)
    def _clicked(self, event: PickList.Clicked) -> None:
        event.stop()
        self._take()

    def _open(self, rows: Sequence[PickRow]) -> None:
        """Show hits under the field."""
        self._line.open = True
        self.add_class("-open")
        self._list.show(rows, self._none if self._bare else "Nothing fits.", self._taken)
        self._settle()

    def _close(self) -> None:
        """Show the value alone."""
        self._line.open = False
        self.remove_class("-open")
        self._settle()

    def _take(self) -> None:
        """Take the row under the cursor of the list."""
        row = self._list.current if self._line.open else None
        if row is None:
            self.error = self.missed or self.error
            return
        self.take(row.answer)

    def _toggle(self) -> None:
        """Tick or untick the row under the cursor of the list, which stays open."""
        row, at = self._list.current, self._list.cursor
        if row is not None:
            taken = tuple(answer for answer in self._taken if answer != row.answer)
            self._set(taken if row.answer in self._taken else (*taken, row.answer))
            self._list.show(self._list.rows, ticked=self._taken)
            self._list.move(at)

    def _set(self, taken: tuple[str, ...]) -> None:
        """The user has taken something, or given it back."""
        if taken != self._taken:
            self._taken = taken
            self._told()
            self._settle()

    def _put(self, value: Any) -> None:
        if value in (None, "", ()):
            self._taken = ()
        else:
            self._taken = tuple(map(str, value)) if self._several else (str(value),)
        self._settle()

    def _free(self) -> list[PickRow]:
        """What can still be taken."""
        return [row for row in self._options if row.answer not in self._taken]

    # Drawing

    def _below(self) -> int:
        return max(1, min(len(self._list.rows), HITS_SHOWN)) if self._line.open else 0

    def _hint_text(self) -> str:
        if self._bare:
            return "none yet"
        sign = "+" if self._several else "▾"
        return f"{self.hint} {sign}" if self.hint else sign

    def _labels(self) -> list[tuple[str, bool]]:
        """The names of what is taken, and whether each is new."""
        names = {row.answer: row.name for row in self._options}
        original = self._original if self._several and isinstance(self._original, tuple) else ()
        return [(clean(names.get(answer, answer)), self._several and answer not in original) for answer in self._taken]

    def _pieces(self, ground: Style) -> list[Piece]:
        added = (
            ground if ground.reverse else ground + Style(color=self.get_component_rich_style("form-field--added").color)
        )
        pieces: list[Piece] = []
        room = self._taken_room()
        for name, new in self._labels():
            text = fit(f"{'+ ' if new else ''}{name}   ", room)
            pieces.append((text, added if new else ground))
            room -= width_of(text)
        return pieces

    def _taken_room(self) -> int:
        """Cells for what is taken; some are left to type in."""
        return max(0, self._room() - (LINE_LEAST if self._focused else 0))

    def _settle(self) -> None:
        super()._settle()
        wanted = sum(width_of(name) + 3 + (2 if new else 0) for name, new in self._labels())
        left = min(wanted, self._taken_room())
        self._line.styles.margin = (0, 0, 0, self.label_width + 2 + left)
        self._line.styles.width = max(1, self._room() - left)
        self._list.styles.margin = (0, 0, 0, self.label_width)
