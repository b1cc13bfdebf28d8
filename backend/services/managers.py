"""Accounts of a community: who is there, made and closed (features ACC-02, ACC-08)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from backend.domain.context import Context, new_id
from backend.domain.enums import Role
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.names import check_email, check_name
from backend.domain.paging import ListQuery
from backend.domain.records import ManagerDraft, ManagerRecord, Saved
from backend.services.base import Service, replayed, saved
from backend.services.lists import ListHandle
from backend.services.passwords import check_password, hash_password
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work


class Managers(Service):
    """The accounts of managers, technicians and viewers."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The accounts of the community."""
        return ListHandle(self.store, context, "manager.read", _listing(context), query)

    def get(self, context: Context, manager_id: int) -> ManagerRecord:
        """One account; raises NotFound."""
        with self.store.read(context, "manager.read") as connection:
            return to_record(_row(connection, context.community_id, manager_id))

    def add(self, context: Context, draft: ManagerDraft) -> Saved:
        """Make an account; raises Invalid (email, name, password) and Conflict (email). Disable it to take it back."""
        checked = check_account(draft)
        hashed = hash_password(draft.password)
        with self.store.write(context, "manager.add") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return replayed(work)
            return saved(work, insert_account(work, checked, hashed))

    def disable(self, context: Context, manager_id: int, version: int, disabled: bool) -> Saved:
        """Close or reopen an account; its sessions end at once. Raises Stale, and Conflict for the last installer."""
        with self.store.write(context, "manager.disable" if disabled else "manager.enable") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return replayed(work)
            account = _row(work.connection, context.community_id, manager_id)
            work.update(t.manager, manager_id, version=version, disabled=disabled)
            if disabled:
                _keep_an_installer(work.connection, context.community_id)
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
    )
    work.tell(f"Added {draft.role.value} account", "manager", manager_id, draft.email, undoable=False)
    work.touch("managers")
    return manager_id


def _keep_an_installer(connection: Connection, community_id: int) -> None:
    manager = t.manager
    left = connection.execute(
        select(func.count()).where(
            manager.c.community_id == community_id,
            manager.c.role == Role.INSTALLER.value,
            manager.c.disabled.is_(False),
        )
    ).scalar_one()
    if not left:
        raise Conflict("disabled", "This is the last installer. Make another one before you disable this account.")


def _row(connection: Connection, community_id: int, manager_id: int) -> Row[Any]:
    found = connection.execute(
        select(t.manager).where(t.manager.c.id == manager_id, t.manager.c.community_id == community_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def to_record(row: Row[Any]) -> ManagerRecord:
    """The account of a row of `manager`."""
    return ManagerRecord(
        id=row.id,
        version=row.row_version,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        disabled=row.disabled,
        last_login_at=row.last_login_at,
    )


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
        where=m.c.community_id == context.community_id,
    )
