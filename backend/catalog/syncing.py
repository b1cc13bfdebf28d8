"""Sync: doors, revocations and drift as their lists, filters and commands show them (features SYNC-01 to SYNC-04)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb
from backend.domain.drift import CAUSES

SYNC_DOOR = Record(
    name="sync-door",
    title="Sync",
    singular="door",
    fields=(
        Field("name", "Door", width=14, importance=0, filtered=True, sorted=True),
        Field("sync", "State", Kind.STATE, width=13, importance=0, vocabulary="sync", filtered=True),
        Field("plan", "To write", width=12, importance=2, exported=False),
        Field("users", "Users", width=14, importance=4, align_right=True),
        Field("status", "Device", Kind.STATE, listed=False, vocabulary="device", filtered=True, exported=True),
        Field("waits", "Waits for", width=24, importance=1, exported=False),
        Field("read_back_at", "Read", Kind.AGE, width=6, importance=3, align_right=True, sorted=True),
        Field("worst", "Worst first", listed=False, sorted=True),
    ),
    verbs=(
        Verb("check", "Read back", "r", "device.edit", undoable=False, many=True),
        Verb("retry", "Retry all", "R", "device.edit", undoable=False, needs_row=False),
        Verb("release", "Type the count", "t", "sync.write", danger=True, confirm_key="y", undoable=False),
    ),
    topics=frozenset({"devices", "sync"}),
    default_sort="worst",
    read_permission="sync.read",
    empty="No device yet. Devices are added under Devices.",
)  # fmt: skip

REVOCATION = Record(
    name="revocation",
    title="Revocations",
    singular="revocation",
    fields=(
        Field("person", "Person", width=26, importance=0, filtered=True, sorted=True),
        Field("proof", "Proof", Kind.STATE, width=18, importance=0, vocabulary="proof", filtered=True),
        Field("doors", "Doors proved", width=14, importance=1),
        Field("taken_at", "Taken away", Kind.INSTANT, importance=2, filtered=True, sorted=True),
        Field("worst", "Not proved first", listed=False, sorted=True),
    ),
    verbs=(
        Verb("check", "Read back", "r", "device.edit", undoable=False),
        Verb("receipt", "Receipt", "x", "sync.read", undoable=False),
    ),
    topics=frozenset({"devices", "sync", "residents"}),
    default_sort="worst",
    read_permission="sync.read",
    empty="Nothing was taken away in the last 30 days.",
)  # fmt: skip

DRIFT = Record(
    name="drift",
    title="Drift",
    singular="difference",
    fields=(
        Field("device", "Door", width=12, importance=0, filtered=True, sorted=True),
        Field("name", "Who", width=18, importance=0, filtered=True, sorted=True),
        Field("cause", "Cause", Kind.CHOICE, width=20, importance=1, filtered=True,
              choices=tuple(Choice(cause.value, words) for cause, words in CAUSES.items())),
        Field("state", "State", Kind.STATE, width=15, importance=1, vocabulary="drift", filtered=True),
        Field("note", "Seen with it", importance=4),
        Field("found_at", "Found", Kind.AGE, width=6, importance=2, align_right=True, filtered=True, sorted=True),
        Field("seen_at", "Seen", Kind.AGE, width=6, importance=5, align_right=True),
        Field("standing", "What waits first", listed=False, sorted=True),
    ),
    verbs=(
        Verb("adopt", "Adopt", "A", "sync.write", danger=True, confirm_key="y"),
        Verb("overwrite", "Overwrite", "W", "sync.write", danger=True, confirm_key="y", undoable=False, many=True),
        Verb("leave", "Leave alone", "l", "sync.write", danger=True, confirm_key="y", undoable=False, many=True),
    ),
    topics=frozenset({"devices", "sync"}),
    default_sort="standing",
    descending=True,
    read_permission="sync.read",
    empty="No difference was found when the doors were read last.",
)  # fmt: skip
