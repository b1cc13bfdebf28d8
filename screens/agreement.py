"""User Agreement: both texts again, and when one agreed to them (feature ACC-04; guide: Privacy Policy)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from backend.domain.errors import SmartPlusError
from backend.domain.signing_in import AgreedText
from screens.agreement_dialog import content_of
from screens.base.page import Page
from widgets.frame import Title


class AgreementScreen(Page):
    """The Privacy Policy and the Terms of Service in their present versions, to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll(1)", "Down", id="agreement.line-down", tooltip="A line down", show=False),
        Binding("up,k", "scroll(-1)", "Up", id="agreement.line-up", tooltip="A line up", show=False),
        Binding("pagedown,space", "scroll(20)", "On", id="agreement.page-down", tooltip="A page down", show=False),
        Binding("pageup", "scroll(-20)", "Back", id="agreement.page-up", tooltip="A page up", show=False),
    ]
    DEFAULT_CSS = """
    AgreementScreen #text { margin-top: 1; scrollbar-size-vertical: 1; }
    AgreementScreen #text > Static { max-width: 84; }
    """
    MODULE = "t"
    TITLE_TEXT = "User Agreement"
    TOPICS = frozenset({"managers"})
    HINTS = (("PgDn", "Read on"), ("PgUp", "Back"), ("g", "Go to"))

    def compose_page(self) -> Iterable[Widget]:
        """The texts under one another."""
        with VerticalScroll(id="text", can_focus=False):
            yield Static()

    async def load(self) -> None:
        """Read what was agreed to."""
        session = self.session
        try:
            texts = await session.ask(session.engine.account.agreements, session.context)
        except SmartPlusError as error:
            self.query_one("#text > Static", Static).update(Content.styled(str(error), "$sp-bad"))
            raise
        notes = {one.text.document: self._when(one) for one in texts}
        self.query_one("#text > Static", Static).update(content_of([one.text for one in texts], notes))

    def heading(self) -> Title:
        """Whose agreement this is."""
        return Title(self.TITLE_TEXT, right=((self.session.manager.email, "$sp-t3"),))

    def _when(self, one: AgreedText) -> Content:
        if one.agreed_at is None:
            return Content.styled("○ not agreed to yet: asked at the next login", "$sp-warn")
        when = self.session.formats.moment(one.agreed_at)
        return Content.assemble(("✓ ", "$sp-ok"), (f"agreed to on {when}", "$sp-t2"))

    def action_scroll(self, lines: int) -> None:
        """Read on."""
        self.query_one("#text", VerticalScroll).scroll_relative(y=lines, animate=False)
