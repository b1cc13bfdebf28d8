"""Forms: labelled fields one row high, errors under their field, nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.dialog import PickList, PickRow, best
from widgets.text import clean


class FormField(Vertical):
    """A label, a value on one row, a hint at its right, and room for an error under it."""

    DEFAULT_CSS = """
    FormField { height: auto; width: 1fr; max-width: 76; }
    FormField > Horizontal { height: 1; }
    FormField .label { width: 18; color: $sp-t2; }
    FormField .star { width: 2; color: $sp-acc; }
    FormField .hint { width: auto; max-width: 25; color: $sp-t3; background: $sp-raise; padding: 0 1; }
    FormField Input {
        border: none; height: 1; width: 1fr; padding: 0 1; background: $sp-raise; color: $sp-t1;
        text-style: $sp-field-style;
    }
    FormField Input:focus { background: $sp-cur; border: none; }
    FormField:focus-within .label { color: $sp-t1; text-style: bold; }
    FormField:focus-within .hint { background: $sp-cur; }
    FormField .error { display: none; color: $sp-bad; margin-left: 21; height: auto; }
    FormField.-error .error { display: block; }
    FormField.-error .star { color: $sp-bad; }
    FormField .fixed { color: $sp-t2; padding: 0 1; width: 1fr; }
    """

    class Changed(Message):
        """The value of a field is another."""

        def __init__(self, field: FormField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> FormField:
            """The field."""
            return self.field

    def __init__(self, key: str, label: str, *, required: bool = False, hint: str = "") -> None:
        super().__init__(id=f"field-{key.replace('_', '-')}")
        self.key = key
        self.label = label
        self._required = required
        self._hint = hint
        self._original: Any = None

    def compose(self) -> ComposeResult:
        """One row, and the error under it."""
        with Horizontal():
            yield Static(self.label, classes="label", markup=False)
            yield Static("*" if self._required else "", classes="star", markup=False)
            yield from self.compose_value()
            if self._hint:
                yield Static(clean(self._hint), classes="hint", markup=False)
        yield Static("", classes="error", markup=False)

    def compose_value(self) -> Iterator[Widget]:
        """The widgets of the value itself."""
        raise NotImplementedError(type(self).__name__)

    @property
    def value(self) -> Any:
        """What the form will save."""
        raise NotImplementedError(type(self).__name__)

    def on_mount(self) -> None:
        """A field begins as it stands."""
        self._original = self.value

    @property
    def changed(self) -> bool:
        """Whether the value differs from the one that the form began with."""
        return bool(self.value != self._original)

    def begin(self, value: Any) -> None:
        """Have `value` as the one that the form begins with."""
        self._original = value

    def show_error(self, sentence: str) -> None:
        """Say what is wrong, or nothing any more."""
        self.set_class(bool(sentence), "-error")
        self.query_one(".error", Static).update(clean(sentence))

    def set_hint(self, text: str) -> None:
        """Say where a default comes from."""
        for hint in self.query(".hint").results(Static):
            hint.update(clean(text))

    def focus_value(self) -> None:
        """Put the cursor into the value."""
        for widget in self.query(Input):
            widget.focus()
            return


class TextField(FormField):
    """A line of text."""

    def __init__(
        self, key: str, label: str, *, required: bool = False, hint: str = "", max_length: int = 0, secret: bool = False
    ) -> None:
        super().__init__(key, label, required=required, hint=hint)
        self._max_length = max_length or 500
        self._secret = secret

    def compose_value(self) -> Iterator[Widget]:
        """An input; a secret one shows bullets."""
        yield Input(compact=True, max_length=self._max_length, password=self._secret, select_on_focus=True)

    @property
    def value(self) -> str:
        """The text as typed."""
        return self.query_one(Input).value

    def begin(self, value: Any) -> None:
        """Have a text to begin with."""
        super().begin(value or "")
        with self.prevent(Input.Changed):
            self.query_one(Input).value = value or ""

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.show_error("")
        self.post_message(self.Changed(self))


class FixedField(FormField):
    """A value that is set elsewhere: no ground, and a hint that says where."""

    can_focus = False

    def __init__(self, key: str, label: str, *, hint: str = "") -> None:
        super().__init__(key, label, hint=hint)
        self._value: Any = None

    def compose_value(self) -> Iterator[Widget]:
        """Plain text."""
        yield Static("–", classes="fixed", markup=False)

    @property
    def value(self) -> Any:
        """What was set."""
        return self._value

    def begin(self, value: Any) -> None:
        """Show the value."""
        super().begin(value)
        self._value = value
        self.query_one(".fixed", Static).update(clean(str(value)) if value not in (None, "") else "–")


class PickInput(Input):
    """The input of a picker: arrows walk through the hits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "hit(1)", "Next hit", show=False, id="picker.down", tooltip="Next hit"),
        Binding("up", "hit(-1)", "Hit above", show=False, id="picker.up", tooltip="Hit above"),
        Binding("enter", "take", "Take", show=False, id="picker.take", tooltip="Take the hit"),
        Binding("comma", "take_more", "Take and go on", show=False, id="picker.more", tooltip="Take, ask for the next"),
        Binding("backspace", "back", "Back", show=False, id="picker.back", tooltip="Delete, or remove the last"),
    ]

    class Act(Message):
        """A key of the picker was pressed."""

        def __init__(self, what: str, step: int = 0) -> None:
            super().__init__()
            self.what = what
            self.step = step

    def action_hit(self, step: int) -> None:
        """Walk."""
        self.post_message(self.Act("hit", step))

    def action_take(self) -> None:
        """Take the hit."""
        self.post_message(self.Act("take"))

    def action_take_more(self) -> None:
        """Take the hit and ask for the next."""
        self.post_message(self.Act("more"))

    def action_back(self) -> None:
        """Delete a character; on an empty line the last of what was taken goes."""
        if self.value:
            self.action_delete_left()
        else:
            self.post_message(self.Act("back"))


