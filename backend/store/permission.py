"""Whether whoever acts may, as the database knows them now."""

from __future__ import annotations

from sqlalchemy import Connection, select

from backend.domain.context import Context
from backend.domain.errors import Forbidden
from backend.domain.permissions import allowed, refusal
from backend.store import tables as t
from backend.store.rows import ROW, select_row


def require(connection: Connection, context: Context, permission: str) -> None:
    """Raise Forbidden unless the acting manager, as the database knows them now, has `permission` where they act.

    The agent (no actor id) passes: its commands were authorised when they were written.
    """
    if context.actor_id is None:
        return
    row = connection.execute(select_row(t.manager), {ROW: context.actor_id}).one_or_none()
    if row is None or row.disabled:
        raise Forbidden(permission, "This account has been disabled. Ask the installer.")
    if context.proved_at and row.password_changed_at and row.password_changed_at > context.proved_at:
        raise Forbidden(permission, "The password of this account was changed. Sign in again.")
    if row.community_id != context.community_id and not _is_assigned(connection, context):
        raise Forbidden(permission, "This account is not assigned to this site any more. Ask the installer.")
    if context.link_id is not None and not _is_linked(connection, context):
        raise Forbidden(permission, "The link to this site was taken away. Sign in again.")
    switches = {"delete_residents": row.delete_residents, "log_access": row.log_access}
    if not allowed(row.role, permission, switches):
        raise Forbidden(permission, refusal(permission, row.role))


def _is_assigned(connection: Connection, context: Context) -> bool:
    assigned = t.manager_community
    return (
        connection.execute(
            select(assigned.c.id).where(
                assigned.c.manager_id == context.actor_id, assigned.c.community_id == context.community_id
            )
        ).scalar()
        is not None
    )


def _is_linked(connection: Connection, context: Context) -> bool:
    link = t.linked_account
    found = connection.execute(select(link.c.first_id, link.c.second_id).where(link.c.id == context.link_id)).first()
    return found is not None and context.actor_id in found
