"""Accounts as an installer makes and switches them, and as they are read (rules 1.1; features ACC-02, ACC-08)."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from backend.domain.enums import Role
from backend.domain.records import Frozen, Saved


class ManagerPatch(Frozen):
    """Changes to an account; None keeps. The switches are those of rules 1.1."""

    email: str | None = None
    name: str | None = None
    role: Role | None = None
    delete_residents: bool | None = None
    log_access: bool | None = None
    log_images: bool | None = None
    password_reminder: bool | None = None
    two_factor: bool | None = None
    pm_app: bool | None = None


class AccountMade(Saved):
    """What making an account, or giving it a new first password, answers.

    `password` is there once, and only where no mail could take it to its owner: whoever acts passes it on.
    """

    mailed_to: str = ""
    password: str = Field(default="", repr=False)


class ManagerDraft(Frozen):
    """A new account of this community; without a password it gets a first one that nobody chose."""

    email: str
    name: str
    role: Role
    password: str = Field(default="", repr=False)
    delete_residents: bool = True
    log_access: bool = True
    log_images: bool = True
    password_reminder: bool = False
    two_factor: bool = False
    pm_app: bool = False


class ManagerRecord(Frozen):
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