class PickField(FormField):
    """Picks one or several of many by typing: Tab or Enter takes the first hit, comma takes it and asks for the next."""

    DEFAULT_CSS = """
    PickField .taken { width: auto; color: $sp-t1; background: $sp-raise; padding: 0 0 0 1; }
    PickField:focus-within .taken { background: $sp-cur; }
    PickField PickList { display: none; margin: 0 0 0 20; max-height: 6; background: $sp-raise; }
    PickField.-open PickList { display: block; }
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
    ) -> None:
        super().__init__(key, label, required=required, hint=hint or ("+" if several else "▾"))
        self._options = tuple(options)
        self._several = several
        self._taken: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The row, the hits under it."""
        yield from super().compose()
        yield PickList()

    def compose_value(self) -> Iterator[Widget]:
        """What was taken, then the line to type in."""
        yield Static("", classes="taken", markup=False)
        yield PickInput(compact=True, max_length=120)

    @property
    def value(self) -> Any:
        """The answers taken as a tuple, or the one answer, None for none."""
        if self._several:
            return self._taken
        return self._taken[0] if self._taken else None

    def begin(self, value: Any) -> None:
        """Begin with an answer, or with several."""
        super().begin(value)
        self._taken = tuple(value) if self._several and value else (str(value),) if value not in (None, "", ()) else ()
        self._draw()

    def set_options(self, options: Sequence[PickRow]) -> None:
        """Offer these; what is taken and not among them goes."""
        self._options = tuple(options)
        known = {row.answer for row in self._options}
        self._taken = tuple(answer for answer in self._taken if answer in known)
        self._draw()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.show_error("")
        self.set_class(bool(event.value.strip()), "-open")
        self.query_one(PickList).show(best(self._free(), event.value), "Nothing fits.")

    @on(PickInput.Act)
    def _acted(self, event: PickInput.Act) -> None:
        event.stop()
        hits = self.query_one(PickList)
        if event.what == "hit":
            if not self.has_class("-open"):
                hits.show(self._free())
                self.add_class("-open")
            else:
                hits.move(event.step)
        elif event.what == "back":
            self._set(self._taken[:-1])
        else:
            self._take()

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """Leaving takes the first hit of what was typed."""
        if self.query_one(PickInput).value.strip():
            self._take()
        self.remove_class("-open")

    def _take(self) -> None:
        row = self.query_one(PickList).current if self.has_class("-open") else None
        typed = self.query_one(PickInput).value.strip()
        if row is None:
            if typed:
                self.show_error(f"Nothing is called “{typed}”.")
            return
        self.query_one(PickInput).value = ""
        self.remove_class("-open")
        self._set((*self._taken, row.answer) if self._several else (row.answer,))

    def _set(self, taken: tuple[str, ...]) -> None:
        self._taken = taken
        self._draw()
        self.post_message(self.Changed(self))

    def _free(self) -> list[PickRow]:
        return [row for row in self._options if row.answer not in self._taken or not self._several]

    def _draw(self) -> None:
        names = {row.answer: row.name for row in self._options}
        text = "   ".join(names.get(answer, answer) for answer in self._taken)
        self.query_one(".taken", Static).update(clean(text))


