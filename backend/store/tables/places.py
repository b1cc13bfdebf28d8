"""Communities, buildings, apartments, and the holidays of a community."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, Table

from backend.domain import enums
from backend.store.tables.columns import RULE, at, flag, ident, metadata, number, one_of, ref, version, words

community = Table(
    "community",
    metadata,
    ident(),
    words("uuid"),
    words("name"),
    words("timezone"),
    words("clock_format", default="24"),
    words("date_format", default="iso"),
    *one_of("pin_mode", enums.PinMode, enums.PinMode.PIN),
    number("free_members", default=3),
    words("country", default=""),
    words("street"),
    words("city"),
    words("postcode"),
    words("state"),
    flag("only_public_area"),
    *one_of("charge_mode", enums.ChargeMode, enums.ChargeMode.MANAGER),
    at("premium_until", null=True),
    flag("with_indoor_monitor"),
    flag("landline", default=True),
    flag("id_access"),
    flag("video_storage"),
    version(),
    info=RULE,
)
holiday = Table(
    "holiday",
    metadata,
    ident(),
    ref("community_id", "community"),
    words("name"),
    words("first_day", default=None),
    words("last_day", default=None),
    version(),
    Index("uq_holiday_first_day", "community_id", "first_day", unique=True),
    info=RULE,
)
"""Days of a community, ISO dates, both inclusive, on which groups that keep holidays are closed."""
building = Table(
    "building",
    metadata,
    ident(),
    words("uuid"),
    ref("community_id", "community"),
    words("name"),
    words("name_fold"),
    version(),
    Index("uq_building_name", "community_id", "name_fold", unique=True),
    info=RULE,
)
apartment = Table(
    "apartment",
    metadata,
    ident(),
    words("uuid"),
    ref("building_id", "building"),
    words("number"),
    words("name"),
    words("name_fold"),
    *one_of("call_type", enums.CallType, enums.CallType.APP_MONITOR),
    words("sip_or_ip", default="sip"),
    flag("allow_qr", default=True),
    flag("allow_face", default=True),
    flag("member_limit_on"),
    number("member_limit"),
    flag("allow_id_access"),
    flag("allow_card", default=True),
    version(),
    words("licence", null=True),
    CheckConstraint("licence IN ('inactive','active','expired')", name="licence"),
    at("licence_until", null=True),
    Index("uq_apartment_number", "building_id", "number", unique=True),
    info=RULE,
)
"""`licence` and `licence_until` are account status and expiry that stay here while nobody lives here (rules 4.2)."""
