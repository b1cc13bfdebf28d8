"""A dialog to pick one of many by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from widgets.field_input import FieldInput
from widgets.modal import Dialog
from widgets.pick_list import PickList, PickRow, best


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
        & FieldInput { padding: 0 1; }
        & PickList { margin-top: 1; }
    }
    """

    def __init__(
        self, heading: str, rows: Sequence[PickRow] = (), *, empty: str = "Nothing fits.", begin: str = ""
    ) -> None:
        """`begin` stands in the line from the first key on."""
        super().__init__()
        self._heading = heading
        self._rows = tuple(rows)
        self._empty = empty
        self._begin = begin

    def compose(self) -> ComposeResult:
        """A line to type into, the rows under it."""
        with self.box(self._heading, "Enter Take · Esc Cancel"):
            yield FieldInput(self._begin, select_on_focus=False)
            yield PickList()

    def on_mount(self) -> None:
        """Show the rows that fit what stands there."""
        line = self.query_one(Input)
        line.focus()
        self.typed(line.value)

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
