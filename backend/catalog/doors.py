"""Doors: one relay of a device each, as the picker and the lists show them (feature DEV-12)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb

DOOR = Record(
    name="door",
    title="Doors",
    singular="door",
    fields=(
        Field("name", "Door", width=18, importance=0, filtered=True, sorted=True),
        Field("device", "Device", width=18, importance=2, filtered=True, sorted=True),
        Field("building", "Building", width=10, importance=3, short="b", filtered=True, sorted=True),
        Field("status", "State", Kind.STATE, width=13, importance=1, vocabulary="device", filtered=True),
        Field("last_seen_at", "Read", Kind.AGE, width=5, importance=4, align_right=True),
    ),
    verbs=(Verb("open", "Open door", "o", "door.open", danger=True, confirm_key="y", undoable=False),),
    topics=frozenset({"doors", "devices"}),
    default_sort="name",
    read_permission="door.read",
    empty="No door yet. Doors come with their device: g Devices, n.",
)
