"""Accounts as an installer makes and switches them (rules 1.1; feature ACC-02)."""

from __future__ import annotations

from pydantic import Field

from backend.domain.enums import Role
from backend.domain.frozen import Frozen


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
