"""Acts on texts of the Outbox that its list and its page offer: send again, hand over, print, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backend.catalog.outgoing import OUTGOING
from backend.domain.errors import Invalid
from screens.base.page import Page
from screens.base.plain_form import PlainForm
from screens.base.resource import ResourceScreen
from screens.base.session import Session
from widgets.dialog import Choice, ConfirmDialog
from widgets.form import FormField, TextField
from widgets.table_ticks import Ticks

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.records import Saved

_DELETE = OUTGOING.verb("delete")
assert _DELETE is not None
DELETE = _DELETE
MANY = 20


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before an act: `words` have {} for the texts, `told` says what follows from it."""

    heading: str
    words: str
    told: str
    choice: Choice


Act = Callable[["Context", Sequence[int]], "Saved"]


def send_again(page: Page, ids: Sequence[int]) -> None:
    """Ask, then have texts sent now."""
    told = "What has arrived before arrives again."
    question = Question("Send again", "Send {} now?", told, Choice("y", "Send now", "send"))
    _ask(page, ids, question, page.session.engine.outbox.send_again)


def hand_over(page: Page, ids: Sequence[int]) -> None:
    """Ask, then mark texts as given by hand."""
    told = "Nothing sends it any more. It can still be read here."
    question = Question("Handed over", "Was {} given by hand?", told, Choice("y", "Handed over", "handed"))
    _ask(page, ids, question, page.session.engine.outbox.hand_over)


def delete_texts(page: Page, ids: Sequence[int]) -> None:
    """Ask, then delete dead letters; the count is typed when there are more than twenty."""
    told = "Only dead letters go, with what was written in them. Undo cannot bring them back."
    question = Question("Delete", "Delete {}?", told, Choice(DELETE.confirm_key, "Delete", "delete", danger=True))
    _ask(page, ids, question, page.session.engine.outbox.delete)


def print_text(page: Page, text_id: int) -> None:
    """Ask for a file, then write the text there."""
    page.app.push_screen(PrintForm(page.session, text_id))


def _ask(page: Page, ids: Sequence[int], question: Question, act: Act) -> None:
    what = "this text" if len(ids) == 1 else f"these {len(ids):,} texts"
    choice = question.choice
    dialog = ConfirmDialog(
        question.heading,
        question.words.format(what),
        lines=[((question.told, "$sp-t2"),)],
        choices=[choice],
        opened_by=DELETE.key,
        typed=str(len(ids)) if choice.danger and len(ids) > MANY else "",
    )

    def answered(answer: str | None) -> None:
        if answer:
            page.start(_act, page, question.heading, tuple(ids), act)

    page.app.push_screen(dialog, answered)


async def _act(page: Page, heading: str, ids: Sequence[int], act: Act) -> None:
    session = page.session
    await session.ask(act, session.act(), ids)
    if isinstance(page, ResourceScreen):
        page.table.ticks = Ticks()
    page.say(heading, "" if len(ids) == 1 else f"{len(ids):,} texts")


class PrintForm(PlainForm):
    """Where a text is written to: a new file that only this account may read, its pictures beside it."""

    MODULE = "o"
    TITLE_TEXT = "Print"

    def __init__(self, session: Session, text_id: int) -> None:
        super().__init__(session)
        self._text_id = text_id

    def sections(self) -> dict[str, Sequence[FormField]]:
        """One field."""
        return {"Text file": (TextField("path", "File", required=True, hint="a new one", max_length=1000),)}

    async def load(self) -> None:
        """Propose a name."""
        self.form.begin({"path": str(Path.home() / f"smartplus-text-{self._text_id}.txt")})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Write it; the operation log says so."""
        from backend.domain.records import Saved

        session, typed = self.session, str(self.form.values()["path"]).strip()
        if not typed:
            raise Invalid({"path": "Name a file."})
        files = await session.ask(session.engine.outbox.print, session.act(), self._text_id, Path(typed))
        self.say("Written", ", ".join(str(one) for one in files))
        return Saved(id=self._text_id, operation=0)
