"""Accounts of managers, technicians and viewers (rules 1; features ACC-01, ACC-02, ACC-08)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb
from backend.catalog.words import ROLES

SWITCH_FIELDS = (
    Field("delete_residents", "Delete accounts", Kind.FLAG, listed=False, formed=True, section="Permissions",
          hint="of residents"),
    Field("log_access", "Log Access Control", Kind.FLAG, listed=False, formed=True, section="Permissions",
          hint="door logs, calls, captures"),
    Field("log_images", "Log images", Kind.FLAG, listed=False, formed=True, section="Permissions",
          hint="pictures; no effect yet"),
    Field("two_factor", "Two-factor", Kind.FLAG, listed=False, formed=True, section="Signing in",
          hint="a mailed code to sign in"),
    Field("password_reminder", "Monthly reminder", Kind.FLAG, listed=False, formed=True, section="Signing in",
          hint="to change the password"),
    Field("pm_app", "PM app", Kind.FLAG, listed=False, formed=True, section="Signing in",
          hint="no effect yet"),
)  # fmt: skip
"""The switches of rules 1.1."""

MANAGER = Record(
    name="manager",
    title="Accounts",
    singular="account",
    fields=(
        Field("name", "Name", width=22, importance=0, formed=True, required=True, max_length=64, filtered=True,
              sorted=True),
        Field("email", "E-mail", Kind.EMAIL, width=0, importance=1, formed=True, required=True, filtered=True,
              sorted=True),
        Field("role", "Role", Kind.CHOICE, width=18, importance=2, formed=True, required=True, choices=ROLES,
              filtered=True),
        Field("password", "Password", Kind.SECRET, listed=False, formed=True,
              hint="none: one is made, mailed"),
        *SWITCH_FIELDS,
        Field("disabled", "Disabled", Kind.FLAG, width=9, importance=3, vocabulary="flag", filtered=True),
        Field("last_login_at", "Signed in", Kind.AGE, width=9, importance=4, align_right=True),
    ),
    verbs=(
        Verb("add", "New account", "n", "manager.write", undoable=False, needs_row=False),
        Verb("edit", "Edit", "e", "manager.write"),
        Verb("assign", "Communities", "m", "manager.write", undoable=False),
        Verb("first_password", "New password", "p", "manager.write", danger=True, confirm_key="y", undoable=False),
        Verb("disable", "Disable or enable", "d", "manager.write", danger=True, confirm_key="x", undoable=False),
    ),
    topics=frozenset({"managers"}),
    default_sort="name",
    read_permission="manager.read",
    empty="No account yet.",
)  # fmt: skip
