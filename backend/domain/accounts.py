"""Accounts as an installer makes and switches them, and as they are read (rules 1.1; features ACC-02, ACC-08)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from backend.domain.enums import Role
from backend.domain.records import Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMade(Saved):
    """What making an account, or giving it a new first password, answers.

    `password` is there once, and only where no mail could take it to its owner: whoever acts passes it on.
    """

    mailed_to: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerRecord:
    """An account."""

    id: int
    version: int
    email: str
    name: str
    role: Role
    disabled: bool
    last_login_at: datetime | None
    delete_residents: bool = True
    log_access: bool = True
    log_images: bool = True
    password_reminder: bool = False
    two_factor: bool = False
    pm_app: bool = False
    communities: tuple[tuple[int, str], ...] = ()
    """Where the account may act, (id, name), its own community first; empty where nobody asked."""
