"""Door logs: ten columns and the guide's filters (rules 10.1; features LOG-01, LOG-08)."""

from __future__ import annotations

from backend.catalog.model import Field, Kind, Record, Verb
from backend.catalog.words import LOG_ACTIONS, LOG_RESPONSES, LOG_TYPES

DOOR_LOG = Record(
    name="door-log",
    title="Door logs",
    singular="door log",
    fields=(
        Field("happened_at", "Happened", Kind.INSTANT, width=19, importance=0, short="happened", filtered=True,
              sorted=True),
        Field("since", "Since", Kind.INSTANT, listed=False, filtered=True),
        Field("building", "Building", width=8, importance=6, short="b", filtered=True),
        Field("device", "Device", width=12, importance=1, filtered=True),
        Field("door", "Door", width=12, importance=5, filtered=True),
        Field("initiated_by", "Initiated by", width=0, importance=2, short="name", filtered=True),
        Field("apartment", "APT", width=6, importance=4, align_right=True, short="apt", filtered=True),
        Field("type", "Log type", Kind.CHOICE, width=12, importance=8, choices=LOG_TYPES, filtered=True),
        Field("action", "Action", Kind.CHOICE, width=14, importance=3, choices=LOG_ACTIONS, filtered=True),
        Field("key", "Key", width=6, importance=7),
        Field("response", "Response", Kind.STATE, width=10, importance=1, vocabulary="response",
              choices=LOG_RESPONSES, filtered=True),
        Field("reason", "Reason", width=24, importance=9),
    ),
    verbs=(
        Verb("why", "Why", "w", "plan.read", undoable=False),
        Verb("open", "Open door", "o", "door.open", danger=True, confirm_key="y", undoable=False),
    ),
    topics=frozenset({"door_logs"}),
    default_sort="happened_at",
    read_permission="door_log.read",
    empty="No door has told anything yet. Lines appear here as doors are used.",
)  # fmt: skip
