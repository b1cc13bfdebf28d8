"""Settings of the site: mail server, text messages, and what is so without being set (feature SET-05; rules 15)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from backend.catalog.settings import KEPT, LOCK, LONGEST, MAIL, MINUTES, RETENTION, SMS, SPANS, VISITORS
from backend.catalog.words import label_of
from backend.domain.enums import OutgoingKind
from backend.domain.errors import Forbidden, SmartPlusError
from screens.base.needs import needs
from screens.base.page import Page
from screens.base.session import Session
from screens.setting_drawing import fact_lines, kept_lines, value_lines
from screens.setting_forms import SettingsForm, TestForm
from widgets.frame import Title
from widgets.panel import Lines, Panel
from widgets.state_pane import failed, no_permission
from widgets.table import VirtualTable
from widgets.table_messages import CursorMoved, RowSelected
from widgets.table_source import Cell, Column, ListSource, Row

if TYPE_CHECKING:
    from backend.domain.site_settings import SettingRecord, SiteFacts

SITE = "This site"
SECTIONS = (MAIL, SMS, LOCK, VISITORS, RETENTION, SITE)
IN_SHORT = {
    MAIL: "Mail waits in the Outbox",
    SMS: "Text messages wait in the Outbox",
    SITE: "Where key and database are, and how devices reach us",
}
"""What stands beside a section of which nothing is set."""
KINDS = {MAIL: OutgoingKind.MAIL, SMS: OutgoingKind.SMS}
COLUMNS = (
    Column("section", "Section", width=16, importance=9),
    Column("state", "State", width=10, importance=8),
    Column("what", "In short", width=0, importance=7),
)


class SettingsScreen(Page):
    """The sections, and all values of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", id="settings.edit", tooltip="Change this section", show=False),
        Binding("t", "test", "Test", id="settings.test", tooltip="Send a test and hear the server", show=False),
    ]
    MODULE = "s"
    TITLE_TEXT = "Settings"
    TOPICS = frozenset({"settings", "agent"})
    HINTS = (("e", "Edit"), ("t", "Test"), ("r", "Refresh"))

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._values: dict[str, SettingRecord] = {}
        self._facts: SiteFacts | None = None

    def compose_page(self) -> Iterable[Widget]:
        """Sections above, values below."""
        yield VirtualTable(columns=COLUMNS)
        yield Panel(Lines(), id="values")

    def on_mount(self) -> None:
        """Cursor on the first section."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    async def load(self) -> None:
        """Read settings and facts."""
        session, table = self.session, self.query_one(VirtualTable)
        try:
            found = await session.ask(session.engine.settings.all, session.context)
            self._facts = await session.ask(session.engine.settings.facts, session.context)
        except Forbidden as error:
            table.show_message(no_permission("Settings are closed to your account", str(error), "").content())
            return
        except SmartPlusError as error:
            table.show_message(failed("Settings could not be read", str(error), "").content())
            return
        self._values = {one.name: one for one in found}
        table.set_source(ListSource([self._row(number, name) for number, name in enumerate(SECTIONS, 1)]))
        self._draw()

    def heading(self) -> Title:
        """Who may change them."""
        note = () if self.session.may("setting.write") else (("an installer changes them", "$sp-t3"),)
        return Title(self.TITLE_TEXT, right=note)

    def _row(self, number: int, section: str) -> Row:
        host, sender, url = (self._values[name].value for name in ("mail.host", "mail.sender", "sms.url"))
        lock = label_of(MINUTES, self._values["lock.minutes"].value)
        in_short = {
            MAIL: f"{host} as {sender}" if host else "",
            SMS: url,
            LOCK: lock,
            VISITORS: self._visitors(),
            RETENTION: f"logs are kept {label_of(KEPT, self._values['retention.days'].value)}",
            SITE: IN_SHORT[SITE],
        }[section]
        if section == SITE:
            state = Cell("fixed", tone="t3")
        elif in_short:
            state = Cell("set", "●", "t2", "ok")
        else:
            state = Cell("not set", "○", "warn", "warn")
        cells = (Cell(section, tone="t1"), state, Cell(in_short or IN_SHORT[section], tone="t2"))
        return Row(number, (number, number), cells)

    def _visitors(self) -> str:
        """How long temporary keys hold."""
        usual = label_of(SPANS, self._values["visitor.span"].value)
        most = label_of(LONGEST, self._values["visitor.longest"].value)
        return f"keys hold {usual}, at most: {most.lower()}"

    @property
    def _section(self) -> str:
        row = self.query_one(VirtualTable).cursor_row
        return SECTIONS[row.id - 1] if row else ""

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        event.stop()
        self._draw()

    @on(RowSelected)
    def _selected(self, event: RowSelected) -> None:
        event.stop()
        self.action_edit()

    def _draw(self) -> None:
        section, panel = self._section, self.query_one("#values", Panel)
        panel.heading = section
        keys = "" if section == SITE else "e edit · t test" if section in KINDS else "e edit"
        panel.keys = keys if self.session.may(self._wanted_for(section)) else ""
        if section == RETENTION:
            self.start(self._draw_kept, group="kept", exclusive=True)
        if section == SITE and self._facts is not None:
            panel.query_one(Lines).lines = fact_lines(self._facts)
        else:
            panel.query_one(Lines).lines = value_lines(self._values.values(), section)

    async def _draw_kept(self) -> None:
        """What there is of each kind of row; counting takes a moment where there is much."""
        session = self.session
        found = await session.ask(session.engine.retention.figures, session.context)
        if self._section == RETENTION:
            lines = value_lines(self._values.values(), RETENTION)
            self.query_one("#values", Panel).query_one(Lines).lines = (*lines, *kept_lines(found, session.formats))

    def _wanted_for(self, section: str) -> str:
        """What one must be allowed to change a section: visitors are a manager's, the others the installer's."""
        return "setting.edit" if section == VISITORS else "setting.write"

    @needs("setting.edit")
    def action_edit(self) -> None:
        """Change the section under the cursor."""
        wanted = self._wanted_for(self._section)
        if not self.session.may(wanted):
            self.say(self.session.why_closed(wanted), bad=True)
        elif self._section and self._section != SITE:
            self.app.push_screen(SettingsForm(self.session, self._section))
        elif self._section:
            self.say("Nothing can be set here", "It is as the machine has it.", bad=True)

    @needs("setting.write")
    def action_test(self) -> None:
        """Send a test by the server under the cursor."""
        if (kind := KINDS.get(self._section)) is not None:
            self.app.push_screen(TestForm(self.session, kind))
