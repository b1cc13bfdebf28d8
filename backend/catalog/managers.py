"""Accounts of managers, technicians and viewers (rules 1; features ACC-01, ACC-02, ACC-08)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb
from backend.catalog.words import ROLES

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
        Field("password", "Password", Kind.SECRET, listed=False, formed=True, required=True,
              hint="Ten characters or more; a sentence is good"),
        Field("disabled", "Disabled", Kind.FLAG, width=9, importance=3, vocabulary="flag", filtered=True),
        Field("last_login_at", "Signed in", Kind.AGE, width=9, importance=4, align_right=True),
    ),
    verbs=(
        Verb("add", "New account", "n", "manager.write", undoable=False, needs_row=False),
        Verb("disable", "Disable or enable", "d", "manager.write", danger=True, confirm_key="x", undoable=False),
    ),
    topics=frozenset({"managers"}),
    default_sort="name",
    read_permission="manager.read",
    empty="No account yet.",
)  # fmt: skip
