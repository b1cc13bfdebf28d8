"""Amenities: list, form and acts (rules 6)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb

AMENITY = Record(
    name="amenity",
    title="Amenities",
    singular="amenity",
    fields=(
        Field("name", "Name", width=18, importance=0, formed=True, required=True, max_length=64, filtered=True,
              sorted=True, section="Amenity"),
        Field("description", "Description", width=0, importance=6, formed=True, max_length=128, section="Amenity"),
        Field("everywhere", "All buildings", Kind.FLAG, listed=False, formed=True, section="Amenity",
              hint="or those below"),
        Field("building_ids", "Buildings", Kind.REFERENCES, listed=False, formed=True, refers="building",
              section="Amenity", hint="where not all"),
        Field("picture", "Picture", Kind.PHOTO, listed=False, formed=True, section="Amenity",
              hint="JPEG or PNG"),
        Field("device_id", "Device", Kind.REFERENCE, listed=False, formed=True, required=True, refers="device",
              section="Door", hint="at its door"),
        Field("out_of_group", "Out of group", Kind.FLAG, listed=False, formed=True, section="Door", short="out",
              filtered=True, hint="system access group"),
        Field("device", "Device", width=14, importance=2, filtered=True, sorted=True),
        Field("hours", "Business hours", width=22, importance=3, formed=True, required=True, section="Reservations",
              hint="8-12; 14-22"),
        Field("duration", "Max. duration", Kind.INTEGER, width=13, importance=4, align_right=True, formed=True,
              section="Reservations", hint="minutes; 60"),
        Field("lead_days", "Max. lead time", Kind.INTEGER, listed=False, formed=True, section="Reservations",
              hint="days ahead; 7"),
        Field("capacity", "Max. reservation", Kind.INTEGER, width=16, importance=4, align_right=True, formed=True,
              short="seats", filtered=True, section="Reservations", hint="at one time; 1"),
        Field("uses", "Max. key usage", Kind.INTEGER, listed=False, formed=True, section="Reservations",
              hint="0: no limit"),
        Field("buildings", "Buildings", width=12, importance=5),
        Field("upcoming", "Reserved", Kind.INTEGER, width=8, importance=1, align_right=True, sorted=True),
    ),
    verbs=(
        Verb("add", "New", "n", "booking.write", needs_row=False),
        Verb("edit", "Edit", "e", "booking.write"),
        Verb("delete", "Delete", "d", "booking.write", danger=True, confirm_key="x"),
    ),
    topics=frozenset({"amenities", "bookings", "buildings", "devices", "communities"}),
    default_sort="name",
    read_permission="booking.read",
    empty="There is no amenity yet.",
)  # fmt: skip
