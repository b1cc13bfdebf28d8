"""Accounts of Site Setup: made, switched, assigned, rescued, closed (features ACC-02, ACC-08; rules 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from backend.catalog.managers import MANAGER, SWITCH_FIELDS
from backend.catalog.model import Field
from backend.catalog.words import ROLES, label_of
from screens.base.catalog_form import CatalogForm, begin_with
from screens.base.detail_pane import Detail
from screens.base.drawing import column
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from screens.setup_communities import setting_line
from screens.setup_tabs import SetupTab
from widgets.dialog import Choice, ConfirmDialog, PickRow
from widgets.form import FormField, PickField
from widgets.frame import Part

if TYPE_CHECKING:
    from backend.domain.accounts import AccountMade
    from backend.domain.records import ManagerRecord, Saved

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


async def read_account(session: Session, manager_id: int) -> ManagerRecord:
    """An account as it stands."""
    return await session.ask(session.engine.managers.get, session.context, manager_id)


def tell_password(page: Any, email: str, made: AccountMade) -> None:
    """Say where a first password went; one that no mail could take is shown once."""
    if made.mailed_to:
        page.say("User name and password are on their way", made.mailed_to)
    elif made.password:
        page.app.push_screen(PasswordShown(email, made.password))


class PasswordShown(ConfirmDialog):
    """A first password that no mail could take: shown once, to be passed on."""

    def __init__(self, email: str, password: str) -> None:
        super().__init__(
            "First password",
            f"Pass this on to {email}",
            lines=[
                ((password, "bold $sp-acc"),),
                (("It is shown once: no mail server is set, so no mail could take it.", "$sp-t2"),),
            ],
            choices=[Choice("k", "I have it", "kept")],
        )


class AccountForm(CatalogForm):
    """Who somebody is, what they may do, with which switches."""

    MODULE = "z"
    TITLE_TEXT = "Account"

    def __init__(self, session: Session, manager_id: int | None = None) -> None:
        super().__init__(session)
        self._manager_id = manager_id
        self._record: ManagerRecord | None = None

    def about(self) -> str:
        """Whose."""
        return self._record.email if self._record else "" if self._manager_id else "new"

    def fields(self) -> Sequence[Field]:
        """A password is typed for a new account only."""
        return [one for one in MANAGER.formed() if one.name != "password" or self._manager_id is None]

    async def load(self) -> None:
        """Begin with what stands, a new one with the defaults of rules 1.1."""
        if self._manager_id is None:
            on = {"delete_residents": True, "log_access": True, "log_images": True}
            self.form.begin({"role": "manager", **on})
        else:
            self._record = await read_account(self.session, self._manager_id)
            self.form.begin(begin_with(self.fields(), self._record))
        self.form.focus_first()

    async def now(self) -> dict[str, Any] | None:
        """What somebody else has made of it meanwhile."""
        if self._manager_id is None:
            return None
        self._record = await read_account(self.session, self._manager_id)
        return begin_with(self.fields(), self._record)

    async def save(self) -> Saved:
        """Add or change."""
        from backend.domain.accounts import ManagerPatch
        from backend.domain.records import ManagerDraft

        session, managers = self.session, self.session.engine.managers
        if self._record is None:
            values = self.typed(self.form.values())
            draft = ManagerDraft.model_validate({**values, "role": values["role"] or "manager"})
            made = await session.ask(managers.add, session.act(), draft)
            self.app.call_later(tell_password, self, draft.email, made)
            return made
        patch = ManagerPatch.model_validate(self.typed(self.form.changes()))
        return await session.ask(managers.edit, session.act(), self._record.id, self._record.version, patch)

    def saved_title(self) -> str:
        """Whose."""
        return str(self.form.values()["name"])


class AssignForm(PlainForm):
    """The communities in which an account may act, of those of whoever assigns."""

    MODULE = "z"
    TITLE_TEXT = "Communities of account"

    def __init__(self, session: Session, manager_id: int) -> None:
        super().__init__(session)
        self._manager_id = manager_id
        self._record: ManagerRecord | None = None

    def about(self) -> str:
        """Whose."""
        return self._record.email if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """One picker of several."""
        return {"": (PickField("communities", "Communities", several=True, required=True),)}

    async def load(self) -> None:
        """Offer those of whoever assigns; begin with those that the account has."""
        session = self.session
        self._record = await read_account(session, self._manager_id)
        rows = await session.ask(session.engine.list("community", session.context).first, 500)
        offered = [PickRow(str(row.id), str(row.values["name"])) for row in rows]
        picker = self.form.fields["communities"]
        assert isinstance(picker, PickField)
        picker.set_options(offered)
        mine = {row.answer for row in offered}
        self.form.begin({"communities": [str(one) for one, _ in self._record.communities if str(one) in mine]})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Assign them."""
        session, record = self.session, self._record
        assert record is not None
        wanted = {int(one) for one in self.form.values()["communities"]}
        assign = session.engine.managers.assign
        return await session.ask(assign, session.act(), record.id, record.version, wanted)

    def saved_title(self) -> str:
        """Whose."""
        return self._record.name if self._record else ""
