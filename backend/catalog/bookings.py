"""Reservations: list, form and acts (rules 6)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb

BOOKING = Record(
    name="booking",
    title="Reservations",
    singular="reservation",
    fields=(
        Field("amenity_id", "Amenity", Kind.REFERENCE, listed=False, formed=True, required=True, refers="amenity"),
        Field("resident_id", "Resident", Kind.REFERENCE, listed=False, formed=True, required=True, refers="resident"),
        Field("day", "Date", listed=False, formed=True, hint="today, tomorrow, fr, 2026-12-01; none for the next"),
        Field("start", "Start", listed=False, formed=True, required=True, hint="18, 18:30"),
        Field("end", "End", listed=False, formed=True, required=True, hint="19:30, or how long: 90m"),
        Field("amenity", "Amenity", width=16, importance=0, filtered=True, sorted=True),
        Field("resident", "Resident", width=0, importance=0, short="name", filtered=True, sorted=True),
        Field("apartment", "APT", width=8, importance=2, align_right=True, short="apt", filtered=True),
        Field("starts_at", "Start", Kind.INSTANT, width=16, importance=0, short="start", filtered=True, sorted=True),
        Field("ends_at", "End", Kind.INSTANT, width=16, importance=3),
        Field("status", "Status", Kind.STATE, width=13, importance=1, vocabulary="booking", filtered=True),
        Field("mail", "Mail", Kind.STATE, width=13, importance=4, vocabulary="outgoing", filtered=True),
    ),
    verbs=(
        Verb("add", "New", "n", "booking.write", needs_row=False),
        Verb("edit", "Move", "e", "booking.write"),
        Verb("mail", "Mail key", "m", "booking.write", undoable=False),
        Verb("delete", "Cancel", "d", "booking.write", danger=True, confirm_key="x", many=True),
    ),
    topics=frozenset({"bookings", "amenities", "residents", "outbox", "communities"}),
    default_sort="starts_at",
    descending=True,
    read_permission="booking.read",
    empty="Nothing is reserved yet.",
)  # fmt: skip
