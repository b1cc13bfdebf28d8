"""A small dialog with lines to type in: it asks, shows errors under their lines, and closes with what came of it."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from backend.domain.errors import Conflict, Invalid, SmartPlusError
from screens.base.session import Session
from widgets.entries import Entries, Entry
from widgets.modal import Dialog
from widgets.panel import Lines

Result = TypeVar("Result")


def errors_of(error: SmartPlusError) -> dict[str, str]:
    """The sentences of an error by the line they are about, "" for all of them."""
    if isinstance(error, Invalid):
        return error.fields
    return {error.field: str(error)} if isinstance(error, Conflict) else {"": str(error)}


class EntryDialog(Dialog[Result | None], Generic[Result]):
    """A dialog over the page; F2 or Enter in the last line does it, Escape leaves without."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "submit", "Save", id="entry.save", tooltip="Do it", priority=True, show=False),
        Binding("escape", "cancel", "Cancel", id="entry.cancel", tooltip="Leave it", show=False),
    ]
    HEADING: ClassVar[str] = ""
    LEAD: ClassVar[tuple[str, ...]] = ()
    KEYS: ClassVar[str] = "F2 Save · Esc Cancel"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def lead(self) -> tuple[str, ...]:
        """What it is about, a line each."""
        return self.LEAD

    def entries(self) -> tuple[Entry, ...]:
        """The lines."""
        raise NotImplementedError(type(self).__name__)

    async def submit(self, values: dict[str, str]) -> Result | None:
        """Do it; known errors come under their lines. None keeps the dialog open."""
        raise NotImplementedError(type(self).__name__)

    def compose(self) -> ComposeResult:
        """What it is about, and the lines."""
        with self.box(self.HEADING, self.KEYS):
            lead = Lines(id="lead")
            lead.lines = tuple(((text, "$sp-t2"),) for text in self.lead())
            yield lead
            yield Entries(*self.entries())

    def on_mount(self) -> None:
        """The cursor goes to what is still empty."""
        self.query_one(Entries).begin()

    @on(Entries.Submitted)
    def _entered(self, event: Entries.Submitted) -> None:
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Do it, once at a time."""
        if not any(worker.group == "submit" and not worker.is_finished for worker in self.workers):
            self._submit(self.query_one(Entries).values)

    @work(group="submit")
    async def _submit(self, values: dict[str, str]) -> None:
        try:
            result = await self.submit(values)
        except SmartPlusError as error:
            self.query_one(Entries).say(errors_of(error))
            return
        if result is not None:
            self.dismiss(result)

    def action_cancel(self) -> None:
        """Leave it."""
        self.dismiss(None)
