"""How the rows of each table are called, field by field, where the operation log tells what changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backend.catalog.amenities import AMENITY
from backend.catalog.apartments import APARTMENT
from backend.catalog.bookings import BOOKING
from backend.catalog.buildings import BUILDING
from backend.catalog.communities import COMMUNITY
from backend.catalog.devices import DEVICE, RELAY_FIELDS
from backend.catalog.groups import ACCESS_GROUP, HOLIDAY
from backend.catalog.managers import MANAGER
from backend.catalog.model import Choice, Field, Kind
from backend.catalog.residents import RESIDENT
from backend.catalog.temp_keys import TEMP_KEY

_CREDENTIAL_KINDS = (
    Choice("pin", "PIN"),
    Choice("card", "RF card"),
    Choice("face", "Face"),
    Choice("id_access", "ID access"),
    Choice("qr", "QR code"),
)

_HOURS = (Field("begins_at", "From", Kind.INSTANT), Field("ends_at", "To", Kind.INSTANT))

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "community": "Community",
        "building": "Building",
        "apartment": "Apartment",
        "holder": "Person",
        "resident": "Resident",
        "credential": "Credential",
        "temp_key": "Temporary key",
        "access_group": "Access group",
        "access_window": "Hours",
        "access_group_relay": "Door of a group",
        "access_group_member": "Person of a group",
        "holiday": "Holiday",
        "own_window": "Own hours",
        "own_relay": "Own door",
        "amenity": "Amenity",
        "amenity_building": "Building of an amenity",
        "booking": "Reservation",
        "device": "Device",
        "relay": "Door",
        "relay_hold": "Group that holds a door open",
        "manager": "Account",
        "manager_community": "Community of an account",
    }
)
"""Table -> what one of its rows is."""

FIELDS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "community": COMMUNITY.fields,
        "building": BUILDING.fields,
        "apartment": (
            *APARTMENT.fields,
            Field("licence", "Waiting account", Kind.STATE, vocabulary="account"),
            Field("licence_until", "Waiting account until", Kind.DATE),
        ),
        "resident": RESIDENT.fields,
        "temp_key": (
            *TEMP_KEY.fields,
            Field("id_number_sealed", "ID number", Kind.SECRET),
            Field("made_by_id", "Made by"),
        ),
        "credential": (
            Field("kind", "Kind", Kind.CHOICE, choices=_CREDENTIAL_KINDS),
            Field("value_sealed", "Value", Kind.SECRET),
            Field("status", "Status", Kind.STATE, vocabulary="credential"),
        ),
        "access_group": ACCESS_GROUP.fields,
        "access_window": _HOURS,
        "own_window": _HOURS,
        "holiday": HOLIDAY.fields,
        "amenity": (*AMENITY.fields, Field("device_mac", "MAC of its device")),
        "booking": (*BOOKING.fields, Field("cancelled_at", "Cancelled", Kind.INSTANT)),
        "device": (
            *DEVICE.fields,
            Field("password_sealed", "Password", Kind.SECRET),
            Field("token_sealed", "Action URL token", Kind.SECRET),
        ),
        "relay": RELAY_FIELDS,
        "manager": (*MANAGER.fields, Field("password_hash", "Password", Kind.SECRET)),
    }
)
"""Table -> the fields by whose labels and choices its columns are told; a column without one is told by its name."""


_EVERYWHERE = (Field("holder_id", "Person"), Field("relay_id", "Door"), Field("repeat", "Repeats"))
"""Columns that people call otherwise, in whatever table."""


def field_of(table: str, column: str) -> Field:
    """The field that a column is told by."""
    found = next((field for field in (*FIELDS.get(table, ()), *_EVERYWHERE) if field.name == column), None)
    return found or Field(column, column.removesuffix("_id").replace("_", " ").capitalize())
