"""Accounts: who may act where, with which switches (features ACC-02, ACC-08, SET-06; rules 1.1, 1.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, select

from backend.domain.accounts import AccountMade, ManagerRecord
from backend.domain.context import Context, new_id
from backend.domain.enums import Role
from backend.domain.errors import Invalid, NotFound
from backend.domain.names import check_email, check_name
from backend.domain.paging import ListQuery
from backend.domain.records import Saved
from backend.services.account_rows import SWITCHES, to_record
from backend.services.account_welcome import make_password, post_welcome
from backend.services.assignments import accounts_of, communities_of, keep_an_installer, put_assignments
from backend.services.base import Service, replayed, saved
from backend.services.lists import ListHandle
from backend.services.passwords import check_password, hash_password
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work

if TYPE_CHECKING:
    from backend.domain.account_drafts import ManagerDraft, ManagerPatch


class Managers(Service):
    """The accounts of managers, technicians and viewers."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The accounts that may act in the community."""
        return ListHandle(self.store, context, "manager.read", _listing(context), query)

    def get(self, context: Context, manager_id: int) -> ManagerRecord:
        """One account with the communities in which it may act; raises NotFound."""
        with self.store.read(context, "manager.read") as connection:
            row = account_row(connection, context.community_id, manager_id)
            return replace(to_record(row), communities=communities_of(connection, manager_id))

    def add(self, context: Context, draft: ManagerDraft) -> AccountMade:
        """Make an account and mail its user name and first password.

        `password` of the answer is set where that password is nobody's choice and no mail can leave: it is shown once.
        Raises Invalid (email, name, password) and Conflict (email). Disable the account to take it back.
        """
        chosen = bool(draft.password)
        checked = check_account(draft if chosen else draft.model_copy(update={"password": make_password()}))
        hashed = hash_password(checked.password)
        with self.store.write(context, "manager.add") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return AccountMade(**asdict(replayed(work)))
            manager_id = insert_account(work, checked, hashed)
            mailed = post_welcome(work, manager_id, checked.name, checked.email, checked.password)
            made = asdict(saved(work, manager_id))
        shown = "" if mailed or chosen else checked.password
        return AccountMade(**made, mailed_to=checked.email if mailed else "", password=shown)

    def edit(self, context: Context, manager_id: int, version: int, patch: ManagerPatch) -> Saved:
        """Change e-mail, name, role and switches of an account; None keeps. They hold with its next act.

        Only switches and names can be undone. Raises Stale, Invalid (email, name), Conflict (email, role), NotFound.
        """
        wanted = _checked_patch(patch)
        with self.store.write(context, "manager.edit") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return replayed(work)
            account = account_row(work.connection, context.community_id, manager_id)
            differs = work.update(t.manager, manager_id, version=version, **wanted)
            if account.role == Role.INSTALLER.value != wanted.get("role", account.role):
                keep_an_installer(work.connection, manager_id, "role")
            graver = wanted.keys() & {"email", "role"}
            action = "Changed account" if differs else "Saved without a change"
            work.tell(
                action, "manager", manager_id, wanted.get("email", account.email), undoable=differs and not graver
            )
            work.touch("managers")
            return saved(work, manager_id)

    def assign(self, context: Context, manager_id: int, version: int, community_ids: Collection[int]) -> Saved:
        """Have an account act in these communities and no others, of those in which the actor may act.

        Raises Invalid (communities) for one that is not the actor's and for none at all, Conflict (communities) where
        one would be left without an installer, Stale, NotFound.
        """
        with self.store.write(context, "manager.assign") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return replayed(work)
            account = account_row(work.connection, context.community_id, manager_id)
            names = put_assignments(work, account, version, set(community_ids))
            work.tell(f"Assigned to {', '.join(names)}", "manager", manager_id, account.email, undoable=False)
            work.touch("managers", "communities")
            return saved(work, manager_id)

    def disable(self, context: Context, manager_id: int, version: int, disabled: bool) -> Saved:
        """Close or reopen an account; its sessions end at once. Raises Stale, and Conflict for the last installer."""
        with self.store.write(context, "manager.disable" if disabled else "manager.enable") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return replayed(work)
            account = account_row(work.connection, context.community_id, manager_id)
            work.update(t.manager, manager_id, version=version, disabled=disabled)
            if disabled:
                if account.role == Role.INSTALLER.value:
                    keep_an_installer(work.connection, manager_id, "disabled")
                session = t.login_session
                work.connection.execute(delete(session).where(session.c.manager_id == manager_id))
            action = "Disabled account" if disabled else "Enabled account"
            work.tell(action, "manager", manager_id, account.email, undoable=False)
            work.touch("managers")
            return saved(work, manager_id)


def check_account(draft: ManagerDraft) -> ManagerDraft:
    """The draft with e-mail and name in order; raises Invalid naming every bad field."""
    bad: dict[str, str] = {}
    email, name = draft.email, draft.name
    try:
        email = check_email(draft.email).lower()
    except Invalid as error:
        bad |= error.fields
    try:
        name = check_name(draft.name, "name")
    except Invalid as error:
        bad |= error.fields
    try:
        check_password(draft.password, email, name)
    except Invalid as error:
        bad |= error.fields
    if bad:
        raise Invalid(bad)
    return draft.model_copy(update={"email": email, "name": name})


def insert_account(work: Work, draft: ManagerDraft, password_hash: str) -> int:
    """Insert a checked account and say so; the password was hashed before the transaction."""
    manager_id = work.insert(
        t.manager,
        uuid=new_id(),
        community_id=work.context.community_id,
        email=draft.email,
        name=draft.name,
        role=draft.role.value,
        password_hash=password_hash,
        password_changed_at=work.at,
        **{name: getattr(draft, name) for name in SWITCHES},
    )
    work.tell(f"Added {draft.role.value} account", "manager", manager_id, draft.email, undoable=False)
    work.touch("managers")
    return manager_id


def account_row(connection: Connection, community_id: int, manager_id: int) -> Row[Any]:
    """The row of an account that may act in the community; raises NotFound."""
    m = t.manager
    found = connection.execute(select(m).where(m.c.id == manager_id, accounts_of(community_id))).one_or_none()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def _checked_patch(patch: ManagerPatch) -> dict[str, Any]:
    """The columns that a patch changes; raises Invalid with every bad field."""
    wanted = patch.model_dump(exclude_none=True)
    bad: dict[str, str] = {}
    if patch.email is not None:
        try:
            wanted["email"] = check_email(patch.email).lower()
        except Invalid as error:
            bad |= error.fields
    if patch.name is not None:
        try:
            wanted["name"] = check_name(patch.name, "name")
        except Invalid as error:
            bad |= error.fields
    if patch.role is not None:
        wanted["role"] = patch.role.value
    if bad:
        raise Invalid(bad)
    return wanted


def _listing(context: Context) -> Listing:
    m = t.manager
    name, email = func.lower(m.c.name), m.c.email
    return Listing(
        source=m,
        id_column=m.c.id,
        columns={
            "name": m.c.name,
            "email": email,
            "role": m.c.role,
            "disabled": m.c.disabled,
            "last_login_at": m.c.last_login_at,
        },
        sorts={"name": name, "email": email},
        default_sort="name",
        filters={
            "name": FilterColumn(name, "contains"),
            "email": FilterColumn(email, "contains"),
            "role": FilterColumn(m.c.role),
            "disabled": FilterColumn(m.c.disabled),
        },
        words=(name, email),
        where=accounts_of(context.community_id),
    )
