"""Accounts as they are read, by everybody who comes in: little is loaded for it (features ACC-01, ACC-06)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.accounts import ManagerRecord
from backend.domain.agreements import TEXTS, AgreementText
from backend.domain.enums import Role
from backend.store import tables as t

SWITCHES = ("delete_residents", "log_access", "log_images", "password_reminder", "two_factor", "pm_app")
"""Of rules 1.1, as columns of an account."""


def row_of(connection: Connection, manager_id: int) -> Row[Any]:
    """The row of an account that is known to be there."""
    return connection.execute(select(t.manager).where(t.manager.c.id == manager_id)).one()


def community_name(connection: Connection, community_id: int) -> str:
    """The name of a community."""
    return str(connection.execute(select(t.community.c.name).where(t.community.c.id == community_id)).scalar_one())


def unread_by(connection: Connection, manager_id: int) -> tuple[AgreementText, ...]:
    """The texts whose present version this account has not agreed to."""
    agreement = t.agreement
    rows = connection.execute(
        select(agreement.c.document, agreement.c.version).where(agreement.c.manager_id == manager_id)
    )
    agreed = {(row.document, row.version) for row in rows}
    return tuple(text for text in TEXTS if (text.document.value, text.version) not in agreed)


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
        **{name: getattr(row, name) for name in SWITCHES},
    )
