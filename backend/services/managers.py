"""Accounts of a community: signing in, sessions, who may act (features ACC-01, ACC-02, ACC-08)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from backend.domain.context import Context, new_id
from backend.domain.enums import Role, Via
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.formats import age
from backend.domain.names import check_email, check_name
from backend.domain.paging import ListQuery
from backend.domain.records import ManagerDraft, ManagerRecord, Saved
from backend.services.base import Service, replayed, saved
from backend.services.lists import ListHandle
from backend.services.passwords import check_password, hash_password, is_right
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
SESSION = timedelta(hours=12)

_LOGIN, _REFUSED = "manager.login", "manager.login_refused"
_SOMEBODY = "not signed in"
_EVERY_ROLE = "community.read"
"""Asked where an account acts on its own session only; no role is without it."""


class Managers(Service):
    """The accounts of managers, technicians and viewers, and their way in."""

    def login(self, email: str, password: str, via: Via) -> tuple[Context, ManagerRecord]:
        """Who signs in, as the context of their acts; e-mail in any case.

        Raises Forbidden with a sentence that never says which part was wrong. Five wrong tries within a quarter of an
        hour lock the e-mail for 15 minutes, whether or not an account has it; each try is an operation.
        """
        address = _address(email)
        account, community_id = self._account(address)
        right = is_right(account.password_hash if account else None, password)
        if account is None or not right or account.disabled:
            self._refuse(address, account.id if account else None, community_id, via)
            if account is not None and right:
                raise Forbidden(_LOGIN, "This account has been disabled. Ask the installer.")
            raise Forbidden(_LOGIN, "E-mail or password is wrong.")
        context = Context(account.id, account.name, account.community_id, via)
        with self.store.write(context, _LOGIN) as work:
            work.require(_EVERY_ROLE)
            _raise_if_locked(work.connection, context.community_id, address, work.at)
            work.connection.execute(update(t.manager).where(t.manager.c.id == account.id).values(last_login_at=work.at))
            work.connection.execute(delete(t.login_session).where(t.login_session.c.expires_at <= work.at))
            work.tell("Signed in", "manager", account.id, address, undoable=False)
            record = _record(_row(work.connection, context.community_id, account.id))
        return context.again(), record

    def make_session(self, context: Context) -> str:
        """A token that stands for this sign-in during 12 hours; only its HMAC is kept, and disabling ends it."""
        token = secrets.token_urlsafe(32)
        with self.store.write(context.again(), "manager.session") as work:
            work.require(_EVERY_ROLE)
            work.insert(
                t.login_session,
                manager_id=context.actor_id,
                token_index=work.sealer.index("session", token),
                made_at=work.at,
                expires_at=work.at + SESSION,
            )
            work.tell("Stayed signed in for 12 hours", "manager", context.actor_id, context.actor_name, undoable=False)
        return token

    def resume(self, token: str, via: Via) -> Context:
        """The context of a session made before; raises Forbidden when it is over or its account is disabled."""
        session, manager = t.login_session, t.manager
        with self.store.read() as connection:
            found = connection.execute(
                select(manager.c.id, manager.c.name, manager.c.community_id)
                .join(session, session.c.manager_id == manager.c.id)
                .where(
                    session.c.token_index == self.store.sealer.index("session", token),
                    session.c.expires_at > self.store.clock(),
                    manager.c.disabled.is_(False),
                )
            ).one_or_none()
        if found is None:
            raise Forbidden("manager.session", "This sign-in is over. Sign in again.")
        return Context(found.id, found.name, found.community_id, via)

    def end_session(self, context: Context, token: str) -> None:
        """Log out: the token is worth nothing from now on."""
        with self.store.write(context.again(), "manager.logout") as work:
            work.require(_EVERY_ROLE)
            session = t.login_session
            work.connection.execute(
                delete(session).where(
                    session.c.token_index == work.sealer.index("session", token),
                    session.c.manager_id == context.actor_id,
                )
            )
            work.tell("Signed out", "manager", context.actor_id, context.actor_name, undoable=False)

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The accounts of the community."""
        return ListHandle(self.store, context, "manager.read", _listing(context), query)

    def get(self, context: Context, manager_id: int) -> ManagerRecord:
        """One account; raises NotFound."""
        with self.store.read(context, "manager.read") as connection:
            return _record(_row(connection, context.community_id, manager_id))

    def me(self, context: Context) -> ManagerRecord:
        """The account that acts; raises Forbidden once it is disabled, NotFound for the agent, who has none."""
        if context.actor_id is None:
            raise NotFound("The agent has no account.")
        with self.store.read(context, "community.read") as connection:
            return _record(_row(connection, context.community_id, context.actor_id))

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

    def _account(self, address: str) -> tuple[Row[Any] | None, int]:
        """The account of an e-mail address, and the community in which its tries are counted; raises if locked."""
        with self.store.read() as connection:
            account = connection.execute(select(t.manager).where(t.manager.c.email == address)).one_or_none()
            if account is not None:
                community_id = account.community_id
            else:
                community_id = connection.execute(select(func.min(t.community.c.id))).scalar()
                if community_id is None:
                    raise NotFound("This site has no community. Remove its directory and make it again.")
            _raise_if_locked(connection, community_id, address, self.store.clock())
        return account, community_id

    def _refuse(self, address: str, manager_id: int | None, community_id: int, via: Via) -> None:
        """Write down a try that failed, unless so many did meanwhile that this one does not count any more."""
        nobody = Context(None, _SOMEBODY, community_id, via, new_id())
        with self.store.write(nobody, _REFUSED) as work:
            work.require(_EVERY_ROLE)
            _raise_if_locked(work.connection, community_id, address, work.at)
            work.tell("Sign-in refused", "manager", manager_id, address, undoable=False)


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
    )
    work.tell(f"Added {draft.role.value} account", "manager", manager_id, draft.email, undoable=False)
    work.touch("managers")
    return manager_id


def _address(email: str) -> str:
    """The e-mail address as accounts have it; "" for text that is none, which no account has."""
    try:
        return check_email(email).lower()
    except Invalid:
        return ""


def _raise_if_locked(connection: Connection, community_id: int, address: str, now: datetime) -> None:
    """Raise Forbidden while the last five tries of this address were wrong and the newest is no 15 minutes old."""
    operation = t.operation
    tries = connection.execute(
        select(operation.c.type, operation.c.at)
        .where(
            operation.c.community_id == community_id,
            operation.c.at > now - LOCKED_FOR,
            operation.c.type.in_((_LOGIN, _REFUSED)),
            operation.c.entity_name == address,
        )
        .order_by(operation.c.at.desc(), operation.c.id.desc())
        .limit(TRIES)
    ).all()
    wrong = list(takewhile(lambda row: row.type == _REFUSED, tries))
    if len(wrong) == TRIES:
        left = wrong[0].at + LOCKED_FOR - now
        raise Forbidden(_LOGIN, f"Too many wrong tries. Signing in with this e-mail is locked for {age(left)} more.")


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


def _record(row: Row[Any]) -> ManagerRecord:
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
