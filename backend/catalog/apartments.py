"""Apartments: list, form and acts (rules 4)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb

CALL_TYPES = (
    Choice("app_monitor", "SmartPlus and indoor monitors"),
    Choice("phone_monitor", "Phone and indoor monitors"),
    Choice("app_monitor_phone", "SmartPlus and indoor monitors, with phone as backup"),
    Choice("monitor_app", "Indoor monitors with SmartPlus as backup"),
    Choice("monitor_phone", "Indoor monitors with phone as backup"),
    Choice("monitor_app_phone", "Indoor monitors with SmartPlus as backup, finally the phone"),
)
"""The six call types in the order and words of rules 4.1."""

APARTMENT = Record(
    name="apartment",
    title="Apartments",
    singular="apartment",
    fields=(
        Field("building_id", "Building", Kind.REFERENCE, listed=False, formed=True, required=True, refers="building"),
        Field("building", "Bldg", width=12, importance=1, short="b", filtered=True, sorted=True),
        Field(
            "number",
            "APT",
            width=6,
            importance=1,
            align_right=True,
            formed=True,
            required=True,
            max_length=6,
            short="apt",
            hint="1 to 6 digits",
            filtered=True,
            sorted=True,
        ),
        Field("name", "APT name", width=0, importance=3, formed=True, max_length=64, filtered=True, sorted=True),
        Field(
            "call_type",
            "Call type",
            Kind.CHOICE,
            width=30,
            importance=4,
            formed=True,
            choices=CALL_TYPES,
            filtered=True,
        ),
        Field("master", "Master", width=24, importance=2, filtered=True),
        Field(
            "residents", "Residents", Kind.INTEGER, width=9, importance=2, align_right=True, filtered=True, sorted=True
        ),
        Field("devices", "Devices", Kind.INTEGER, width=7, importance=5, align_right=True),
    ),
    verbs=(
        Verb("add", "New", "n", "apartment.create", needs_row=False),
        Verb("edit", "Edit", "e", "apartment.write"),
        Verb("delete", "Delete", "d", "apartment.create", danger=True, confirm_key="y"),
    ),
    topics=frozenset({"apartments", "buildings", "residents", "devices"}),
    default_sort="number",
    read_permission="apartment.read",
    empty="There is no apartment yet.",
)
