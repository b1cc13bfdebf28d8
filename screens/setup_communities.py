"""Communities of Site Setup: the list, their facts, their switches (features SET-06, AG-06; rules 1.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.communities import COMMUNITY, SWITCH_FIELDS
from backend.catalog.model import Field
from screens.base.detail_pane import Detail
from screens.base.drawing import cell_of, column
from screens.base.messages import ActAs
from screens.setup_community_forms import CommunityForm, SwitchesForm, read_community
from screens.setup_tabs import SetupTab
from widgets.frame import Part
from widgets.table_source import Cell

if TYPE_CHECKING:
    from backend.domain.communities import CommunityRecord


class CommunitiesTab(SetupTab):
    """The communities in which this installer may act; Enter goes on there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "verb('switch')", "Switches", id="communities.switch", tooltip="What it has and may", show=False),
    ]
    RECORD = COMMUNITY
    TOPICS = COMMUNITY.topics
    TAB = 1
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Switches", "Facts")
    DETAIL_KEYS = "Enter act there"

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new community."""
        self.app.push_screen(CommunityForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Name, address, times."""
        self.app.push_screen(CommunityForm(self.session, ids[0]))

    def verb_switch(self, ids: tuple[int, ...]) -> None:
        """What only an installer switches."""
        self.app.push_screen(SwitchesForm(self.session, ids[0]))

    def open_row(self, row_id: int) -> None:
        """Act in this community from now on."""
        context = self.session.context
        if row_id == context.community_id:
            self.say("You act here already")
        else:
            self.post_message(ActAs(replace(context, community_id=row_id), anew=True))

    async def detail(self, row_id: int, page: str) -> Detail:
        """Its switches, or its facts."""
        record = await read_community(self.session, row_id)
        fields = SWITCH_FIELDS if page == "Switches" else COMMUNITY.formed()
        return Detail([self._line(field, record) for field in fields])

    def _line(self, field: Field, record: CommunityRecord) -> tuple[Part, ...]:
        session = self.session
        cell = cell_of(field, getattr(record, field.name), session.formats, session.now())
        return setting_line(field, cell.text if isinstance(cell, Cell) else cell)


def setting_line(field: Field, text: str) -> tuple[Part, ...]:
    """A setting in a detail pane: its label, what it is, what that means."""
    return ((column(field.label, 21), "$sp-t3"), (column(text, 16), "$sp-t1"), (field.hint, "$sp-t3"))
