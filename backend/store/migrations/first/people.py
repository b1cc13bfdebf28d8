"""The tables of the first version: the site, its houses and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from backend.store.migrations.first.columns import (
    ats,
    blobs,
    flags,
    ids,
    index_each,
    numbers,
    one_of,
    refers,
    row_id,
    texts,
    where,
)

if TYPE_CHECKING:
    from alembic.operations import Operations


def create_setting(op: Operations) -> None:
    """Settings of the whole site."""
    op.create_table(
        "setting",
        *texts("name", default=None),
        *texts("value"),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )


def create_sealed_key(op: Operations) -> None:
    """The canary of the site's key."""
    op.create_table(
        "sealed_key",
        *texts("key_id", default=None),
        *blobs("canary"),
        *ats("made_at"),
        sa.PrimaryKeyConstraint("key_id", name="pk_sealed_key"),
    )


def create_topic(op: Operations) -> None:
    """Versions of what terminals show."""
    op.create_table(
        "topic",
        *texts("name", default=None),
        *ids("version"),
        sa.PrimaryKeyConstraint("name", name="pk_topic"),
    )


def create_community(op: Operations) -> None:
    """Communities."""
    op.create_table(
        "community",
        row_id(),
        *texts("uuid", "name", "timezone"),
        *texts("clock_format", default="24"),
        *texts("date_format", default="iso"),
        *texts("pin_mode", default="pin"),
        *numbers("free_members", default="3"),
        *texts("country"),
        *numbers("row_version", default="1"),
        one_of("community", "pin_mode", "pin apt_pin"),
        sa.PrimaryKeyConstraint("id", name="pk_community"),
        sqlite_autoincrement=True,
    )


def create_building(op: Operations) -> None:
    """Buildings."""
    op.create_table(
        "building",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *texts("name", "name_fold"),
        *numbers("row_version", default="1"),
        refers("building", "community_id", "community"),
        sa.PrimaryKeyConstraint("id", name="pk_building"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_building_name", "building", ["community_id", "name_fold"], unique=True)
    index_each(op, "building", "community_id")


def create_apartment(op: Operations) -> None:
    """Apartments."""
    op.create_table(
        "apartment",
        row_id(),
        *texts("uuid"),
        *ids("building_id"),
        *texts("number", "name", "name_fold"),
        *texts("call_type", default="app_monitor"),
        *texts("sip_or_ip", default="sip"),
        *flags("allow_qr", "allow_face", on=True),
        *flags("member_limit_on"),
        *numbers("member_limit"),
        *flags("allow_id_access"),
        *flags("allow_card", on=True),
        *numbers("row_version", default="1"),
        refers("apartment", "building_id", "building"),
        one_of(
            "apartment",
            "call_type",
            "app_monitor phone_monitor app_monitor_phone monitor_app monitor_phone monitor_app_phone",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_apartment"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_apartment_number", "apartment", ["building_id", "number"], unique=True)
    index_each(op, "apartment", "building_id")


def create_holder(op: Operations) -> None:
    """Whoever can own a credential."""
    op.create_table(
        "holder",
        row_id(),
        *texts("uuid"),
        *ids("community_id"),
        *texts("kind", default=None),
        *texts("name", "name_fold"),
        *ids("apartment_id", null=True),
        *texts("status", default="active"),
        *ats("removed_at", null=True),
        *numbers("row_version", default="1"),
        refers("holder", "community_id", "community"),
        refers("holder", "apartment_id", "apartment"),
        one_of("holder", "kind", "resident staff delivery visitor booking"),
        one_of("holder", "status", "active suspended"),
        sa.PrimaryKeyConstraint("id", name="pk_holder"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_holder_name", "holder", ["community_id", "name_fold", "id"])
    index_each(op, "holder", "apartment_id", "community_id")


def create_resident(op: Operations) -> None:
    """What a holder who lives here has besides."""
    op.create_table(
        "resident",
        *ids("id", "apartment_id"),
        *texts("role", default=None),
        *texts("first", "last"),
        *texts("email", null=True),
        *texts("calling_code"),
        *texts("mobile", null=True),
        *texts("phone1", "phone2", "phone3", "remark"),
        *texts("account_status", default="inactive"),
        *texts("app_status", default="unregistered"),
        *ats("expires_at", null=True),
        *texts("uid"),
        *numbers("row_version", default="1"),
        refers("resident", "id", "holder"),
        refers("resident", "apartment_id", "apartment"),
        one_of("resident", "account_status", "inactive active expired"),
        one_of("resident", "app_status", "registered unregistered"),
        one_of("resident", "role", "master member"),
        sa.PrimaryKeyConstraint("id", name="pk_resident"),
    )
    op.create_index("uq_resident_email", "resident", ["email"], unique=True)
    op.create_index("uq_resident_master", "resident", ["apartment_id"], unique=True, **where("role = 'master'"))
    op.create_index("uq_resident_uid", "resident", ["uid"], unique=True)
    index_each(op, "resident", "apartment_id")


def create_credential(op: Operations) -> None:
    """PINs, cards and what else opens a door."""
    op.create_table(
        "credential",
        row_id(),
        *texts("uuid"),
        *ids("holder_id", "community_id"),
        *texts("scope"),
        *texts("kind", default=None),
        *blobs("value_sealed"),
        *blobs("value_index", null=True),
        *texts("key_id"),
        *texts("origin", default="manager"),
        *texts("status", default="active"),
        *ats("valid_from", "valid_to", "freed_at", null=True),
        *numbers("row_version", default="1"),
        refers("credential", "holder_id", "holder"),
        refers("credential", "community_id", "community"),
        one_of("credential", "kind", "pin card face id_access qr"),
        one_of("credential", "origin", "manager app import"),
        one_of("credential", "status", "active scheduled suspended cooling gone"),
        sa.PrimaryKeyConstraint("id", name="pk_credential"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_credential_value", "credential", ["value_index"])
    op.create_index(
        "uq_credential_value",
        "credential",
        ["scope", "kind", "value_index"],
        unique=True,
        **where("status IN ('active','scheduled','suspended','cooling')"),
    )
    index_each(op, "credential", "community_id", "holder_id")


TABLES = (
    create_setting,
    create_sealed_key,
    create_topic,
    create_community,
    create_building,
    create_apartment,
    create_holder,
    create_resident,
    create_credential,
)
"""In the order of their references."""
