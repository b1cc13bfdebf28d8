"""Door logs, live: oldest above, newest below, following the end until one scrolls away (features LOG-01, LOG-09)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from backend.catalog.door_logs import DOOR_LOG
from backend.catalog.model import Field
from backend.domain.formats import figure
from screens.base.filter_line import FilterLine
from screens.base.resource import ResourceScreen
from screens.why import WhyDialog
from widgets.frame import Part, Title
from widgets.table_messages import FollowChanged
from widgets.table_source import Cell


class DoorLogsScreen(ResourceScreen):
    """Who opened or tried to open which door."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="logs.why", tooltip="Why it opened or not", show=False),
    ]
    MODULE = "l"
    RECORD = DOOR_LOG
    TOPICS = DOOR_LOG.topics
    FOLLOW = True

    def __init__(self, session: Any) -> None:
        super().__init__(session)
        self._following = True

    def heading(self) -> Title:
        """Whether the end is followed, and how many lines there are."""
        count, exact = self._count
        state: Part = ("● following", "$sp-ok") if self._following else ("◐ scrolled, not following", "$sp-warn")
        lines: Part = (f"   {'' if exact else 'about '}{figure(count)} lines", "$sp-t3")
        return Title("Logs", (("Door", "bold underline $sp-acc"),), (state, lines))

    def hints(self) -> Iterable[tuple[str, str]]:
        """What a log can."""
        return (
            ("/", "Filter"),
            ("w", "Why"),
            ("End", "Newest"),
            ("Enter", "Details"),
            ("y", "Copy"),
            ("o", "Open door"),
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

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """The time alone with its seconds while lines are of today; names of doors first."""
        if field.name in ("door", "device") and values.get(field.name):
            return Cell(str(values[field.name]), tone="t1")
        return super().draw(field, values, first)

    @on(FollowChanged)
    def _follow_changed(self, event: FollowChanged) -> None:
        event.stop()
        self._following = event.following
        self.refresh_frame()

    def action_why(self) -> None:
        """Why this line says what it says."""
        row = self.table.cursor_row
        if row is not None:
            self.app.push_screen(WhyDialog(self.session, log_id=row.id))

    def open_row(self, row_id: int) -> None:
        """Enter: the whole reason."""
        self.app.push_screen(WhyDialog(self.session, log_id=row_id))

    def subject(self) -> tuple[str, int] | None:
        """The line under the cursor is no door by itself."""
        return None
