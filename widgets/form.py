"""Forms: labelled fields in sections, errors under their field and counted on top, nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.fields import FixedField, SwitchField, TextField
from widgets.form_field import FormField
from widgets.pick_field import PickField
from widgets.pick_list import PickRow
from widgets.text import assemble, clean, rule, width_of

__all__ = ["ErrorBanner", "FixedField", "Form", "FormField", "PickField", "Section", "SwitchField", "TextField"]

LABEL_LEAST = 13
"""Cells of the narrowest column of labels."""

LABEL_MOST = 26
"""Cells of the widest one; longer labels are cut."""

LOW = 30
"""Below so many lines the empty rows between sections fold away."""


class Section(Widget):
    """A sub-heading: its word and a rule."""

    DEFAULT_CSS = """
    Section {
        width: 1fr;
        max-width: 76;
        height: 1;
        margin-top: 1;
    }
    """

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def render(self) -> RenderResult:
        """One line."""
        return rule((self.word, "bold $sp-t1"), (), self.content_size.width)


class ErrorBanner(Widget):
    """What is wrong with the form as a whole, and how many fields want a correction; two rows, more for long words."""

    DEFAULT_CSS = """
    ErrorBanner {
        dock: top;
        width: 1fr;
        height: auto;
        min-height: 2;
        max-height: 8;
        margin-bottom: 1;
        color: $sp-t2;
        background: $sp-bad-bg;
        display: none;
        &.-shown { display: block; }
    }
    """

    fields: reactive[int] = reactive(0, layout=True)
    """How many fields want a correction."""

    whole: reactive[str] = reactive("", layout=True)
    """What is wrong beyond the fields."""

    def render(self) -> RenderResult:
        """The count, then the sentence."""
        counted = (
            f": {self.fields} field{'s need' if self.fields != 1 else ' needs'} a correction" if self.fields else ""
        )
        kept = "What you typed is kept."
        said = self.whole or (f"{kept} Tab goes to the next one." if self.fields else kept)
        first = assemble([("▌ ", "$sp-bad"), (f"× Not saved{counted}", "bold $sp-bad")])
        width = self.content_size.width
        rest = [
            assemble([("▌ ", "$sp-bad"), (line.plain, "$sp-t1" if self.whole else "$sp-t2")])
            for line in Content(clean(said)).wrap(max(1, width - 2))
        ]
        return Content("\n").join([line.truncate(width, ellipsis=True) for line in (first, *rest)])


class Form(VerticalScroll, can_focus=False):
    """Fields in sections; knows what changed and shows errors at their fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "next_error", "Next error", show=False, id="fields.next-error", tooltip="Next field in error"),
    ]

    DEFAULT_CSS = """
    Form {
        width: 1fr;
        scrollbar-size-vertical: 1;
        & > Section.-first { margin-top: 0; }
        &.-low > Section { margin-top: 0; }
        &.-low > ErrorBanner { margin-bottom: 0; }
    }
    """

    def __init__(self, sections: Mapping[str, Sequence[FormField]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sections = sections
        self._fields = {field.key: field for fields in sections.values() for field in fields}
        widest = max((width_of(field.label) for field in self._fields.values()), default=0)
        for field in self._fields.values():
            field.label_width = max(LABEL_LEAST, min(LABEL_MOST, widest + 4))

    def compose(self) -> ComposeResult:
        """Banner, then each section with its fields."""
        yield ErrorBanner()
        for number, (word, fields) in enumerate(self._sections.items()):
            if word:
                section = Section(word)
                section.set_class(number == 0, "-first")
                yield section
            yield from fields

    def on_resize(self, _event: events.Resize) -> None:
        """Empty rows go first when there are few."""
        self.set_class(self.app.size.height < LOW, "-low")

    @property
    def fields(self) -> dict[str, FormField]:
        """The fields by key."""
        return self._fields

    def offer(self, name: str, options: Sequence[PickRow]) -> PickField:
        """Offer these rows in a picker, and answer it."""
        picker = self.fields[name]
        assert isinstance(picker, PickField), f"{name} is no picker"
        picker.set_options(options)
        return picker

    def begin(self, values: Mapping[str, Any]) -> None:
        """Begin with these values; fields that are not named keep theirs."""
        for key, value in values.items():
            if key in self._fields:
                self._fields[key].begin(value)

    def values(self) -> dict[str, Any]:
        """Every value by key."""
        return {key: field.value for key, field in self._fields.items()}

    def missed(self) -> dict[str, str]:
        """What was typed into pickers and fits nothing, a sentence each."""
        pickers = {key: field for key, field in self._fields.items() if isinstance(field, PickField)}
        return {key: picker.missed for key, picker in pickers.items() if picker.missed}

    def changes(self) -> dict[str, Any]:
        """The values that differ from those that the form began with."""
        return {key: field.value for key, field in self._fields.items() if field.changed}

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Show each sentence at its field, those of no field on top, and focus the first bad field."""
        own = {key: text for key, text in errors.items() if key in self._fields and text}
        whole = [text for key, text in errors.items() if key not in self._fields and text]
        for key, field in self._fields.items():
            field.show_error(own.get(key, ""))
        banner = self.query_one(ErrorBanner)
        banner.whole = "  ".join(whole)
        self._count_errors()
        for key, field in self._fields.items():
            if key in own:
                field.focus_value()
                break

    def show_notes(self, notes: Mapping[str, str]) -> None:
        """Show at each field what to know about it, and nothing at the others; a locked field keeps its reason."""
        for key, field in self._fields.items():
            if field.editable:
                field.show_note(notes.get(key, ""))

    def focus_first(self) -> None:
        """Put the cursor into the first field that can be typed in."""
        for field in self._fields.values():
            if field.editable:
                field.focus_value()
                return

    def action_next_error(self) -> None:
        """While fields are in error, Tab goes from one to the next; after the last it goes on as always."""
        fields = list(self._fields.values())
        here = next((number for number, field in enumerate(fields) if field.has_focus or field.has_focus_within), -1)
        following = next((field for field in fields[here + 1 :] if field.error and field.editable), None)
        if following is None:
            raise SkipAction
        following.focus_value()

    @on(FormField.Changed)
    def _one_changed(self) -> None:
        """The banner leaves with the last error."""
        self.query_one(ErrorBanner).whole = ""
        self._count_errors()

    def _count_errors(self) -> None:
        """Show in the banner what is left."""
        banner = self.query_one(ErrorBanner)
        banner.fields = sum(bool(field.error) for field in self._fields.values())
        banner.set_class(bool(banner.fields or banner.whole), "-shown")
