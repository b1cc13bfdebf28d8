"""In which communities an account may act: the one of its own row, and those assigned to it (rules 1.1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from backend.domain.enums import Role
from backend.domain.errors import Conflict, Invalid
from backend.store import tables as t
from backend.store.work import Work

LAST_INSTALLER = "This is the last installer of {community}. Make another one first."


def accounts_of(community_id: int) -> ColumnElement[bool]:
    """The condition that a row of `manager` may act in the community."""
    m, assigned = t.manager, t.manager_community
    also = select(assigned.c.manager_id).where(assigned.c.community_id == community_id)
    return or_(m.c.community_id == community_id, m.c.id.in_(also))


def communities_of(connection: Connection, manager_id: int) -> tuple[tuple[int, str], ...]:
    """Where an account may act, (id, name): its own community first, the others by name."""
    c, m, assigned = t.community, t.manager, t.manager_community
    home = select(m.c.community_id).where(m.c.id == manager_id).scalar_subquery()
    also = select(assigned.c.community_id).where(assigned.c.manager_id == manager_id)
    rows = connection.execute(
        select(c.c.id, c.c.name)
        .where(or_(c.c.id == home, c.c.id.in_(also)))
        .order_by((c.c.id == home).desc(), func.lower(c.c.name), c.c.id)
    )
    return tuple((row.id, row.name) for row in rows)


def keep_an_installer(connection: Connection, manager_id: int, field: str) -> None:
    """Raise Conflict (`field`) where a community of this account has no installer any more who can sign in."""
    for community_id, name in communities_of(connection, manager_id):
        _keep_one(connection, community_id, name, field)


def put_assignments(work: Work, account: Row[Any], version: int, wanted: set[int]) -> list[str]:
    """Give an account these communities, of those of the actor; others stay. Answers their names.

    The community of its own row becomes another one where it is taken away. Raises as `Managers.assign`.
    """
    connection, assigned = work.connection, t.manager_community
    before = dict(communities_of(connection, account.id))
    actor = work.context.actor_id
    reach = before if actor is None else dict(communities_of(connection, actor))
    if foreign := wanted - reach.keys():
        raise Invalid({"communities": f"There is no community id:{min(foreign)} in which you may act."})
    after = wanted | (before.keys() - reach.keys())
    if not after:
        raise Invalid({"communities": "An account needs a community. Disable it to close it."})
    home = account.community_id if account.community_id in after else min(after)
    rows = connection.execute(
        select(assigned.c.id, assigned.c.community_id).where(assigned.c.manager_id == account.id)
    ).all()
    work.update(t.manager, account.id, version=version, community_id=home)
    beside = after - {home}
    for row in rows:
        if row.community_id not in beside:
            work.delete(assigned, row.id)
    for community_id in sorted(beside - {row.community_id for row in rows}):
        work.insert(assigned, manager_id=account.id, community_id=community_id)
    for community_id in (before.keys() - after) if account.role == Role.INSTALLER.value else ():
        _keep_one(connection, community_id, before[community_id], "communities")
    return [name for _, name in communities_of(connection, account.id)]


def _keep_one(connection: Connection, community_id: int, name: str, field: str) -> None:
    m = t.manager
    left = connection.execute(
        select(func.count()).where(accounts_of(community_id), m.c.role == Role.INSTALLER.value, m.c.disabled.is_(False))
    ).scalar_one()
    if not left:
        raise Conflict(field, LAST_INSTALLER.format(community=name))
