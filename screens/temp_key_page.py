"""A temporary key's own page: QR code, digits, uses, doors, delivery, its door logs (VIS-01 to VIS-03; look: 06)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from backend.domain.enums import LogResponse
from screens.base.history import history_lines
from screens.base.needs import needs
from screens.base.session import Session
from screens.can import CanPage
from screens.key_page import KeyPage
from screens.resident_drawing import revoked_figure, revoked_lines
from screens.temp_key_acts import delete_keys, mail_again, save_picture
from screens.temp_key_drawing import digit_lines, fact_lines, log_lines, rule, state_parts
from screens.temp_key_edit import TempKeyEdit
from screens.why import WhyDialog
from widgets.frame import Part, Title
from widgets.panel import Lines

if TYPE_CHECKING:
    from backend.domain.temp_keys import TempKeyRecord


@dataclass(frozen=True, slots=True)
class Below:
    """What stands under code and facts: log, history or proof."""

    heading: str
    figure: tuple[Part, ...]
    lines: Sequence[tuple[Part, ...]]


class TempKeyPage(KeyPage["TempKeyRecord"]):
    """One temporary key; it is whole here alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Valid time", id="temp-key.edit", tooltip="Give it another time", show=False),
        Binding("m", "mail", "Mail again", id="temp-key.mail", tooltip="Mail it to the visitor again", show=False),
        Binding("s", "picture", "Save picture", id="temp-key.picture", tooltip="QR code to a file", show=False),
        Binding("y", "copy", "Copy key", id="temp-key.copy", tooltip="Copy the digits", show=False),
        Binding("l", "logs", "Its door logs", id="temp-key.logs", tooltip="View Door Logs", show=False),
        Binding("w", "opens", "What opens", id="temp-key.opens", tooltip="Its doors, their hours, and why", show=False),
        Binding("W", "refused", "Refused", id="temp-key.refused", tooltip="Why its last try was refused", show=False),
        Binding("h", "history", "History", id="temp-key.history", tooltip="Who changed this key", show=False),
        Binding("d", "delete", "Delete", id="temp-key.delete", tooltip="Delete this key", show=False),
    ]
    KIND = "temp-key"
    BELOW = "Its door logs"
    BELOW_KEYS = "l all of them"
    MODULE = "v"
    TOPICS = frozenset({"temp_keys", "sync", "door_logs", "outbox"})

    def __init__(self, session: Session, key_id: int) -> None:
        super().__init__(session, key_id)
        self._below = Below(self.BELOW, (), [])

    def heading(self) -> Title:
        """Which key, where, by whom, and its state."""
        record = self.record
        if record is None:
            return Title("Temporary key")
        about = f"TK-{record.id} · {record.place}"
        if not self.has_class("-narrow"):
            about += f" · made {self.session.formats.moment(record.made_at)} by {record.made_by}"
        return Title("Temporary key", ((about, "$sp-t2"),), state_parts(record, self.session.now()))

    def hints(self) -> Iterable[tuple[str, str]]:
        """What still can be done; a key that is over has no time to change and nothing to mail."""
        record = self.record
        if record is not None and record.editable:
            yield ("e", "Valid time")
            if record.email:
                yield ("m", "Mail again")
            if record.digits:
                yield from (("s", "Save picture"), ("y", "Copy key"))
        yield from (("l", "Its door logs"), ("w", "What opens"))
        if self._refused() is not None:
            yield ("W", "Refused")
        yield from (
            ("h", "History"),
            ("d", "Delete"),
            ("Esc", "Back"),
        )

    async def load(self) -> None:
        """Read the key."""
        session = self.session
        record = self.record = await session.ask(session.engine.temp_keys.get, session.context, self.record_id)
        await self.draw_code(record.digits if record.editable else "", digit_lines(record))
        await self._load_below(record)
        self._draw_facts()

    def on_resize(self, event: events.Resize) -> None:
        """The facts take the room there is."""
        super().on_resize(event)
        self.call_after_refresh(self._draw_facts)

    async def _load_below(self, record: TempKeyRecord) -> None:
        """Its log; its history where that was asked for; the proof once it is over."""
        session = self.session
        if self.with_history:
            self._below = Below("History", (), await history_lines(session, self.KIND, record.id))
            return
        log = log_lines(record, session.formats, max(40, self.query_one("#main").size.width - 6))
        proof = () if record.editable else await session.ask(session.engine.sync.revoked, session.context, record.id)
        if proof:
            lines = [*revoked_lines(proof, session.formats), (("", ""),), *log]
            self._below = Below("Gone from its doors", revoked_figure(proof), lines)
        else:
            count = len(record.logs or ())
            figure = ((f"{count} event{'s' if count != 1 else ''}", "$sp-t3"),) if record.logs is not None else ()
            self._below = Below(self.BELOW, figure, log)

    def _draw_facts(self) -> None:
        if self.record is None or not self.query("#key-facts"):
            return
        below, width = self._below, self.width_of_facts
        self.draw_below(below.heading, below.figure, below.lines)
        narrow, session = self.has_class("-narrow"), self.session
        lines = list(fact_lines(self.record, session.formats, session.now(), width, air=not narrow))
        if narrow:  # what has no panel of its own comes last
            lines += [rule(below.heading, width), *([below.figure] if below.figure else []), *below.lines]
        self.query_one("#key-lines", Lines).lines = tuple(lines)

    @needs("visitor.write")
    def action_edit(self) -> None:
        """Another time."""
        if self.record is not None and self.record.editable:
            self.app.push_screen(TempKeyEdit(self.session, self.record_id))

    @needs("visitor.write")
    def action_mail(self) -> None:
        """Mail it again."""
        if self.record is not None and self.record.editable:
            self.start(mail_again, self, self.record_id)

    @needs("credential.reveal")
    def action_picture(self) -> None:
        """Write the QR code to a file."""
        if self.record is not None and self.record.editable:
            save_picture(self, self.record_id, self.record.name)

    @needs("door_log.read")
    def action_logs(self) -> None:
        """Its lines in the door logs."""
        if self.record is not None:
            self.show_logs(f'"{self.record.name}"')

    @needs("plan.read")
    def action_opens(self) -> None:
        """Its doors with their hours, the next opening, and why."""
        self.app.push_screen(CanPage(self.session, self.record_id))

    @needs("plan.read")
    def action_refused(self) -> None:
        """Why its last try was refused."""
        log_id = self._refused()
        if log_id is not None:
            self.app.push_screen(WhyDialog(self.session, log_id=log_id))

    def _refused(self) -> int | None:
        """The line of its last try that was refused."""
        logs = (self.record.logs if self.record else None) or ()
        return next((line.id for line in logs if line.response is LogResponse.FAILED), None)

    @needs("visitor.write")
    def action_delete(self) -> None:
        """Delete it."""
        self.start(delete_keys, self, (self.record_id,))
