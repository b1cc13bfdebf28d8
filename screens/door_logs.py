"""Door logs, live: oldest above, newest below, following the end until one scrolls away (features LOG-01, LOG-09)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget

from backend.catalog.door_logs import DOOR_LOG
from backend.catalog.model import Field
from backend.catalog.states import drawn
from backend.catalog.words import LOG_ACTIONS, label_of
from backend.domain.errors import SmartPlusError
from backend.domain.formats import Formats
from screens.base.detail_pane import Detail, DetailPane
from screens.base.drawing import wrapped
from screens.base.filter_line import FilterLine
from screens.base.needs import needs, of_row
from screens.base.resource import ResourceScreen
from screens.base.session import Session
from screens.log_reasons import ReasonedPages
from screens.why import WhyDialog
from widgets.frame import Part, Title
from widgets.panel import fact
from widgets.table_messages import FollowChanged
from widgets.table_source import Cell, Column

if TYPE_CHECKING:
    from backend.domain.answers import Answer
    from backend.domain.doors import LogLine
    from backend.domain.paging import ListPages

LABEL = 9
WHEN = 16
"""Cells of a moment in the list."""
WHY = 18
"""Cells of the answer of a door: where it refused, why."""
DEVICE = 9
PANE = 28
"""Cells of a sentence in the pane."""


class DoorLogsScreen(ResourceScreen):
    """Who opened or tried to open which door."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="logs.why", tooltip="Why it opened or not", show=False),
        Binding("v", "pane", "Pane", id="logs.pane", tooltip="Show or close the pane", show=False),
    ]
    MODULE = "l"
    RECORD = DOOR_LOG
    TOPICS = DOOR_LOG.topics
    FOLLOW = True
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Event",)
    DETAIL_KEYS = "w Why · v Close"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._following = True
        self._line: LogLine | None = None

    def compose_page(self) -> Iterable[Widget]:
        """The pane stands beside the log, under it where there is no room."""
        filter_line, *rest = super().compose_page()
        yield filter_line
        yield Container(*rest, id="log")

    def heading(self) -> Title:
        """Whether the end is followed, and how many lines there are."""
        state: Part = ("● following", "$sp-ok") if self._following else ("◐ scrolled, not following", "$sp-warn")
        right = (*self._ticked_parts(), state, ("   ", ""), *self._count_parts("lines", "line"))
        return Title("Logs", (("Door", "bold underline $sp-acc"),), right)

    def hints(self) -> Iterable[tuple[str, str]]:
        """What a log can."""
        reasons = (("Enter", "Details"), ("w", "Why")) if self.session.may("plan.read") else ()
        return (
            *reasons,
            ("/", "Filter"),
            ("End", "Newest"),
            ("v", "Pane"),
            ("o", "Open door"),
            ("y", "Copy"),
        )

    def on_screen_resume(self) -> None:
        """A filter that another page wished for."""
        super().on_screen_resume()
        self._take_wish()

    async def load(self) -> None:
        """Read, with a filter that another page wished for."""
        if not self._shown and self.session.wanted_filter:
            self._shown = True
            self._take_wish()
        else:
            await super().load()

    def _take_wish(self) -> None:
        wish, self.session.wanted_filter = self.session.wanted_filter, ""
        if wish:
            self.query_one(FilterLine).set_text(wish)
            self.apply_filter(wish)

    def shown(self, pages: ListPages) -> ListPages:
        """Each refused line with its reason, for those who may ask why."""
        session = self.session
        if not session.may("plan.read"):
            return pages
        return ReasonedPages(pages, lambda ids: session.engine.access.reasons(session.context, ids))

    async def detail(self, row_id: int, page: str) -> Detail:
        """Who, where, how, and in one sentence why not."""
        session = self.session
        line = self._line = await session.ask(session.engine.logs.get, session.context, row_id)
        reason, change = await self._reason(line)
        narrow = self.has_class("-narrow")
        drawn_lines = brief_event if narrow else event_lines
        return Detail(drawn_lines(line, reason, change, session.formats), heading=line.door or line.device)

    async def _reason(self, line: LogLine) -> tuple[str, str]:
        """Why it was refused, the sentence of the rules or what the device itself said, and the smallest change."""
        if line.response != "failed" or not self.session.may("plan.read"):
            return line.reason, ""
        try:
            answer = await self.session.ask(self.session.engine.access.why, self.session.context, log_id=line.id)
        except SmartPlusError as error:
            return line.reason or str(error), ""
        return answer.sentence, smallest(answer)

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """The time alone with its seconds while lines are of today; names of doors first."""
        if field.name == "happened_at":
            return Cell(self._when(values[field.name]), tone="t2")
        if field.name in ("door", "device") and values.get(field.name):
            return Cell(str(values[field.name]), tone="t1")
        if field.name == "response" and values.get("why"):
            return Cell(values["why"], "×", "bad", "bad")
        return super().draw(field, values, first)

    def _when(self, moment: datetime) -> str:
        formats = self.session.formats
        today = formats.local(moment).date() == formats.local(self.session.now()).date()
        return formats.time(moment, seconds=True) if today else formats.moment(moment)

    def columns(self) -> list[Column]:
        """A moment needs less room than the catalog allows for one with its seconds, a reason more than a word."""
        widths = {"happened_at": WHEN, "response": WHY, "device": DEVICE}
        return [replace(one, width=widths.get(one.name, one.width)) for one in super().columns()]

    @on(FollowChanged)
    def _follow_changed(self, event: FollowChanged) -> None:
        event.stop()
        self._following = event.following
        self.refresh_frame()

    @of_row
    def action_pane(self) -> None:
        """Show or close the pane: without it all columns have room."""
        pane = self.query_one(DetailPane)
        pane.display = not pane.display

    @of_row
    @needs("plan.read")
    def action_why(self) -> None:
        """Why this line says what it says."""
        for log_id in self.under_cursor():
            self.app.push_screen(WhyDialog(self.session, log_id=log_id))

    def open_row(self, row_id: int) -> None:
        """Enter: the whole reason."""
        self.action_why()

    def subject(self) -> tuple[str, int] | None:
        """The door of the line under the cursor."""
        line = self._line
        if line is None or line.relay_id is None or self.under_cursor() != (line.id,):
            return None
        return "door", line.relay_id


