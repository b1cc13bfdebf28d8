"""Accounts of the people who use this product."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from backend.domain import enums
from backend.store.tables.columns import RULE, at, flag, ident, metadata, one_of, ref, version, words
from backend.store.types import Id

manager = Table(
    "manager",
    metadata,
    ident(),
    words("uuid"),
    ref("community_id", "community"),
    words("email"),
    words("name"),
    words("password_hash"),
    *one_of("role", enums.Role),
    flag("disabled"),
    flag("delete_residents", default=True),
    flag("log_access", default=True),
    flag("log_images", default=True),
    flag("pm_app"),
    flag("two_factor"),
    flag("password_reminder"),
    words("language", default="en"),
    at("password_changed_at", null=True),
    at("last_login_at", null=True),
    version(),
    Index("uq_manager_email", "email", unique=True),
    info=RULE,
)
manager_community = Table(
    "manager_community",
    metadata,
    ident(),
    ref("manager_id", "manager"),
    ref("community_id", "community"),
    Index("uq_manager_community", "manager_id", "community_id", unique=True),
    info=RULE,
)
"""The communities in which an account may act beside the one that its own row names (rules 1.1)."""
login_code = Table(
    "login_code",
    metadata,
    ident(),
    ref("manager_id", "manager"),
    *one_of("purpose", enums.CodePurpose),
    Column("code_index", LargeBinary, nullable=False),
    at("made_at"),
    at("expires_at"),
    Index("uq_login_code", "manager_id", "purpose", unique=True),
)
"""The one live code of an account and purpose; it goes with its use."""
agreement = Table(
    "agreement",
    metadata,
    ident(),
    ref("manager_id", "manager"),
    *one_of("document", enums.Document),
    words("version"),
    at("agreed_at"),
    Index("uq_agreement", "manager_id", "document", "version", unique=True),
)
linked_account = Table(
    "linked_account",
    metadata,
    ident(),
    ref("first_id", "manager"),
    ref("second_id", "manager"),
    at("proved_at"),
    Index("uq_linked_account", "first_id", "second_id", unique=True),
)
"""Two accounts of one person, the smaller id first; a password changed after `proved_at` makes the link stale."""
login_session = Table(
    "login_session",
    metadata,
    ident(),
    ref("manager_id", "manager"),
    Column("token_index", LargeBinary, nullable=False, unique=True),
    at("made_at"),
    at("expires_at"),
    at("proved_at", null=True),
    Column("community_id", Id),
    Column("link_id", Id),
)
"""Sign-ins that are kept: who acts, where, by which link, and when the password was last proved."""
