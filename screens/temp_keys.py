"""Temporary keys: the list with its detail pane, and the acts on one or many (features VIS-01 to VIS-03)."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.model import Field
from backend.catalog.temp_keys import TEMP_KEY
from screens.base.detail_pane import Detail
from screens.base.drawing import beside
from screens.temp_key_acts import delete_keys, mail_again, new_key
from screens.temp_key_drawing import brief_lines, door_lines, mail_lines, use_lines, when_lines, who_lines
from screens.visitor_tabs import VisitorTab
from widgets.table_source import Cell

FACTS_WIDE = 46
"""Cells of the facts beside the doors."""


class TempKeysTab(VisitorTab):
    """The temporary keys of the community."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "verb('resend')", "Mail again", id="temp-keys.resend", tooltip="Mail the key again", show=False),
    ]
    TAB = 1
    RECORD = TEMP_KEY
    TOPICS = TEMP_KEY.topics | {"sync", "outbox", "door_logs"}
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Key", "Delivery")

    def draw(self, field: Field, values: dict[str, Any], first: bool) -> str | Cell:
        """Moments without their seconds; a key that is over has no end to look forward to."""
        value = values.get(field.name)
        if field.name in ("begins_at", "ends_at"):
            living = values["state"] in ("valid", "not_started")
            return Cell(self.session.formats.moment(value) if value else "–", tone="t2" if living and value else "t3")
        return super().draw(field, values, first)

    async def detail(self, row_id: int, page: str) -> Detail:
        """When and how often, with its doors beside; or its mails."""
        session = self.session
        record = await session.ask(session.engine.temp_keys.get, session.context, row_id)
        figure = ((f"{record.place} · made by {record.made_by}", "$sp-t3"),)
        formats, now = session.formats, session.now()
        if page == "Delivery":
            width = max(30, self.table.size.width - 8)
            return Detail(mail_lines(record.mails, record.email, formats, width), figure, record.name)
        facts = [*when_lines(record, formats, now), *use_lines(record, formats)]
        if self.has_class("-narrow"):
            return Detail(brief_lines(record, formats), figure, record.name)
        doors = door_lines(record.doors, now)
        return Detail(beside([*who_lines(record)[1:2], *facts], doors, FACTS_WIDE), figure, record.name)

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new key."""
        new_key(self, None)

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Another time."""
        from screens.temp_key_edit import TempKeyEdit

        self.app.push_screen(TempKeyEdit(self.session, ids[0]))

    def verb_resend(self, ids: tuple[int, ...]) -> None:
        """Mail it again."""
        self.start(mail_again, self, ids[0])

    def verb_delete(self, ids: tuple[int, ...]) -> None:
        """Delete one or the ticked."""
        self.start(delete_keys, self, ids)