def smallest(answer: Answer) -> str:
    """The smallest change that would open it, "" where there is none."""
    if answer.offers:
        return answer.offers[0].title
    return "The rules of today would open it." if answer.by_today and not answer.allowed else ""


def event_lines(line: LogLine, reason: str, change: str, formats: Formats) -> list[tuple[Part, ...]]:
    """The pane beside the log."""
    look = drawn("response", line.response)
    lines = [
        fact("Happened", ((formats.moment(line.happened_at, seconds=True), "$sp-t1"),), LABEL),
        fact("Door", ((line.door or "–", "$sp-t1"),), LABEL),
        fact("Device", ((line.device, "$sp-t2"),), LABEL),
        fact("Person", ((line.initiated_by or "–", "$sp-t1"),), LABEL),
        fact("APT", ((line.apartment or "–", "$sp-t2"),), LABEL),
        fact("Action", ((label_of(LOG_ACTIONS, line.action.value), "$sp-t2"),), LABEL),
        fact("Key", ((line.key or "–", "$sp-t2"),), LABEL),
        fact(
            "Answer",
            ((f"{look.symbol} ", f"$sp-{look.symbol_tone}"), (look.word, f"$sp-{look.word_tone}")),
            LABEL,
        ),
    ]
    if reason:
        bar: Part = ("▌ ", "$sp-bad" if line.response == "failed" else "$sp-line")
        lines += [(("", ""),), *wrapped(reason, PANE, "$sp-t1", bar)]
    if change:
        lines += wrapped(change, PANE, "$sp-acc", ("▸ ", "$sp-acc"))
    return [*lines, (("", ""),), (("w", "bold $sp-acc"), (" the whole reason", "$sp-t2"))]


def brief_event(line: LogLine, reason: str, change: str, formats: Formats) -> list[tuple[Part, ...]]:
    """The same in three lines, for terminals with few."""
    look = drawn("response", line.response)
    action = label_of(LOG_ACTIONS, line.action.value)
    who: tuple[Part, ...] = (
        (f"{look.symbol} ", f"$sp-{look.symbol_tone}"),
        (formats.moment(line.happened_at, seconds=True), "$sp-t3"),
        (f"  {line.initiated_by or '–'} {line.apartment}", "$sp-t1"),
        (f"  {action} {line.key}", "$sp-t2"),
    )
    told = wrapped(reason, 74, "$sp-t1")
    return [who, told[0], *wrapped(change, 74, "$sp-acc", ("▸ ", "$sp-acc"))] if change else [who, *told[:2]]
