"""A few lines to type in under one another, as signing in and small dialogs have them: label above, error below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from widgets.field_input import FieldInput
from widgets.text import clean


@dataclass(frozen=True, slots=True)
class Entry:
    """A line: its key, its label, whether it shows bullets, what stands in it at first.

    What is good `once` is emptied when it was wrong, as a secret is.
    """

    key: str
    label: str
    secret: bool = False
    value: str = ""
    max_length: int = 256
    once: bool = False


class Entries(Vertical):
    """The lines; Enter goes on to the next one, from the last one everything is submitted."""

    DEFAULT_CSS = """
    Entries {
        height: auto;
        & .label { color: $sp-t2; margin-top: 1; }
        & .label.-focused { color: $sp-t1; text-style: bold; }
        & FieldInput { padding: 0 1; }
        & .error { color: $sp-bad; height: auto; display: none; }
        & .error.-shown { display: block; }
    }
    """

    class Submitted(Message):
        """Enter was pressed in the last line."""

        def __init__(self, entries: Entries) -> None:
            super().__init__()
            self.entries = entries

        @property
        def control(self) -> Entries:
            """The lines."""
            return self.entries

    def __init__(self, *entries: Entry, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries = entries
        self._inputs = {
            one.key: FieldInput(one.value, password=one.secret, max_length=one.max_length, name=one.key)
            for one in entries
        }
        self._errors = {key: Static("", classes="error", markup=False) for key in (*self._inputs, "")}
        self._labels = {one.key: Static(clean(one.label), classes="label", markup=False) for one in entries}

    def compose(self) -> ComposeResult:
        """Label, line and error of each; what is wrong with all of them last."""
        for key, line in self._inputs.items():
            yield self._labels[key]
            yield line
            yield self._errors[key]
        yield self._errors[""]

    @property
    def values(self) -> dict[str, str]:
        """What was typed, by key."""
        return {key: line.value for key, line in self._inputs.items()}

    def fill(self, values: Mapping[str, str]) -> None:
        """Put what is known into the lines."""
        for key, value in values.items():
            if key in self._inputs:
                self._inputs[key].value = value

    def begin(self) -> None:
        """Put the cursor into the first line that is empty; where all are filled in, into the first secret one."""
        lines = list(self._inputs.values())
        empty = [line for line in lines if not line.value]
        secret = [self._inputs[one.key] for one in self._entries if one.secret]
        (empty or secret or lines)[0].focus()

    def say(self, errors: Mapping[str, str]) -> None:
        """Show sentences under their lines; secrets and codes in error are emptied, and the first bad one focused.

        What is about no line here stands under all of them; secrets are emptied then too.
        """
        whole = " ".join(text for key, text in errors.items() if key not in self._inputs)
        for key, label in self._errors.items():
            text = whole if key == "" else errors.get(key, "")
            label.update(clean(text))
            label.set_class(bool(text), "-shown")
        bad = list(self._bad(errors, whole))
        for one in bad:
            if one.secret or one.once:
                with self.prevent(Input.Changed):
                    self._inputs[one.key].value = ""
        if bad:
            self._inputs[bad[0].key].focus()

    def _bad(self, errors: Mapping[str, str], whole: str) -> Iterator[Entry]:
        for one in self._entries:
            if one.key in errors or (whole and one.secret):
                yield one

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The label of the line with the cursor is bold."""
        for key, label in self._labels.items():
            label.set_class(event.widget is self._inputs[key], "-focused")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        label = self._errors.get(event.input.name or "")
        if label is not None:
            label.remove_class("-shown")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        lines = list(self._inputs.values())
        at = lines.index(event.input) if event.input in lines else len(lines) - 1
        if at + 1 < len(lines):
            lines[at + 1].focus()
        else:
            self.post_message(self.Submitted(self))
