"""The line to type in, one row high: no border, on the ground of a field, reverse where there are no grounds."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.strip import Strip
from textual.widgets import Input

from backend.domain.names import JOINERS


class FieldInput(Input):
    """A Textual input that looks like a field of a form."""

    DEFAULT_CSS = """
    FieldInput {
        height: 1;
        width: 1fr;
        padding: 0 0;
        border: none;
        color: $sp-t1;
        background: $sp-raise;
        text-style: $sp-field-style;
        &:disabled {
            opacity: 100%;
            color: $sp-t2;
            background: $sp-base;
            text-style: none;
        }
        &:focus {
            border: none;
            background: $sp-cur;
            background-tint: transparent;
            text-style: $sp-cur-style;
        }
        &:ansi {
            & > .input--cursor {
                color: $sp-t1;
                background: $sp-base;
                text-style: $sp-cursor-style;
            }
            & > .input--placeholder, & > .input--suggestion {
                color: $sp-t3;
                text-style: none;
            }
        }
        & > .input--placeholder, & > .input--suggestion { color: $sp-t3; }
    }
    """

    offer: Callable[[str], bool] | None = None
    """What is pasted is offered to it first."""

    def _on_paste(self, event: events.Paste) -> None:
        """Pasted text that somebody else takes is not typed."""
        if self.offer is not None and self.offer(event.text):
            event.stop()
            event.prevent_default()

    def _on_key(self, event: events.Key) -> None:  # type: ignore[override]
        """A joiner is typed like a letter, though it is not printable by itself: names are misspelt without it."""
        if event.character and event.character in JOINERS:
            event.stop()
            event.prevent_default()
            self.insert_text_at_cursor(event.character)

    def render_line(self, y: int) -> Strip:
        """The line as Textual draws it, on the ground of the field to its end also while it is empty."""
        return super().render_line(y).extend_cell_length(self.size.width, self.rich_style)
