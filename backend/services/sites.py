"""The sites that an account reaches: assigned by an installer, or linked by oneself (feature ACC-06; guide: Link)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from backend.domain.context import Context, new_id
from backend.domain.enums import Role
from backend.domain.errors import Conflict, Forbidden, Invalid, NotFound
from backend.domain.names import fold
from backend.domain.signing_in import Place, Proof
from backend.services.account_rows import community_name, row_of, unread_by
from backend.services.base import Service
from backend.services.passwords import is_right
from backend.services.tries import EVERY_ROLE, raise_if_locked, refuse
from backend.store import tables as t
from backend.store.work import Work

_LINK, _UNLINK, _SWITCH = "site.link", "site.unlink", "site.switch"


class Sites(Service):
    """Where the account that acts may go, and how two accounts of one person become one way."""

    def places(self, context: Context) -> tuple[Place, ...]:
        """The sites of the account: its own, those assigned to it, those linked with it, each in order of name."""
        with self.store.read(context, EVERY_ROLE) as connection:
            assert context.actor_id is not None
            account = row_of(connection, context.actor_id)
            assigned = select(t.manager_community.c.community_id).where(t.manager_community.c.manager_id == account.id)
            others = set(connection.execute(assigned).scalars()) - {account.community_id}
            found = [_place(connection, account, account.community_id, context)]
            found += sorted((_place(connection, account, each, context) for each in others), key=_name)
            links = [(link, row_of(connection, _other(link, account.id))) for link in _links(connection, account.id)]
            linked = [_place(connection, other, other.community_id, context, link) for link, other in links]
            return (*found, *sorted(linked, key=_name))

    def link(self, context: Context, proof: Proof) -> None:
        """Link the account that acts with the one of `proof`, or make a stale link good again (edge case 74).

        Raises Invalid (email) for an account of this site or of oneself, Forbidden while a code or an agreement of the
        other account is wanting. An operation is left on both sides.
        """
        if proof.wants_code:
            raise Forbidden(_LINK, "The other account signs in with a mailed code. Enter that first.")
        with self.store.write(context.again(), _LINK) as work:
            work.require(EVERY_ROLE)
            assert context.actor_id is not None
            account, other = row_of(work.connection, context.actor_id), row_of(work.connection, proof.manager_id)
            _check_other(work.connection, account, other, proof)
            first, second = sorted((account.id, other.id))
            link = _link_of(work.connection, first, second)
            if link is None:
                work.insert(t.linked_account, first_id=first, second_id=second, proved_at=proof.at)
            elif _is_stale(link, other):
                row = t.linked_account
                work.connection.execute(update(row).where(row.c.id == link.id).values(proved_at=proof.at))
            else:
                raise Conflict("email", "These two accounts are linked already.")
            _tell_both(work, account, other, "Linked account")

    def unlink(self, context: Context, manager_id: int, password: str) -> Context:
        """Take the link with an account away, from either side, with the password of the account that acts.

        Whoever came here by this link stays, having proved the password: the answer is their context from now on.
        Raises Invalid (password), NotFound, Forbidden once the account is locked. An operation is left on both sides.
        """
        assert context.actor_id is not None
        with self.store.read(context, EVERY_ROLE) as connection:
            account = row_of(connection, context.actor_id)
            raise_if_locked(connection, account.community_id, account.email, self.store.clock())
        if not is_right(account.password_hash, password):
            refuse(self.store, account.email, account.id, account.community_id, context.via)
            raise Invalid({"password": "The password is wrong."})
        with self.store.write(context.again(), _UNLINK) as work:
            work.require(EVERY_ROLE)
            link = _link_of(work.connection, *sorted((account.id, manager_id)))
            if link is None:
                raise NotFound("There is no link with that account any more.")
            work.connection.execute(delete(t.login_session).where(t.login_session.c.link_id == link.id))
            work.connection.execute(delete(t.linked_account).where(t.linked_account.c.id == link.id))
            _tell_both(work, account, row_of(work.connection, manager_id), "Unlinked account")
            if context.link_id != link.id:
                return context.again()
            return replace(context.again(), link_id=None, proved_at=work.at)

    def switch(self, context: Context, place: Place) -> Context:
        """The context of acting at another site, as the account that reaches it.

        Raises Forbidden where the assignment or the link is gone, the link is stale, or the account is disabled.
        """
        with self.store.read(context, EVERY_ROLE) as connection:
            assert context.actor_id is not None
            goal = replace(context, community_id=place.community_id)
            if place.link_id is not None:
                link = _link_of(connection, *sorted((context.actor_id, place.manager_id)))
                if link is None:
                    raise Forbidden(_SWITCH, "The link to this site was taken away.")
                other = row_of(connection, place.manager_id)
                if _is_stale(link, other):
                    raise Forbidden(_SWITCH, f"The password of {other.email} was changed. Link the account again.")
                goal = Context(
                    other.id, other.name, other.community_id, context.via, proved_at=link.proved_at, link_id=link.id
                )
        with self.store.write(goal.again(), _SWITCH) as work:
            work.require(EVERY_ROLE)
            came = f"Came from {community_name(work.connection, context.community_id)}"
            work.tell(came, "manager", context.actor_id, context.actor_name, undoable=False)
        return goal.again()


def _check_other(connection: Connection, account: Row[Any], other: Row[Any], proof: Proof) -> None:
    if other.id == account.id:
        raise Invalid({"email": "This is the account you are signed in with."})
    if other.community_id == account.community_id:
        raise Invalid({"email": "This account is of the same site. Sign in with it instead."})
    if other.disabled:
        raise Forbidden(_LINK, "This account has been disabled. Ask the installer.")
    if other.password_changed_at and other.password_changed_at > proof.at:
        raise Forbidden(_LINK, "The password of this account was changed meanwhile. Enter it again.")
    if unread_by(connection, other.id):
        raise Forbidden(_LINK, "This account has not agreed to the policies yet. Sign in with it once, then link it.")


def _place(
    connection: Connection, account: Row[Any], community_id: int, context: Context, link: Row[Any] | None = None
) -> Place:
    return Place(
        community_id=community_id,
        community=community_name(connection, community_id),
        manager_id=account.id,
        email=account.email,
        role=Role(account.role),
        link_id=None if link is None else link.id,
        stale=link is not None and _is_stale(link, account),
        current=(account.id, community_id) == (context.actor_id, context.community_id),
        assigned=community_id != account.community_id,
    )


def _name(place: Place) -> str:
    return fold(place.community)


def _links(connection: Connection, manager_id: int) -> list[Row[Any]]:
    link = t.linked_account
    mine = or_(link.c.first_id == manager_id, link.c.second_id == manager_id)
    return list(connection.execute(select(link).where(mine)))


def _link_of(connection: Connection, first: int, second: int) -> Row[Any] | None:
    link = t.linked_account
    return connection.execute(select(link).where(link.c.first_id == first, link.c.second_id == second)).one_or_none()


def _other(link: Row[Any], manager_id: int) -> int:
    return int(link.second_id if link.first_id == manager_id else link.first_id)


def _is_stale(link: Row[Any], other: Row[Any]) -> bool:
    """Whether the password of the other account was changed after it was proved last."""
    return other.password_changed_at is not None and other.password_changed_at > link.proved_at


def _tell_both(work: Work, account: Row[Any], other: Row[Any], action: str) -> None:
    """Leave an operation here, and one with the same words at the site of the other account."""
    work.tell(action, "manager", other.id, other.email, undoable=False)
    work.touch("managers")
    work.connection.execute(
        t.operation.insert().values(
            uuid=new_id(),
            community_id=other.community_id,
            at=work.at,
            actor_id=account.id,
            actor=account.name,
            via=work.context.via.value,
            type=work.told.type,
            action=action,
            entity="manager",
            entity_id=account.id,
            entity_name=account.email,
            text_fold=fold(f"{action} {account.email}"),
            undoable=False,
        )
    )