class Section(Static):
    """A sub-heading: its word and a rule."""

    DEFAULT_CSS = """
    Section { height: 1; margin-top: 1; max-width: 76; color: $sp-t1; text-style: bold; }
    """

    def __init__(self, word: str) -> None:
        super().__init__(word, markup=False)


class ErrorBanner(Static):
    """What is wrong with the form as a whole, and how many fields have an error."""

    DEFAULT_CSS = """
    ErrorBanner { display: none; height: auto; max-width: 76; color: $sp-bad; background: $sp-bad-bg; padding: 0 1; }
    ErrorBanner.-shown { display: block; }
    """


class Form(VerticalScroll):
    """Fields in sections; knows what changed and shows errors at their fields."""

    DEFAULT_CSS = """
    Form { width: 1fr; scrollbar-size-vertical: 1; }
    """
    can_focus = False

    def __init__(self, sections: Mapping[str, Sequence[FormField]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections = sections
        self._fields = {field.key: field for fields in sections.values() for field in fields}

    def compose(self) -> ComposeResult:
        """Banner, then each section with its fields."""
        yield ErrorBanner("", markup=False)
        for word, fields in self._sections.items():
            if word:
                yield Section(word)
            yield from fields

    @property
    def fields(self) -> dict[str, FormField]:
        """The fields by key."""
        return self._fields

    def begin(self, values: Mapping[str, Any]) -> None:
        """Begin with these values; fields that are not named keep theirs."""
        for key, value in values.items():
            if key in self._fields:
                self._fields[key].begin(value)

    def values(self) -> dict[str, Any]:
        """Every value by key."""
        return {key: field.value for key, field in self._fields.items()}

    def changes(self) -> dict[str, Any]:
        """The values that differ from those that the form began with."""
        return {key: field.value for key, field in self._fields.items() if field.changed}

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Show each sentence at its field, those of no field on top, and focus the first bad field."""
        own = {key: text for key, text in errors.items() if key in self._fields}
        whole = [text for key, text in errors.items() if key not in self._fields]
        for key, field in self._fields.items():
            field.show_error(own.get(key, ""))
        count = (
            f"{len(own)} field{'s' if len(own) != 1 else ''} need a correction. Nothing has been saved." if own else ""
        )
        banner = self.query_one(ErrorBanner)
        banner.update(clean("  ".join([*whole, count]).strip()))
        banner.set_class(bool(errors), "-shown")
        first = next((field for key, field in self._fields.items() if key in own), None)
        if first is not None:
            first.focus_value()

    def focus_first(self) -> None:
        """Put the cursor into the first field that can be typed in."""
        for field in self._fields.values():
            if not isinstance(field, FixedField):
                field.focus_value()
                return

    @on(FormField.Changed)
    def _one_changed(self) -> None:
        if not any(field.has_class("-error") for field in self._fields.values()):
            self.query_one(ErrorBanner).remove_class("-shown")
