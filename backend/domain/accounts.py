"""Accounts as an installer makes and switches them (rules 1.1; features ACC-02, ACC-08)."""

from __future__ import annotations

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
