"""Who may open a door, and what a person may open: the columns of two lists that are worked out (feature SYNC-06)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record
from backend.catalog.words import HOLDER_KINDS

OPENER = Record(
    name="opener",
    title="Who may open",
    singular="person",
    fields=(
        Field("name", "Name", width=0, importance=0),
        Field("kind", "Type", Kind.CHOICE, width=8, importance=4, choices=HOLDER_KINDS),
        Field("place", "APT", width=7, importance=3),
        Field("group", "By group", width=16, importance=1),
        Field("kinds", "With", width=11, importance=2),
        Field("mark", "Door", width=24, importance=1),
    ),
    verbs=(),
    topics=frozenset({"residents", "personnel", "temp_keys", "bookings", "groups", "devices", "sync"}),
    default_sort="name",
    read_permission="plan.read",
    empty="Nobody may open this door then.",
)

REACH = Record(
    name="reach",
    title="What opens",
    singular="door",
    fields=(
        Field("door", "Door", width=0, importance=0),
        Field("device", "Device", width=14, importance=4),
        Field("state", "Opens", Kind.STATE, width=17, importance=0, vocabulary="opens"),
        Field("group", "By group", width=18, importance=1),
        Field("hours", "Hours", width=20, importance=2),
        Field("opens_next", "Opens next", Kind.INSTANT, width=16, importance=2),
        Field("mark", "Door holds", listed=False, exported=True),
    ),
    verbs=(),
    topics=OPENER.topics,
    default_sort="door",
    read_permission="plan.read",
    empty="There is no door yet.",
)
