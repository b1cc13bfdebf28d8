"""The forms of an account in Site Setup, and its first password where no mail can take it (features ACC-02, ACC-08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backend.catalog.managers import MANAGER
from backend.catalog.model import Field
from screens.base.catalog_form import CatalogForm, begin_with
from screens.base.page import Page
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from widgets.dialog import Choice, ConfirmDialog, PickRow
from widgets.form import FormField, PickField

if TYPE_CHECKING:
    from backend.domain.accounts import AccountMade, ManagerRecord
    from backend.domain.records import Saved


async def read_account(session: Session, manager_id: int) -> ManagerRecord:
    """An account as it stands."""
    return await session.ask(session.engine.managers.get, session.context, manager_id)


def tell_password(page: Page, email: str, made: AccountMade) -> None:
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
    MAKES = "manager"
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
        from backend.domain.account_drafts import ManagerDraft, ManagerPatch

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
        self.form.offer("communities", offered)
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
