"""Who can own a credential, what they show to doors, and what they may open by themselves."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Time, text

from backend.domain import enums
from backend.store.tables.columns import (
    LIVE_CREDENTIAL,
    RULE,
    at,
    flag,
    ident,
    metadata,
    number,
    one_of,
    ref,
    version,
    words,
)
from backend.store.types import Id

holder = Table(
    "holder",
    metadata,
    ident(),
    words("uuid"),
    ref("community_id", "community"),
    *one_of("kind", enums.HolderKind),
    words("name"),
    words("name_fold"),
    ref("apartment_id", "apartment", null=True),
    *one_of("status", enums.HolderStatus, enums.HolderStatus.ACTIVE),
    at("removed_at", null=True),
    version(),
    words("floors"),
    Index("ix_holder_name", "community_id", "name_fold", "id"),
    info=RULE,
)
resident = Table(
    "resident",
    metadata,
    Column("id", Id, ForeignKey("holder.id"), primary_key=True),
    ref("apartment_id", "apartment"),
    *one_of("role", enums.ResidentRole),
    words("first"),
    words("last"),
    words("email", null=True),
    words("calling_code"),
    words("mobile", null=True),
    words("phone1"),
    words("phone2"),
    words("phone3"),
    words("remark"),
    *one_of("account_status", enums.AccountStatus, enums.AccountStatus.INACTIVE),
    *one_of("app_status", enums.AppStatus, enums.AppStatus.UNREGISTERED),
    at("expires_at", null=True),
    words("uid"),
    version(),
    words("country"),
    flag("linked"),
    words("linked_reason"),
    Index(
        "uq_resident_master",
        "apartment_id",
        unique=True,
        sqlite_where=text("role = 'master'"),
    ),
    Index("uq_resident_email", "email", unique=True),
    Index("uq_resident_uid", "uid", unique=True),
    info=RULE,
)
resident_login = Table(
    "resident_login",
    metadata,
    Column("id", Id, ForeignKey("holder.id"), primary_key=True),
    *one_of("state", enums.LoginState, enums.LoginState.NONE),
    number("number"),
    Column("password_sealed", LargeBinary),
    at("made_at", null=True),
)
"""The account of a resident's app. No rule table: undo brings no password back to life that a new one has ended."""
credential = Table(
    "credential",
    metadata,
    ident(),
    words("uuid"),
    ref("holder_id", "holder"),
    ref("community_id", "community"),
    words("scope"),
    *one_of("kind", enums.CredentialKind),
    Column("value_sealed", LargeBinary, nullable=False),
    Column("value_index", LargeBinary),
    words("key_id"),
    *one_of("origin", enums.Origin, enums.Origin.MANAGER),
    *one_of("status", enums.CredentialStatus, enums.CredentialStatus.ACTIVE),
    at("valid_from", null=True),
    at("valid_to", null=True),
    at("freed_at", null=True),
    version(),
    Index("ix_credential_value", "value_index"),
    info=RULE,
)
Index(
    "uq_credential_value",
    credential.c.scope,
    credential.c.kind,
    credential.c.value_index,
    unique=True,
    sqlite_where=text(LIVE_CREDENTIAL),
)
face_photo = Table(
    "face_photo",
    metadata,
    Column("id", Id, ForeignKey("credential.id"), primary_key=True),
    Column("jpeg_sealed", LargeBinary, nullable=False),
)
"""The photo of a credential that is a face. No rule table: a change of a name must not copy pictures."""
own_window = Table(
    "own_window",
    metadata,
    ident(),
    ref("holder_id", "holder"),
    *one_of("repeat", enums.Repeat),
    words("days"),
    Column("start", Time),
    Column("end", Time),
    at("begins_at", null=True),
    at("ends_at", null=True),
    info=RULE,
)
"""When the own rights of a holder hold, beside their groups: Self Devices Authorisation of a resident, the hours of a
temporary key, the slot of a booking."""
own_relay = Table(
    "own_relay",
    metadata,
    ident(),
    ref("holder_id", "holder"),
    ref("relay_id", "relay"),
    Index("uq_own_relay", "holder_id", "relay_id", unique=True),
    info=RULE,
)
"""What the own rights of a holder open."""
