"""Accounts of Site Setup: made, switched, assigned, rescued, closed (features ACC-02, ACC-08; rules 1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.managers import MANAGER, SWITCH_FIELDS
from backend.catalog.words import ROLES, label_of
from screens.base.detail_pane import Detail
from screens.base.drawing import column
from screens.setup_account_forms import AccountForm, AssignForm, read_account, tell_password
from screens.setup_communities import setting_line
from screens.setup_tabs import SetupTab
from widgets.frame import Part

if TYPE_CHECKING:
    pass

_PASSWORD, _DISABLE = MANAGER.verb("first_password"), MANAGER.verb("disable")
assert _PASSWORD is not None
assert _DISABLE is not None
PASSWORD, DISABLE = _PASSWORD, _DISABLE


class AccountsTab(SetupTab):
    """The accounts that may act in the community."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "verb('assign')", "Communities", id="accounts.assign", tooltip="Where it may act", show=False),
        Binding(
            "p", "verb('first_password')", "New password", id="accounts.password", tooltip="A first one", show=False
        ),
        Binding("d", "verb('disable')", "Disable", id="accounts.disable", tooltip="Close it or open it", show=False),
    ]
    RECORD = MANAGER
    TOPICS = MANAGER.topics
    TAB = 5
    DETAIL_PAGES: ClassVar[tuple[str, ...]] = ("Switches",)
    DETAIL_KEYS = "Enter edit"

    def verb_add(self, _ids: tuple[int, ...]) -> None:
        """A new account."""
        self.app.push_screen(AccountForm(self.session))

    def verb_edit(self, ids: tuple[int, ...]) -> None:
        """Name, role, switches."""
        self.app.push_screen(AccountForm(self.session, ids[0]))

    def open_row(self, row_id: int) -> None:
        """Enter edits: an account has no page."""
        self.verb_edit((row_id,))

    def verb_assign(self, ids: tuple[int, ...]) -> None:
        """Where it may act."""
        self.app.push_screen(AssignForm(self.session, ids[0]))

    def verb_first_password(self, ids: tuple[int, ...]) -> None:
        """A new first password, after one question."""
        self.start(self._ask_password, ids[0])

    async def _ask_password(self, manager_id: int) -> None:
        record = await read_account(self.session, manager_id)

        async def give() -> None:
            session = self.session
            made = await session.ask(session.engine.first_passwords.give, session.act(), manager_id)
            tell_password(self, record.email, made)

        lines = [(("The old one ends at once, with all its sessions. This cannot be undone.", "$sp-t2"),)]
        self.ask(PASSWORD, f"Give {record.email} a new first password?", give, lines, "Give it")

    def verb_disable(self, ids: tuple[int, ...]) -> None:
        """Close an account, or open it again, after one question."""
        self.start(self._ask_disable, ids[0])

    async def _ask_disable(self, manager_id: int) -> None:
        record = await read_account(self.session, manager_id)
        what = "Enable" if record.disabled else "Disable"

        async def flip() -> None:
            session = self.session
            disable = session.engine.managers.disable
            await session.ask(disable, session.act(), manager_id, record.version, not record.disabled)
            self.say(f"{record.email} {what.lower()}d")

        lines = [] if record.disabled else [(("Its sessions end at once. d opens it again.", "$sp-t2"),)]
        self.ask(DISABLE, f"{what} the account of {record.email}?", flip, lines, what)

    async def detail(self, row_id: int, page: str) -> Detail:
        """Where it may act, and with which switches."""
        record = await read_account(self.session, row_id)
        places = ", ".join(name for _, name in record.communities)
        lines: list[tuple[Part, ...]] = [((column("Communities", 21), "$sp-t3"), (places, "$sp-t1"))]
        for field in SWITCH_FIELDS:
            lines.append(setting_line(field, "Yes" if getattr(record, field.name) else "No"))
        return Detail(lines, ((label_of(ROLES, record.role.value), "$sp-t3"),))
