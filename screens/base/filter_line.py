"""The line under the title in which a list is filtered; it stays while a filter holds."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

MAX_LENGTH = 500
Complete = Callable[[str], str | None]
"""From what was typed to the whole text it could become."""


class _Ghost(Suggester):
    """Asks the filter language how what was typed goes on."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value) if value else None


class FilterInput(Input):
    """The field itself: Tab takes the completion, Escape gives up."""

    BINDINGS = [
        Binding("tab", "complete", "Complete", show=False, id="filter.complete", tooltip="Take the completion"),
        Binding("escape", "leave", "Clear", show=False, id="filter.clear", tooltip="Clear the filter"),
    ]

    def __init__(self, complete: Complete) -> None:
        super().__init__(suggester=_Ghost(complete), max_length=MAX_LENGTH, compact=True)
        self._complete = complete

    class Left(Message):
        """Escape was pressed."""

    def action_complete(self) -> None:
        """Take the completion, also one that has not been drawn yet."""
        completed = self._complete(self.value) if self.value else None
        if completed is not None:
            self.value = completed
            self.cursor_position = len(completed)

    def action_leave(self) -> None:
        """Clear and leave."""
        self.post_message(self.Left())


class FilterLine(Horizontal):
    """The filter of a list; posts `Changed` with the expression when it was entered or cleared."""

    DEFAULT_CSS = """
    FilterLine { height: 1; background: $sp-raise; display: none; }
    FilterLine.-open { display: block; }
    FilterLine > .slash { width: 3; color: $sp-acc; text-style: bold; padding: 0 1; }
    FilterLine > FilterInput { border: none; height: 1; padding: 0; background: $sp-raise; width: 1fr; }
    FilterLine > FilterInput:focus { background: $sp-cur; }
    FilterLine > .hint { width: auto; color: $sp-t3; padding: 0 1; }
    FilterLine > .error {
        width: auto; max-width: 66%; text-wrap: nowrap; text-overflow: ellipsis;
        color: $sp-bad; padding: 0 1; display: none;
    }
    FilterLine.-error > .error { display: block; }
    FilterLine.-error > .hint { display: none; }
    """

    class Changed(Message):
        """The filter is `text` from now on; "" for none."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, complete: Complete) -> None:
        super().__init__()
        self._complete = complete

    def compose(self) -> ComposeResult:
        """Slash, field, hint."""
        yield Static("/", classes="slash")
        yield FilterInput(self._complete)
        yield Static("Tab completes · Enter filters · Esc clears", classes="hint", markup=False)
        yield Static("", classes="error", markup=False)

    @property
    def text(self) -> str:
        """The expression as it stands in the field."""
        return self.query_one(FilterInput).value.strip()

    def open(self) -> None:
        """Show the line and type into it."""
        self.add_class("-open")
        self.query_one(FilterInput).focus()

    def set_text(self, text: str) -> None:
        """Have a filter that was not typed here."""
        self.query_one(FilterInput).value = text
        self.set_class(bool(text), "-open")

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the expression; what was typed stays."""
        self.add_class("-error")
        self.query_one(".error", Static).update(sentence)
        self.query_one(FilterInput).focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.remove_class("-error")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_class(bool(self.text), "-open")
        self.post_message(self.Changed(self.text))

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.query_one(FilterInput).value = ""
        self.remove_class("-open", "-error")
        self.post_message(self.Changed(""))
