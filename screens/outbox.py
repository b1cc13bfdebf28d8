"""The Outbox: what was sent, what failed and why, what waits for a server or a hand (features AGT-07, AGT-09)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.model import Field
from backend.catalog.outgoing import KINDS, OUTGOING
from backend.catalog.states import drawn
from backend.catalog.words import label_of
from backend.domain.outgoing import TRIES
from screens.base.detail_pane import Detail
from screens.base.drawing import wrapped
from screens.base.resource import ResourceScreen
from screens.outbox_acts import delete_texts, hand_over, print_text, send_again
from screens.outbox_text import READ, TextPage
from widgets.frame import Part, Title
from widgets.panel import fact
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.formats import Formats
    from backend.domain.outgoing import OutgoingRecord

LABEL = 10


class OutboxScreen(ResourceScreen):
    """Mail and text messages of this community."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "verb('resend')", "Send again", id="outbox.resend", tooltip="Send it now", show=False),
        Binding("H", "verb('handed')", "Handed over", id="outbox.handed", tooltip="Given by hand: done", show=False),
        Binding("p", "verb('print')", "Print", id="outbox.print", tooltip="Write it to a text file", show=False),
    ]
    MODULE = "o"
    RECORD = OUTGOING
    TOPICS = OUTGOING.topics
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Delivery",)
    DETAIL_KEYS = "Enter read · m send again"

    def hints(self) -> Iterable[tuple[str, str]]:
        """Reading first."""
        return [("Enter", "Read"), *super().hints()]

    def heading(self) -> Title:
        """How many texts there are."""
        return Title(self.RECORD.title, right=(*self._ticked_parts(), *self._count_parts("texts")))

    async def detail(self, row_id: int, page: str) -> Detail:
        """How it stands with the text under the cursor."""
        session = self.session
        record = await session.ask(session.engine.outbox.get, session.context, row_id)
        width = max(40, self.content_size.width - 30)
        return Detail(delivery_lines(record, session.formats, width), heading=f"{record.purpose} to {record.address}")

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """Tries as "2 of 5", and moments without their seconds."""
        if field.name == "attempt":
            tries = values[field.name]
            return Cell(f"{tries} of {TRIES}" if tries else "–", tone="t2" if tries else "t3")
        if field.name == "made_at":
            return Cell(self.session.formats.moment(values[field.name]), tone="t2")
        return super().draw(field, values, first)

    def open_row(self, row_id: int) -> None:
        """Enter: the text whole."""
        if self.session.may(READ):
            self.app.push_screen(TextPage(self.session, row_id))
        else:
            self.say(self.session.why_closed(READ), bad=True)

    def verb_resend(self, ids: Sequence[int]) -> None:
        """Send them now."""
        send_again(self, ids)

    def verb_handed(self, ids: Sequence[int]) -> None:
        """They were given by hand."""
        hand_over(self, ids)

    def verb_print(self, ids: Sequence[int]) -> None:
        """Write one to a file."""
        print_text(self, ids[0])

    def verb_delete(self, ids: Sequence[int]) -> None:
        """Delete dead letters."""
        delete_texts(self, ids)


def delivery_lines(record: OutgoingRecord, formats: Formats, width: int) -> list[tuple[Part, ...]]:
    """State, tries, the server's words, and what comes next."""
    look = drawn("outgoing", record.state.value)
    tries = f"   try {record.attempt} of {TRIES}" if record.attempt else ""
    lines = [
        fact(
            "State",
            ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}"), (tries, "$sp-t3")),
            LABEL,
        )
    ]
    if record.answer:
        first, *more = wrapped(record.answer, width, "$sp-t1")
        lines += [fact("Server", first, LABEL), *(((" " * LABEL, ""), *line) for line in more)]
    for label, moment in (
        ("Next try", record.not_before),
        ("Of use to", record.useful_until),
        ("Ended", record.ended_at),
    ):
        if moment is not None:
            lines.append(fact(label, ((formats.moment(moment, seconds=True), "$sp-t2"),), LABEL))
    return [
        *lines,
        fact("About", ((record.about or "–", "$sp-t2"),), LABEL),
        fact("Kind", ((label_of(KINDS, record.kind.value), "$sp-t2"),), LABEL),
        fact("Made", ((formats.moment(record.made_at), "$sp-t2"),), LABEL),
    ]
